package main

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

type webhookInput struct {
	Secret          string            `json:"secret"`
	ID              string            `json:"id"`
	TimestampOffset string            `json:"timestampOffset"`
	Signatures      []string          `json:"signatures"`
	HeaderFamily    string            `json:"headerFamily"`
	Body            string            `json:"body"`
	Omit            []string          `json:"omit"`
	Override        map[string]string `json:"override"`
	TamperBody      bool              `json:"tamperBody"`
}

func replayWebhook(v *vector) ([]string, error) {
	var in webhookInput
	var want struct {
		OK      bool     `json:"ok"`
		Type    string   `json:"type"`
		Error   string   `json:"error"`
		Missing []string `json:"missing"`
	}
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	w := newWorld()
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{in.Secret}, Now: w.now})
	var event *clerkwebhook.Event
	if err == nil {
		header, body, makeErr := in.delivery(w.now())
		if makeErr != nil {
			return nil, makeErr
		}
		event, err = verifier.Verify(header, body)
	}
	out := compare(nil, "verifies", err == nil, want.OK)
	if err == nil {
		return compare(out, "type", string(event.Type), want.Type), nil
	}
	var refusal *clerkwebhook.Error
	if !errors.As(err, &refusal) {
		return append(out, "the error has no reason: "+err.Error()), nil
	}
	out = compare(out, "reason", string(refusal.Reason), want.Error)
	for _, name := range want.Missing {
		if !slices.ContainsFunc(refusal.Headers, func(got string) bool { return strings.EqualFold(got, name) }) {
			out = append(out, "not reported as missing: "+name)
		}
	}
	return out, nil
}

// delivery makes the headers and the body of a delivery that was sent at the offset.
func (in *webhookInput) delivery(now time.Time) (http.Header, []byte, error) {
	offset, err := strconv.Atoi(in.TimestampOffset)
	if err != nil {
		return nil, nil, err
	}
	at := now.Add(time.Duration(offset) * time.Second)
	signer, err := clerkwebhook.NewSigner(in.Secret)
	if err != nil {
		return nil, nil, err
	}
	signatures := slices.Clone(in.Signatures)
	for i, text := range signatures {
		if text == "valid" {
			signatures[i] = signer.Signature(in.ID, at, []byte(in.Body))
		}
	}
	values := map[string]string{
		"id": in.ID, "timestamp": strconv.FormatInt(at.Unix(), 10), "signature": strings.Join(signatures, " "),
	}
	header := http.Header{}
	for name, value := range values {
		if override, ok := in.Override[name]; ok {
			value = override
		}
		if !slices.Contains(in.Omit, name) {
			header.Set(in.HeaderFamily+"-"+name, value)
		}
	}
	body := in.Body
	if in.TamperBody {
		body += " "
	}
	return header, []byte(body), nil
}
