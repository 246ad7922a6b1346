package clerktest

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// schemaNode is the part of the schema that names fields.
type schemaNode struct {
	Properties map[string]schemaNode `json:"properties"`
	Items      *schemaNode           `json:"items"`
}

// TestSeedSchema_NamesEveryField compares the published schema with what Seed reads.
func TestSeedSchema_NamesEveryField(t *testing.T) {
	t.Parallel()
	var root schemaNode
	if err := json.Unmarshal([]byte(SeedSchema), &root); err != nil {
		t.Fatal(err)
	}
	compareSchema(t, "", root, reflect.TypeFor[seedFile]())
}

func compareSchema(t *testing.T, path string, node schemaNode, typ reflect.Type) {
	t.Helper()
	if typ.Kind() == reflect.Slice && node.Items != nil {
		node, typ = *node.Items, typ.Elem()
	}
	if typ.Kind() != reflect.Struct || len(node.Properties) == 0 {
		return // a value, or an object that the schema leaves to the API
	}
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(typ) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		fields[name] = f.Type
	}
	got, want := slices.Sorted(maps.Keys(node.Properties)), slices.Sorted(maps.Keys(fields))
	if !slices.Equal(got, want) {
		t.Errorf("%s: got fields %v in the schema, want %v", path, got, want)
	}
	for name, typ := range fields {
		compareSchema(t, path+"/"+name, node.Properties[name], typ)
	}
}
