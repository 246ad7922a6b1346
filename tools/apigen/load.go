package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

func loadDocument(path string) (*document, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseDocument(data)
}

func openModel(data []byte) (*v3.Document, error) {
	cfg := datamodel.NewDocumentConfiguration()
	cfg.TransformSiblingRefs = false
	cfg.MergeReferencedProperties = false
	parsed, err := libopenapi.NewDocumentWithConfiguration(data, cfg)
	if err != nil {
		return nil, err
	}
	model, err := parsed.BuildV3Model()
	if err != nil {
		return nil, err
	}
	return &model.Model, nil
}

func parseDocument(data []byte) (*document, error) {
	model, err := openModel(data)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	l := &loader{doc: &document{
		version:   model.Info.Version,
		sum:       hex.EncodeToString(sum[:]),
		schemas:   map[string]*schema{},
		responses: map[string]*schema{},
	}}
	l.components(model)
	for path, item := range model.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			l.operation(path, method, item, op)
		}
	}
	if len(l.problems) > 0 {
		return nil, errors.New(strings.Join(l.problems, "\n"))
	}
	return l.doc, nil
}

type loader struct {
	doc      *document
	problems []string
}

func (l *loader) problem(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

func (l *loader) components(model *v3.Document) {
	if model.Components == nil {
		return
	}
	for name, proxy := range model.Components.Schemas.FromOldest() {
		l.doc.order = append(l.doc.order, name)
		l.doc.schemas[name] = l.schema(proxy)
	}
	for name, resp := range model.Components.Responses.FromOldest() {
		l.doc.responses[name] = l.responseSchema(resp)
	}
	// A component that is nullable by definition makes every reference nullable.
	nullable := map[string]bool{}
	for name, s := range l.doc.schemas {
		nullable[name] = s.nullable
	}
	for _, s := range l.doc.schemas {
		markNullableRefs(s, nullable)
	}
	for _, s := range l.doc.responses {
		markNullableRefs(s, nullable)
	}
}

func markNullableRefs(s *schema, nullable map[string]bool) {
	if s == nil {
		return
	}
	if s.ref != "" && nullable[s.ref] {
		s.nullable = true
	}
	markNullableRefs(s.items, nullable)
	markNullableRefs(s.values, nullable)
	for _, p := range s.props {
		markNullableRefs(p.schema, nullable)
	}
	for _, v := range s.variants {
		markNullableRefs(v, nullable)
	}
}

func (l *loader) responseSchema(resp *v3.Response) *schema {
	if resp.Content == nil {
		return nil
	}
	media := resp.Content.GetOrZero("application/json")
	if media == nil || media.Schema == nil {
		return nil
	}
	return l.schema(media.Schema)
}

func (l *loader) operation(path, method string, item *v3.PathItem, op *v3.Operation) {
	o := &operation{
		id:         op.OperationId,
		method:     strings.ToUpper(method),
		path:       path,
		deprecated: op.Deprecated != nil && *op.Deprecated,
		pathParams: templateParams(path),
	}
	if len(op.Tags) > 0 {
		o.tag = op.Tags[0]
	}
	for _, p := range slices.Concat(item.Parameters, op.Parameters) {
		l.parameter(o, p)
	}
	if op.RequestBody != nil {
		o.bodyRequired = op.RequestBody.Required != nil && *op.RequestBody.Required
		for mime, media := range op.RequestBody.Content.FromOldest() {
			o.multipart = mime == "multipart/form-data"
			o.body = l.schema(media.Schema)
		}
	}
	for status, resp := range op.Responses.Codes.FromOldest() {
		if strings.HasPrefix(status, "2") {
			o.status = status
			o.success = l.responseSchema(resp)
			o.successRef = componentName(resp.GoLow().GetReference())
		}
	}
	l.doc.operations = append(l.doc.operations, o)
}

func (l *loader) parameter(o *operation, p *v3.Parameter) {
	switch p.In {
	case "query":
		q := &queryParam{name: p.Name, schema: l.schema(p.Schema)}
		q.required = p.Required != nil && *p.Required
		q.comma = p.Explode != nil && !*p.Explode
		q.schema.deprecated = q.schema.deprecated || p.Deprecated
		o.query = append(o.query, q)
	case "path":
	default:
		l.problem("%s: parameter %s lives in %q, which is not supported", o.id, p.Name, p.In)
	}
}

// schema reduces an OpenAPI schema to the generator's own form.
func (l *loader) schema(proxy *base.SchemaProxy) *schema {
	if proxy.IsReference() {
		return &schema{ref: componentName(proxy.GetReference())}
	}
	in := proxy.Schema()
	if in == nil {
		l.problem("schema cannot be built: %v", proxy.GetBuildError())
		return &schema{}
	}
	s := l.composed(in)
	if in.Nullable != nil && *in.Nullable {
		s.nullable = true
	}
	if in.Deprecated != nil && *in.Deprecated {
		s.deprecated = true
	}
	return s
}

// composed handles allOf, oneOf and anyOf, then the plain kinds.
func (l *loader) composed(in *base.Schema) *schema {
	hasProps := in.Properties != nil && in.Properties.Len() > 0
	union := slices.Concat(in.OneOf, in.AnyOf)
	switch {
	case len(in.AllOf) == 1 && !hasProps:
		return l.schema(in.AllOf[0])
	case len(in.AllOf) > 0:
		return l.allOf(in)
	case len(union) > 0 && !hasProps:
		if len(union) == 1 {
			return l.schema(union[0])
		}
		s := &schema{kind: kindUnion}
		for _, v := range union {
			s.variants = append(s.variants, l.schema(v))
		}
		return s
	}
	return l.plain(in)
}

func (l *loader) allOf(in *base.Schema) *schema {
	s := &schema{kind: kindUnion, format: "allOf"}
	for _, part := range in.AllOf {
		s.variants = append(s.variants, l.schema(part))
	}
	// Names may be required on one branch and declared on another.
	var required []string
	for _, part := range in.AllOf {
		if built := part.Schema(); built != nil {
			required = append(required, built.Required...)
		}
	}
	for _, v := range s.variants {
		for _, p := range v.props {
			p.required = p.required || slices.Contains(required, p.name)
		}
	}
	return s
}

func (l *loader) plain(in *base.Schema) *schema {
	s := &schema{format: in.Format}
	for _, node := range in.Enum {
		s.enum = append(s.enum, node.Value)
	}
	typ := ""
	if len(in.Type) > 0 {
		typ = in.Type[0]
	}
	switch {
	case typ == "string":
		s.kind = kindString
	case typ == "integer":
		s.kind = kindInt
	case typ == "number" && (in.Format == "float" || in.Format == "double"):
		s.kind = kindFloat
	case typ == "number":
		s.kind = kindInt
	case typ == "boolean":
		s.kind = kindBool
	case typ == "array":
		s.kind = kindArray
		s.items = l.schema(in.Items.A)
	case in.Properties != nil && in.Properties.Len() > 0:
		s.kind = kindObject
		for name, proxy := range in.Properties.FromOldest() {
			s.props = append(s.props, &property{
				name: name, required: slices.Contains(in.Required, name), schema: l.schema(proxy),
			})
		}
	case typ == "object":
		s.kind = kindMap
		if ap := in.AdditionalProperties; ap != nil && ap.IsA() {
			if v := l.schema(ap.A); v.kind != kindAny {
				s.values = v
			}
		}
	}
	return s
}

func componentName(ref string) string {
	return ref[strings.LastIndexByte(ref, '/')+1:]
}

func templateParams(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") {
			names = append(names, strings.Trim(part, "{}"))
		}
	}
	return names
}
