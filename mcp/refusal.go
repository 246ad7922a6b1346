package clerkmcp

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// The codes of JSON-RPC errors. The first three are of JSON-RPC itself, the others are ours: the range from -32000 to
// -32099 is free for servers, and libraries use other numbers of it.
const (
	codeInvalidRequest  = -32600
	codeInvalidParams   = -32602
	codeInternal        = -32603
	codeUnauthenticated = -32010
	codeForbidden       = -32011
	codeUnavailable     = -32012
	codeNoSession       = -32013
)

// refusal is an answer in place of the handler's. Its texts are made of the configuration and fixed words only.
type refusal struct {
	status    int
	rpc       int    // the code of the JSON-RPC error
	code      string // of OAuth (RFC 6750), empty for a caller without a token
	text      string
	anonymous bool
	challenge bool
	scopes    scopeSet // that the challenge names
	toolError bool     // answer with an error result that the model reads
}

// malformed is the refusal of a body that is no message.
func malformed(problem error) *refusal {
	status := http.StatusBadRequest
	if errors.Is(problem, errTooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	return &refusal{status: status, rpc: codeInvalidRequest, code: "invalid_request", text: problem.Error()}
}

// refuse answers the request. A request of JSON-RPC gets an error that repeats its id: without that, clients take the
// connection for broken.
func (v *visit) refuse(f *refusal) {
	h := v.w.Header()
	if f.challenge && !f.toolError {
		h.Set("WWW-Authenticate", v.guard.challenge(f))
	}
	status := f.status
	if f.toolError {
		status = http.StatusOK
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/json")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(v.answer(f))
}

// challenge is the value of WWW-Authenticate (RFC 6750, RFC 9728).
func (g *Guard) challenge(f *refusal) string {
	var params []string
	add := func(name, value string) {
		if value != "" {
			params = append(params, name+`="`+value+`"`)
		}
	}
	if !f.anonymous {
		add("error", f.code)
		add("error_description", f.text)
	}
	add("scope", g.catalog.names(f.scopes))
	add("resource_metadata", g.metadataURL)
	return "Bearer " + strings.Join(params, ", ")
}

// answer is the body of a refusal.
func (v *visit) answer(f *refusal) []byte {
	text, _ := json.Marshal(f.text) // a text always has a form in JSON
	var answers []string
	for i := range v.messages {
		m := &v.messages[i]
		if !m.isRequest() {
			continue
		}
		outcome := `"error":{"code":` + strconv.Itoa(f.rpc) + `,"message":` + string(text) + `}`
		if f.toolError {
			outcome = `"result":{"content":[{"type":"text","text":` + string(text) + `}],"isError":true}`
		}
		answers = append(answers, `{"jsonrpc":"2.0","id":`+string(m.id)+`,`+outcome+`}`)
	}
	switch {
	case len(answers) == 0:
		code, _ := json.Marshal(f.code)
		if f.code == "" {
			code = []byte(`"unauthorized"`)
		}
		return []byte(`{"error":` + string(code) + `,"error_description":` + string(text) + `}`)
	case v.batch:
		return []byte("[" + strings.Join(answers, ",") + "]")
	}
	return []byte(answers[0])
}
