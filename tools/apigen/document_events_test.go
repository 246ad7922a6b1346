//go:build document

package main

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"

	"go.yaml.in/yaml/v4"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

var eventsPath = flag.String("events", "", "path of the webhook document")

// exampleDocument is the part of the webhook document that holds its examples.
type exampleDocument struct {
	Events map[string]struct {
		Post struct {
			RequestBody struct {
				Content map[string]struct {
					Example  any                       `yaml:"example"`
					Examples map[string]exampleOrRefer `yaml:"examples"`
				} `yaml:"content"`
			} `yaml:"requestBody"`
		} `yaml:"post"`
	} `yaml:"x-webhooks"`
	Components struct {
		Examples map[string]exampleOrRefer `yaml:"examples"`
	} `yaml:"components"`
}

type exampleOrRefer struct {
	Ref   string `yaml:"$ref"`
	Value any    `yaml:"value"`
}

// TestDocument_EventExamples decodes the document's own example of every event. It runs with -tags document and
// -events. Some examples break their own schema, so what the types know must agree with the example, not equal it.
func TestDocument_EventExamples(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(*eventsPath)
	if err != nil {
		t.Fatalf("document: %v", err)
	}
	var doc exampleDocument
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatalf("document: %v", err)
	}
	if got, want := len(doc.Events), len(clerkwebhook.EventTypes()); got != want {
		t.Errorf("the document has %d events, the package %d", got, want)
	}
	for name, event := range doc.Events {
		count := 0
		for _, media := range event.Post.RequestBody.Content {
			if media.Example != nil {
				checkExample(t, name, media.Example)
				count++
			}
			for _, example := range media.Examples {
				if example.Ref != "" {
					example = doc.Components.Examples[componentName(example.Ref)]
				}
				checkExample(t, name, example.Value)
				count++
			}
		}
		if count == 0 {
			t.Errorf("%s has no example", name)
		}
	}
}

func checkExample(t *testing.T, name string, example any) {
	t.Helper()
	body, err := json.Marshal(example)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	event, err := clerkwebhook.ParseEvent(body)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if string(event.Type) != name || !event.Type.IsKnown() {
		t.Errorf("%s: the example is a %s", name, event.Type)
	}
	decoded, err := event.Decode()
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	encoded, err := json.Marshal(decoded)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var got, want any
	if err := json.Unmarshal(encoded, &got); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := json.Unmarshal(event.Data, &want); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if path := disagreement("data", got, want); path != "" {
		t.Errorf("%s: %s is %s, the example says otherwise", name, path, encoded)
	}
}

// disagreement finds a value that both sides have and that differs.
func disagreement(path string, got, want any) string {
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return path
		}
		for key, value := range want {
			if inner, ok := have[key]; ok && value != nil {
				if found := disagreement(path+"."+key, inner, value); found != "" {
					return found
				}
			}
		}
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			return path
		}
		for i := range want {
			if found := disagreement(path+"[]", have[i], want[i]); found != "" {
				return found
			}
		}
	default:
		if !reflect.DeepEqual(got, want) {
			return path
		}
	}
	return ""
}
