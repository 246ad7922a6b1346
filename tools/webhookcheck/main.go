// Command webhookcheck decodes every example event of Clerk's webhook document into its Go type, encodes it again and
// fails if anything is lost. The document is not part of the repository:
//
//	webhookcheck path/to/webhooks.yml
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: webhookcheck path/to/webhooks.yml")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "webhookcheck:", err)
		os.Exit(1)
	}
}

func run(path string, stdout io.Writer) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	examples, err := readExamples(document)
	if err != nil {
		return err
	}
	return check(examples, stdout)
}

// check compares the examples with the types. Every type of event must have an example, and the other way round.
func check(examples []example, stdout io.Writer) error {
	known := clerkwebhook.EventTypes()
	problems := 0
	report := func(eventType, format string, args ...any) {
		problems++
		fmt.Fprintf(stdout, "%s: %s\n", eventType, fmt.Sprintf(format, args...))
	}
	for _, e := range examples {
		if !slices.Contains(known, clerkwebhook.EventType(e.event)) {
			report(e.event, "the package does not know this type")
			continue
		}
		for _, problem := range checkExample(e) {
			report(e.event, "%s", problem)
		}
	}
	for _, eventType := range known {
		if !slices.ContainsFunc(examples, func(e example) bool { return e.event == string(eventType) }) {
			report(string(eventType), "the document has no example")
		}
	}
	fmt.Fprintf(stdout, "%d examples of %d types of events, %d problems\n", len(examples), len(known), problems)
	if problems > 0 {
		return errors.New("examples are not decoded without loss")
	}
	return nil
}

// checkExample sends an example through a signed delivery and compares what comes out.
func checkExample(e example) []string {
	event, err := receive(e.body)
	if err != nil {
		return []string{err.Error()}
	}
	problems := checkRaw(e, event)
	envelope, err := json.Marshal(event)
	if err != nil {
		return append(problems, err.Error())
	}
	problems = append(problems, compare("event", e.body, envelope)...)
	data, err := event.Decode()
	if err != nil {
		return append(problems, "data: "+errors.Unwrap(err).Error())
	}
	again, err := json.Marshal(data)
	if err != nil {
		return append(problems, err.Error())
	}
	return append(problems, compare("data", event.Data, again)...)
}

// checkRaw makes sure that nothing of the JSON is out of reach.
func checkRaw(e example, event *clerkwebhook.Event) []string {
	if string(event.Type) != e.event {
		return []string{"the type is " + string(event.Type)}
	}
	if !bytes.Equal(event.RawJSON(), e.body) || !strings.Contains(string(e.body), string(event.Data)) {
		return []string{"the raw JSON is not what was sent"}
	}
	return nil
}
