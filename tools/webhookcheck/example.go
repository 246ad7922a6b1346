package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// example is one example event of the document.
type example struct {
	event string
	body  []byte
}

// reference is an example in place, or a named one.
type reference struct {
	Ref   string `yaml:"$ref"`
	Value any    `yaml:"value"`
}

// readExamples returns all examples of the document as JSON, in its order.
func readExamples(document []byte) ([]example, error) {
	var root struct {
		Webhooks   yaml.Node `yaml:"x-webhooks"`
		Components struct {
			Examples map[string]reference `yaml:"examples"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, err
	}
	var examples []example
	for i := 0; i+1 < len(root.Webhooks.Content); i += 2 {
		name := root.Webhooks.Content[i].Value
		values, err := examplesOf(root.Webhooks.Content[i+1], root.Components.Examples)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, value := range values {
			body, err := json.Marshal(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			examples = append(examples, example{event: name, body: body})
		}
	}
	return examples, nil
}

func examplesOf(node *yaml.Node, named map[string]reference) ([]any, error) {
	var event struct {
		Post struct {
			RequestBody struct {
				Content map[string]struct {
					Example  any                  `yaml:"example"`
					Examples map[string]reference `yaml:"examples"`
				} `yaml:"content"`
			} `yaml:"requestBody"`
		} `yaml:"post"`
	}
	if err := node.Decode(&event); err != nil {
		return nil, err
	}
	var values []any
	for _, content := range event.Post.RequestBody.Content {
		if content.Example != nil {
			values = append(values, content.Example)
		}
		for _, r := range content.Examples {
			if name, ok := strings.CutPrefix(r.Ref, "#/components/examples/"); ok {
				r = named[name]
			}
			if r.Value == nil {
				return nil, fmt.Errorf("the example %q is not there", r.Ref)
			}
			values = append(values, r.Value)
		}
	}
	return values, nil
}

// receive signs a body and verifies it, so that it takes the way that deliveries take.
func receive(body []byte) (*clerkwebhook.Event, error) {
	secret := clerkwebhook.NewSecret()
	signer, err := clerkwebhook.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{secret}})
	if err != nil {
		return nil, err
	}
	return verifier.Verify(signer.Sign("msg_example", time.Now(), body), body)
}
