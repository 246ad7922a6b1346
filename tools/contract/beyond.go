package main

import "github.com/getkin/kin-openapi/openapi3"

// beyond names fields that Clerk's JavaScript SDK reads and the documents lack, by the schema of the documents.
var beyond = map[string][]string{
	"User": {"timezone"},
}

// addBeyond adds these fields to the schemas of a document, as texts that may be null.
func addBeyond(schemas openapi3.Schemas) {
	for name, fields := range beyond {
		schema := schemas[name]
		if schema == nil {
			continue
		}
		for _, field := range fields {
			schema.Value.Properties[field] = openapi3.NewSchemaRef("", openapi3.NewStringSchema().WithNullable())
		}
	}
}
