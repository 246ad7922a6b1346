package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"go.yaml.in/yaml/v4"
)

// webhookEvent is one event of the webhook document.
type webhookEvent struct {
	name string // such as user.created
	data string // the component of its data; empty when it is written inline
}

// eventOverlay is what the webhook document does not say, or says badly.
type eventOverlay struct {
	Version     string            `yaml:"version"` // of the document, which has none of its own
	Models      []*eventModel     `yaml:"models"`
	Data        map[string]string `yaml:"data"` // Go type of the data of events that is written inline
	Enums       []*enumOverlay    `yaml:"enums"`
	Corrections []*correction     `yaml:"corrections"`
	Fields      map[string]string `yaml:"fields"` // by Type.wire_name
	Names       map[string]string `yaml:"names"`  // constant of an event, where it does not follow from its name
}

// eventModel is a type of data that only events have.
type eventModel struct {
	modelOverlay `yaml:",inline"`
	Embed        string `yaml:"embed"` // component of a core model that it extends
}

func loadEventOverlay(files fs.FS) (*eventOverlay, error) {
	const name = "events.yaml"
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	ov := &eventOverlay{}
	if err := dec.Decode(ov); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return ov, nil
}

// loadEvents reads the components and the events of the webhook document. The events sit under an extension that an
// OpenAPI reader does not look into.
func loadEvents(path, lock string) (*document, []webhookEvent, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	doc, err := parseComponents(data)
	if err != nil {
		return nil, nil, err
	}
	if err := checkLock(lock, path, doc.sum); err != nil {
		return nil, nil, err
	}
	var root struct {
		Webhooks yaml.Node `yaml:"x-webhooks"`
	}
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, nil, err
	}
	var events []webhookEvent
	for i := 0; i+1 < len(root.Webhooks.Content); i += 2 {
		name := root.Webhooks.Content[i].Value
		component, err := dataComponent(root.Webhooks.Content[i+1])
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		events = append(events, webhookEvent{name: name, data: component})
	}
	if len(events) == 0 {
		return nil, nil, fmt.Errorf("%s has no events", path)
	}
	return doc, events, nil
}

// parseComponents reads the schemas of a document that has no paths.
func parseComponents(data []byte) (*document, error) {
	model, err := openModel(data)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	l := &loader{doc: &document{
		sum: hex.EncodeToString(sum[:]), schemas: map[string]*schema{}, responses: map[string]*schema{},
	}}
	l.components(model)
	if len(l.problems) > 0 {
		return nil, errors.New(strings.Join(l.problems, "\n"))
	}
	return l.doc, nil
}

// dataComponent finds the reference to the data of an event: the envelope is composed with an object that has it as
// its one property.
func dataComponent(node *yaml.Node) (string, error) {
	var event struct {
		Post struct {
			RequestBody struct {
				Content map[string]struct {
					Schema struct {
						AllOf []struct {
							Properties map[string]struct {
								Ref string `yaml:"$ref"`
							} `yaml:"properties"`
						} `yaml:"allOf"`
					} `yaml:"schema"`
				} `yaml:"content"`
			} `yaml:"requestBody"`
		} `yaml:"post"`
	}
	if err := node.Decode(&event); err != nil {
		return "", err
	}
	for _, part := range event.Post.RequestBody.Content["application/json"].Schema.AllOf {
		if data, ok := part.Properties["data"]; ok {
			if data.Ref == "" {
				return "", nil
			}
			return componentName(data.Ref), nil
		}
	}
	return "", errors.New("the event has no data")
}
