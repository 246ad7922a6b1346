// Command emulatorops writes the local Clerk's table of operations out of Clerk's OpenAPI document: method, path, status,
// shape of the answer, and what is known of each query parameter and body field.
//
//	go run ./emulatorops -spec PATH -out ../clerktest/operations.txt [-check]
//
// With -check it writes nothing and fails when the file differs.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"sort"

	"github.com/getkin/kin-openapi/openapi3"
)

// legacy are operations that services use and the document lacks.
var legacy = []string{
	"GetHandshakePayload\tGET\t/clients/handshake_payload\t200\tobject\t-\tnonce*:string\t-",
}

// additions are query parameters that earlier documents had and official SDKs still send.
var additions = map[string]string{"GetCommerceSubscriptionItemList": "user_id:string organization_id:string"}

func main() {
	spec := flag.String("spec", "", "path of the OpenAPI document of the Backend API")
	out := flag.String("out", "../clerktest/operations.txt", "path of the table")
	check := flag.Bool("check", false, "compare instead of writing")
	flag.Parse()
	if err := run(*spec, *out, *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(spec, out string, check bool) error {
	if spec == "" {
		return errors.New("emulatorops: -spec is missing")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(spec)
	if err != nil {
		return fmt.Errorf("emulatorops: reading the document: %w", err)
	}
	table := render(doc)
	if !check {
		return os.WriteFile(out, table, 0o644) //nolint:gosec // a source file
	}
	have, err := os.ReadFile(out) //nolint:gosec // the path is the caller's
	if err != nil {
		return fmt.Errorf("emulatorops: %w", err)
	}
	if !bytes.Equal(have, table) {
		return errors.New("emulatorops: " + out + " is not what the document says, run emulatorops without -check")
	}
	return nil
}

func render(doc *openapi3.T) []byte {
	lines := append([]string{}, legacy...)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			lines = append(lines, line(method, path, item, op))
		}
	}
	sort.Strings(lines)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Operations of the Backend API, version %s: id, method, path, status, answer, body, query parameters, body fields.\n", doc.Info.Version)
	b.WriteString("# A parameter is name, * when required, ? when null is allowed, then type, {least..most} and =allowed|values.\n")
	for _, l := range lines {
		b.WriteString(l)
		b.WriteByte('\n')
	}
	return b.Bytes()
}
