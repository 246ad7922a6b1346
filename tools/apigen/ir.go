package main

// kind is the shape of a schema once references, unions and compositions have
// been reduced to what matters for Go.
type kind int

const (
	kindAny kind = iota
	kindString
	kindInt
	kindFloat
	kindBool
	kindArray
	kindObject // has named properties
	kindMap    // free-form, or typed when values is set
	kindUnion  // several object variants, flattened later
)

// schema is one value on the wire.
type schema struct {
	ref        string // component name; the rest is then empty except nullable
	kind       kind
	format     string
	nullable   bool
	deprecated bool
	enum       []string
	items      *schema
	values     *schema
	props      []*property
	variants   []*schema
	goType     string // set by a correction: use this Go type as is
}

type property struct {
	name     string
	required bool
	schema   *schema
}

func (s *schema) prop(name string) *property {
	for _, p := range s.props {
		if p.name == name {
			return p
		}
	}
	return nil
}

// queryParam is one parameter of the query string.
type queryParam struct {
	name     string
	required bool
	comma    bool // one value joined by commas instead of a repeated key
	schema   *schema
}

// operation is one HTTP call of the document.
type operation struct {
	id, method, path, tag string
	deprecated            bool
	pathParams            []string
	query                 []*queryParam
	body                  *schema
	bodyRequired          bool
	multipart             bool
	success               *schema // nil when nothing is declared
	successRef            string  // component response, if any
	status                string
}

// document is what the generator needs of an OpenAPI file.
type document struct {
	version    string
	sum        string
	schemas    map[string]*schema
	order      []string // schema names in document order
	responses  map[string]*schema
	operations []*operation
}

// resolve follows a reference to its component.
func (d *document) resolve(s *schema) *schema {
	for s != nil && s.ref != "" {
		s = d.schemas[s.ref]
	}
	return s
}
