// Command webhooks exchanges signed webhooks with the npm packages svix and standardwebhooks in both directions and
// fails if the two sides disagree about any delivery. run.sh installs the packages and starts it:
//
//	webhooks -peer path/to/peer.mjs
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

func main() {
	script := flag.String("peer", "peer.mjs", "path of the node script, beside its node_modules")
	flag.Parse()
	if err := run(context.Background(), *script); err != nil {
		fmt.Fprintln(os.Stderr, "webhooks:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, script string) error {
	p, err := startPeer(ctx, script)
	if err != nil {
		return err
	}
	var exchanged, wrong int
	for _, library := range libraries() {
		for _, key := range secrets() {
			for name, body := range bodies() {
				for offset, inTime := range times() {
					for _, c := range changes() {
						problems, err := exchange(p, library, key, body, time.Now().Add(offset), c, inTime)
						if err != nil {
							return err
						}
						exchanged += 2
						for _, problem := range problems {
							wrong++
							fmt.Printf("%s, body %s, sent %v, %s: %s\n", library, name, offset, c.name, problem)
						}
					}
				}
			}
		}
	}
	if err := p.stop(); err != nil {
		return err
	}
	fmt.Printf("%d deliveries exchanged with %v, %d disagreements\n", exchanged, libraries(), wrong)
	if wrong > 0 {
		return errors.New("the two sides disagree")
	}
	return nil
}

// exchange sends one delivery in each direction and returns what is wrong.
func exchange(p *peer, library, key string, body []byte, at time.Time, c change, inTime bool) ([]string, error) {
	var problems []string
	want := c.passes && inTime
	signer, err := clerkwebhook.NewSigner(key)
	if err != nil {
		return nil, err
	}
	id, seconds := "msg_"+strconv.FormatInt(at.UnixNano(), 36), itoa(at.Unix())

	theirs, err := p.ask(request{Op: "sign", Library: library, Signing: key, ID: id, Seconds: at.Unix(), Body: body})
	if err != nil || !theirs.OK {
		return nil, fmt.Errorf("%s does not sign: %s: %w", library, theirs.Error, err)
	}
	ours := signer.Signature(id, at, body)
	if ours != theirs.Signature {
		problems = append(problems, "the signatures differ")
	}

	in := delivery{id: id, timestamp: seconds, signature: theirs.Signature, body: body, secret: key}
	c.edit(&in)
	if got := receive(in, library); (got == nil) != want {
		problems = append(problems, fmt.Sprintf("from npm: got %v, want it to pass: %v", got, want))
	}

	out := delivery{id: id, timestamp: seconds, signature: ours, body: body, secret: key}
	c.edit(&out)
	verdict, err := p.ask(request{Op: "verify", Library: library, Signing: out.secret, Body: out.body, Headers: headers(out, library)})
	if err != nil {
		return nil, err
	}
	if verdict.OK != want {
		problems = append(problems, fmt.Sprintf("to npm: got %q, want it to pass: %v", verdict.Error, want))
	}
	return problems, nil
}

// receive verifies a delivery with clerkwebhook.
func receive(d delivery, library string) error {
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{d.secret}})
	if err != nil {
		return err
	}
	header := http.Header{}
	for name, value := range headers(d, library) {
		header.Set(name, value)
	}
	_, err = verifier.Verify(header, d.body)
	return err
}

// headers are named as the library names them.
func headers(d delivery, library string) map[string]string {
	prefix := "webhook-"
	if library == "svix" {
		prefix = "svix-"
	}
	return map[string]string{prefix + "id": d.id, prefix + "timestamp": d.timestamp, prefix + "signature": d.signature}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
