package fastjson

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// planKind says how values of a type are decoded.
type planKind uint8

const (
	planOther       planKind = iota // by encoding/json
	planString                      // any type whose kind is string
	planInt                         // any signed integer
	planFloat                       // float64
	planBool                        // any type whose kind is bool
	planPointer                     // to elem
	planSlice                       // of elem
	planStruct                      // with fields
	planRaw                         // JSON that is kept as it is
	planUnmarshaler                 // by its own UnmarshalJSON
)

// maxPlannedFields is the size of the seen bitmap in Decoder.object: two 64-bit words.
const maxPlannedFields = 128

// plan is what a type needs to be decoded. It never changes once it is made.
type plan struct {
	kind   planKind
	typ    reflect.Type
	elem   *plan
	fields []plannedField
	byName map[string]int // exact names
	folded map[string]int // names in lower case
}

type plannedField struct {
	name  string
	index int
	plan  *plan
}

// Plans keeps the plan of every type that was decoded, so that a type is looked at once. It is safe for concurrent use.
type Plans struct {
	raw reflect.Type

	mu    sync.RWMutex
	ready map[reflect.Type]*plan
}

// NewPlans returns an empty set of plans. Values of the type raw, a slice of bytes that may have methods of its own, keep
// a copy of the JSON they stand for.
func NewPlans(raw reflect.Type) *Plans { return &Plans{raw: raw, ready: map[reflect.Type]*plan{}} }

var (
	unmarshalerType   = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshalType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// planFor returns the plan of a type.
func (p *Plans) planFor(t reflect.Type) *plan {
	p.mu.RLock()
	known := p.ready[t]
	p.mu.RUnlock()
	if known != nil {
		return known
	}
	made := p.makePlan(t, map[reflect.Type]*plan{})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready[t] = made
	return made
}

// makePlan makes the plan of a type; underWay holds those that are not finished, for types that contain themselves.
func (p *Plans) makePlan(t reflect.Type, underWay map[reflect.Type]*plan) *plan {
	if known := underWay[t]; known != nil {
		return known
	}
	made := &plan{typ: t}
	underWay[t] = made
	switch pointer := reflect.PointerTo(t); {
	case t == p.raw:
		made.kind = planRaw
		return made
	case t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && pointer.Implements(unmarshalerType):
		made.kind = planUnmarshaler
		return made
	case pointer.Implements(textUnmarshalType) || t.Implements(textUnmarshalType) || t.Implements(unmarshalerType):
		return made
	}
	switch t.Kind() {
	case reflect.String:
		if t != reflect.TypeFor[json.Number]() {
			made.kind = planString
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		made.kind = planInt
	case reflect.Float64:
		made.kind = planFloat
	case reflect.Bool:
		made.kind = planBool
	case reflect.Pointer:
		made.kind, made.elem = planPointer, p.makePlan(t.Elem(), underWay)
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			made.kind, made.elem = planSlice, p.makePlan(t.Elem(), underWay)
		}
	case reflect.Struct:
		p.planFields(made, underWay)
	}
	return made
}

// planFields plans a struct, unless it has something that only encoding/json knows how to do.
func (p *Plans) planFields(made *plan, underWay map[reflect.Type]*plan) {
	made.byName, made.folded = map[string]int{}, map[string]int{}
	for i := range made.typ.NumField() {
		field := made.typ.Field(i)
		tag := field.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-":
			continue
		case field.Anonymous && hasExported(field.Type):
			return
		case field.Anonymous, !field.IsExported():
			continue
		case strings.Contains(options, "string"):
			return
		}
		if name == "" {
			name = field.Name
		}
		lower, ascii := lowerASCII(nil, []byte(name))
		_, taken := made.folded[string(lower)]
		if !ascii || taken || len(made.fields) == maxPlannedFields {
			return
		}
		made.byName[name], made.folded[string(lower)] = len(made.fields), len(made.fields)
		made.fields = append(made.fields, plannedField{name: name, index: i, plan: p.makePlan(field.Type, underWay)})
	}
	made.kind = planStruct
}

// hasExported reports whether an embedded type may bring fields along.
func hasExported(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return true
	}
	for i := range t.NumField() {
		if field := t.Field(i); field.IsExported() || field.Anonymous {
			return true
		}
	}
	return false
}

// find returns the index of the field for a member's name, or -1. It tries the field at next first, since members
// usually come in order. known is false for a name that is not ASCII, whose case only encoding/json folds rightly.
func (p *plan) find(name []byte, next int) (index int, known bool) {
	if next < len(p.fields) && p.fields[next].name == string(name) {
		return next, true
	}
	if index, ok := p.byName[string(name)]; ok {
		return index, true
	}
	var buffer [64]byte
	lower, ascii := lowerASCII(buffer[:0], name)
	if !ascii {
		return -1, false
	}
	if index, ok := p.folded[string(lower)]; ok {
		return index, true
	}
	return -1, true
}

// lowerASCII appends a name in lower case and reports whether it is ASCII.
func lowerASCII(dst, name []byte) ([]byte, bool) {
	for _, c := range name {
		if c >= 0x80 {
			return dst, false
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst, true
}
