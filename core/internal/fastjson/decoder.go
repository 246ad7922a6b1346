package fastjson

import (
	"encoding/json"
	"reflect"
	"strconv"
)

// Decoder decodes JSON in a single pass, in less than half of the time of encoding/json, and gives the same results. It
// gives up on anything out of the ordinary. It is for one goroutine at a time.
type Decoder struct {
	plans *Plans
	last  *plan // of the last target: the items of a page are of one type
	scan  scanner
}

// NewDecoder returns a decoder that uses and extends the plans.
func (p *Plans) NewDecoder() *Decoder { return &Decoder{plans: p} }

// Decode decodes data into *out, which must be zero. It reports false if it gave up; *out is then zero again, and
// [Unmarshal] does the work from the start.
func (d *Decoder) Decode(data []byte, out any) bool {
	pointer := reflect.ValueOf(out)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() {
		return false
	}
	target := pointer.Elem()
	if t := target.Type(); d.last == nil || d.last.typ != t {
		d.last = d.plans.planFor(t)
	}
	p := d.last
	if p.kind == planOther {
		return false
	}
	d.scan.data, d.scan.pos = data, 0
	if d.value(p, target, 0) && d.scan.space() == 0 && d.scan.pos == len(data) {
		return true
	}
	target.SetZero()
	return false
}

// value decodes the next value into v.
func (d *Decoder) value(p *plan, v reflect.Value, depth int) bool {
	c := d.scan.space()
	if depth > maxDepth {
		return false
	}
	if p.kind >= planRaw || p.kind == planOther {
		return d.foreign(p, v, depth)
	}
	if c == 'n' {
		if p.kind == planPointer || p.kind == planSlice {
			v.SetZero()
		}
		return d.scan.null()
	}
	switch p.kind {
	case planString:
		text, ok := d.scan.text()
		v.SetString(text)
		return ok
	case planInt:
		return d.integer(v)
	case planFloat:
		literal, _, ok := d.scan.number()
		f, err := strconv.ParseFloat(string(literal), 64)
		v.SetFloat(f)
		return ok && err == nil
	case planBool:
		v.SetBool(c == 't')
		return d.scan.word("true") || d.scan.word("false")
	case planPointer:
		v.Set(reflect.New(p.elem.typ))
		return d.value(p.elem, v.Elem(), depth+1)
	case planSlice:
		return d.slice(p, v, depth)
	default:
		return d.object(p, v, depth)
	}
}

// integer decodes a whole number.
func (d *Decoder) integer(v reflect.Value) bool {
	literal, whole, ok := d.scan.number()
	if !ok || !whole {
		return false
	}
	var n int64
	if len(literal) <= 18 {
		for _, c := range literal {
			if c != '-' {
				n = n*10 + int64(c-'0')
			}
		}
		if literal[0] == '-' {
			n = -n
		}
	} else {
		var err error
		if n, err = strconv.ParseInt(string(literal), 10, 64); err != nil {
			return false
		}
	}
	if v.OverflowInt(n) {
		return false
	}
	v.SetInt(n)
	return true
}

// slice decodes an array.
func (d *Decoder) slice(p *plan, v reflect.Value, depth int) bool {
	if !d.scan.take('[') {
		return false
	}
	if d.scan.take(']') {
		v.Set(reflect.MakeSlice(p.typ, 0, 0))
		return true
	}
	for n := 0; ; n++ {
		v.Grow(1)
		v.SetLen(n + 1)
		element := v.Index(n)
		element.SetZero()
		if !d.value(p.elem, element, depth+1) {
			return false
		}
		if d.scan.take(',') {
			continue
		}
		return d.scan.take(']')
	}
}

// object decodes an object into a struct.
func (d *Decoder) object(p *plan, v reflect.Value, depth int) bool {
	if !d.scan.take('{') {
		return false
	}
	if d.scan.take('}') {
		return true
	}
	var seen [maxPlannedFields / 64]uint64
	for next := 0; ; {
		name, escaped, ok := d.scan.quoted()
		if !ok || escaped || !d.scan.take(':') {
			return false
		}
		index, known := p.find(name, next)
		if !known {
			return false
		}
		if index < 0 {
			if !d.scan.skip(depth + 1) {
				return false
			}
		} else {
			if seen[index/64]&(1<<(index%64)) != 0 {
				return false // a member that comes twice is merged by encoding/json
			}
			seen[index/64] |= 1 << (index % 64)
			next = index + 1
			field := &p.fields[index]
			if !d.value(field.plan, v.Field(field.index), depth+1) {
				return false
			}
		}
		if d.scan.take(',') {
			d.scan.space()
			continue
		}
		return d.scan.take('}')
	}
}

// foreign decodes a value of a type that decodes itself, or that encoding/json has to decode.
func (d *Decoder) foreign(p *plan, v reflect.Value, depth int) bool {
	start := d.scan.pos
	if !d.scan.skip(depth) {
		return false
	}
	raw := d.scan.data[start:d.scan.pos]
	if p.kind == planRaw {
		v.SetBytes(append(make([]byte, 0, len(raw)), raw...))
		return true
	}
	switch target := v.Addr().Interface().(type) {
	case json.Unmarshaler:
		return p.kind == planUnmarshaler && target.UnmarshalJSON(raw) == nil
	default:
		return json.Unmarshal(raw, target) == nil
	}
}
