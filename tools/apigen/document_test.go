//go:build document

package main

import (
	"flag"
	"reflect"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

var specPath = flag.String("spec", "", "path of the Backend API document")

// handWritten are the methods of services that are not in the document.
var handWritten = map[string]bool{
	"Emails.Send": true, "Emails.SendBatch": true, "Emails.Get": true, "Emails.Create": true, "Invitations.Delete": true, "SMSMessages.Create": true, "Sessions.Verify": true,
	"Clients.GetLastActiveSession": true, "Clients.GetHandshakePayload": true,
}

// TestDocument proves that the operations of the document and the methods of
// core match one to one. It runs with -tags document and -spec.
func TestDocument(t *testing.T) {
	t.Parallel()
	doc, err := loadDocument(*specPath)
	if err != nil {
		t.Fatalf("document: %v", err)
	}
	endpoints := map[string]clerk.Endpoint{}
	for _, e := range clerk.Endpoints() {
		endpoints[e.OperationID] = e
	}
	methods := serviceMethods(t)
	for _, op := range doc.operations {
		e, ok := endpoints[op.id]
		if !ok {
			t.Errorf("%s has no endpoint", op.id)
			continue
		}
		if e.Method != op.method || e.Path != op.path {
			t.Errorf("%s is %s %s, want %s %s", op.id, e.Method, e.Path, op.method, op.path)
		}
		if !methods[e.Operation()] {
			t.Errorf("%s: there is no method %s, or two operations share it", op.id, e.Operation())
		}
		delete(methods, e.Operation())
		if strings.HasPrefix(e.Name, "List") {
			delete(methods, e.Service+"."+iteratorName(e.Name))
		}
	}
	if len(endpoints) != len(doc.operations) {
		t.Errorf("got %d endpoints, want %d", len(endpoints), len(doc.operations))
	}
	for name := range methods {
		if service, _, _ := strings.Cut(name, "."); !handWritten[name] && service != "AccountlessApplications" {
			t.Errorf("%s is not in the document", name)
		}
	}
}

// serviceMethods lists the methods of all services of a client.
func serviceMethods(t *testing.T) map[string]bool {
	t.Helper()
	client, err := clerk.NewClient("sk_test_document")
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[clerk.Client]()) {
		if !field.IsExported() || field.Type.Kind() != reflect.Pointer || !strings.HasSuffix(field.Type.String(), "Service") {
			continue
		}
		service := reflect.ValueOf(client).Elem().FieldByIndex(field.Index).Type()
		for i := range service.NumMethod() {
			methods[field.Name+"."+service.Method(i).Name] = true
		}
	}
	return methods
}
