package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/clerkgo/clerk-go/clerktest"
)

// An eventChecker holds the data of webhook events against the document of webhooks.
type eventChecker struct {
	schemas  map[string][]*openapi3.Schema // event type → schemas that its data has to fit
	seen     map[string]bool               // event types that came
	findings map[string]bool
}

func newEventChecker(path string) (*eventChecker, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	// Webhooks are an extension of this version of OpenAPI and look like paths.
	raw = bytes.Replace(raw, []byte("\nx-webhooks:"), []byte("\npaths:"), 1)
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("contract: reading the document of webhooks: %w", err)
	}
	addBeyond(doc.Components.Schemas)
	c := &eventChecker{schemas: map[string][]*openapi3.Schema{}, seen: map[string]bool{}, findings: map[string]bool{}}
	for kind, item := range doc.Paths.Map() {
		body := item.Post.RequestBody.Value.Content.Get("application/json").Schema.Value
		for _, part := range append(body.AllOf, &openapi3.SchemaRef{Value: body}) {
			if data := part.Value.Properties["data"]; data != nil {
				c.schemas[kind] = partsOf(data.Value)
			}
		}
	}
	return c, nil
}

// partsOf takes a composed schema apart. The document forbids in each part the fields of the others, so that nothing would
// fit; here they ignore each other's.
func partsOf(s *openapi3.Schema) []*openapi3.Schema {
	if len(s.AllOf) == 0 {
		return []*openapi3.Schema{s}
	}
	var parts []*openapi3.Schema
	for _, part := range s.AllOf {
		part.Value.AdditionalProperties = openapi3.AdditionalProperties{}
		parts = append(parts, part.Value)
	}
	return parts
}

func (c *eventChecker) check(events []clerktest.Event) {
	for _, ev := range events {
		schemas := c.schemas[ev.Type]
		if schemas == nil {
			c.findings[ev.Type+": is not in the document"] = true
			continue
		}
		c.seen[ev.Type] = true
		var data any
		if err := json.Unmarshal(ev.Data, &data); err != nil {
			c.findings[ev.Type+": is not JSON"] = true
			continue
		}
		for _, schema := range schemas {
			err := schema.VisitJSON(data, openapi3.VisitAsResponse(), openapi3.MultiErrors())
			if err == nil {
				continue
			}
			finding := summarize(err)
			if _, listed := exceptions[exception{ev.Type, finding}]; !listed {
				c.findings[ev.Type+": "+finding] = true
			}
		}
	}
}
