package clerk

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
	planMetadata                    // Metadata
	planUnmarshaler                 // by its own UnmarshalJSON
)

// maxPlannedFields is how many fields a planned struct may have: as many as a mark for each fits two words.
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

// planner makes plans and keeps them. It is safe for concurrent use.
type planner struct {
	ready sync.Map // from reflect.Type to *plan
}

var (
	metadataType      = reflect.TypeFor[Metadata]()
	unmarshalerType   = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshalType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// planFor returns the plan of a type.
func (p *planner) planFor(t reflect.Type) *plan {
	if ready, ok := p.ready.Load(t); ok {
		if known, ok := ready.(*plan); ok {
			return known
		}
	}
	made := makePlan(t, map[reflect.Type]*plan{})
	p.ready.Store(t, made)
	return made
}

// makePlan makes the plan of a type; underWay holds those that are not finished, for types that contain themselves.
func makePlan(t reflect.Type, underWay map[reflect.Type]*plan) *plan {
	if known := underWay[t]; known != nil {
		return known
	}
	made := &plan{typ: t}
	underWay[t] = made
	switch pointer := reflect.PointerTo(t); {
	case t == metadataType:
		made.kind = planMetadata
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
		made.kind, made.elem = planPointer, makePlan(t.Elem(), underWay)
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			made.kind, made.elem = planSlice, makePlan(t.Elem(), underWay)
		}
	case reflect.Struct:
		made.planFields(underWay)
	}
	return made
}

// planFields plans a struct, unless it has something that only encoding/json knows how to do.
func (p *plan) planFields(underWay map[reflect.Type]*plan) {
	p.byName, p.folded = map[string]int{}, map[string]int{}
	for i := range p.typ.NumField() {
		field := p.typ.Field(i)
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
		_, taken := p.folded[string(lower)]
		if !ascii || taken || len(p.fields) == maxPlannedFields {
			return
		}
		p.byName[name], p.folded[string(lower)] = len(p.fields), len(p.fields)
		p.fields = append(p.fields, plannedField{name: name, index: i, plan: makePlan(field.Type, underWay)})
	}
	p.kind = planStruct
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

// find returns the index of the field for a member's name, -1 if there is none. It prefers the one that is expected next. It
// reports false for names whose case encoding/json folds in ways of its own.
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
