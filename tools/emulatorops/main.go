// Command emulatorops writes the local Clerk's tables of operations out of Clerk's OpenAPI documents: method, path, status,
// shape of the answer, and what is known of each query parameter and body field.
//
//	go run ./emulatorops [-spec PATH] [-frontend PATH] [-out ../clerktest] [-check]
//
// The document of the Backend API becomes operations.txt, that of the Frontend API frontend_operations.txt. With -check it
// writes nothing and fails when a file differs.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/getkin/kin-openapi/openapi3"
)

// legacy are operations that services use and the document lacks, or does not have yet.
var legacy = []string{
	"DeleteInvitation\tDELETE\t/invitations/{invitation_id}\t200\tobject\t-\t-\t-",
	"GetEmail\tGET\t/email/{email_id}\t200\tobject\t-\t-\t-",
	"SendEmail\tPOST\t/email\t200\tobject\tjson\t-\tattachments:object[]{..10} bcc:string[] cc:string[] from*:object headers:object " +
		"html:string reply_to:object subject*:string{1..998} text:string to*:object",
	"SendEmailBatch\tPOST\t/email/batch\t200\tarray\tjson\t-\tmessages*:object[]{1..100}",
	"GetHandshakePayload\tGET\t/clients/handshake_payload\t200\tobject\t-\tnonce*:string\t-",
}

// additions are query parameters that earlier documents had and official SDKs still send.
var additions = map[string]string{"GetCommerceSubscriptionItemList": "user_id:string organization_id:string"}

func main() {
	spec := flag.String("spec", "", "path of the OpenAPI document of the Backend API")
	frontend := flag.String("frontend", "", "path of the OpenAPI document of the Frontend API")
	out := flag.String("out", "../clerktest", "folder of the tables")
	check := flag.Bool("check", false, "compare instead of writing")
	flag.Parse()
	err := errors.New("emulatorops: -spec and -frontend are missing")
	if *spec+*frontend != "" {
		err = errors.Join(
			run(*spec, filepath.Join(*out, "operations.txt"), api{"Backend", legacy}, *check),
			run(*frontend, filepath.Join(*out, "frontend_operations.txt"), api{"Frontend", nil}, *check))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// api is one of Clerk's APIs, with the lines that its document lacks.
type api struct {
	name   string
	legacy []string
}

// run writes or checks the table of one document; without a document it does nothing.
func run(spec, out string, of api, check bool) error {
	if spec == "" {
		return nil
	}
	doc, err := openapi3.NewLoader().LoadFromFile(spec)
	if err != nil {
		return fmt.Errorf("emulatorops: reading the document: %w", err)
	}
	table := render(doc, of)
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

func render(doc *openapi3.T, of api) []byte {
	lines := append([]string{}, of.legacy...)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			lines = append(lines, line(method, path, item, op))
		}
	}
	sort.Strings(lines)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Operations of the %s API, version %s: id, method, path, status, answer, body, query parameters, body fields.\n", of.name, doc.Info.Version)
	b.WriteString("# A parameter is name, * when required, ? when null is allowed, then type, {least..most} and =allowed|values.\n")
	for _, l := range lines {
		b.WriteString(l)
		b.WriteByte('\n')
	}
	return b.Bytes()
}
