package main

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
)

// negativeRows prove that what the guard answers matters: the Go client fails at a server that answers a little differently,
// and the table above has it succeed at the guard.
func negativeRows() (rows []row) {
	for _, proof := range []struct {
		step   string
		change func(answer *httptest.ResponseRecorder)
		run    func(context.Context, *visit) error
	}{
		{"resource with a slash at its end: no sign-in", slashed, cannotConnect},
		{"403 without an error: no step-up", withoutError, cannotStepUp},
		{"refusal without the id: the session ends", withoutID, losesSession},
	} {
		rows = append(rows, row{client: "go-sdk, proof", server: libraries[0].name, run: func(ctx context.Context, r *report) {
			r.step(proof.step, func() error {
				w, err := newWorld(setup{library: libraries[0], change: func(next http.Handler) http.Handler { return changed(next, proof.change) }})
				if err != nil {
					return err
				}
				defer w.close()
				v := &visit{world: w}
				if v.client, err = openSDK(ctx, w, ""); err != nil {
					return err
				}
				defer v.client.close()
				return proof.run(ctx, v)
			})
		}})
	}
	return rows
}

// changed changes the answers that are refusals or metadata.
func changed(next http.Handler, change func(*httptest.ResponseRecorder)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/mcp" {
			next.ServeHTTP(w, r) // a stream
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		change(answer)
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

func slashed(answer *httptest.ResponseRecorder) {
	body := regexp.MustCompile(`"resource":"([^"]*)"`).ReplaceAll(answer.Body.Bytes(), []byte(`"resource":"$1/"`))
	answer.Body = bytes.NewBuffer(body)
	answer.Header().Del("Content-Length")
}

func withoutError(answer *httptest.ResponseRecorder) {
	if answer.Code == http.StatusForbidden {
		challenge := answer.Header().Get("WWW-Authenticate")
		answer.Header().Set("WWW-Authenticate", strings.Replace(challenge, `error="insufficient_scope", `, "", 1))
	}
}

// withoutID leaves the challenge out as well, so that the refusal is final.
func withoutID(answer *httptest.ResponseRecorder) {
	if answer.Code == http.StatusForbidden {
		answer.Header().Del("WWW-Authenticate")
		answer.Body = bytes.NewBufferString(`{"error":"insufficient_scope"}`)
	}
}

func cannotConnect(ctx context.Context, v *visit) error {
	return want(v.client.connect(ctx, true) != nil, "the client signs in")
}

func cannotStepUp(ctx context.Context, v *visit) error {
	if err := v.client.connect(ctx, true); err != nil {
		return err
	}
	if err := want(v.client.call(ctx, "write") != nil, "the call succeeds"); err != nil {
		return err
	}
	return want(len(v.log("/oauth/authorize")) == 1, "the client asks for more")
}

func losesSession(ctx context.Context, v *visit) error {
	if err := v.client.connect(ctx, true); err != nil {
		return err
	}
	if err := want(v.client.call(ctx, "write") != nil, "the call succeeds"); err != nil {
		return err
	}
	return want(v.client.call(ctx, "read") != nil, "the session goes on")
}
