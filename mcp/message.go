package clerkmcp

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxBatch bounds the messages of one request body.
const maxBatch = 100

// message is what the guard reads of a JSON-RPC message. The texts point into the body.
type message struct {
	id        []byte // as it came; nil for a notification
	method    string // empty for a response
	tool      []byte // of tools/call
	arguments []byte // of tools/call, as they came
}

// isCall reports whether a message calls a tool.
func (m *message) isCall() bool { return m.method == "tools/call" }

// isRequest reports whether a message wants an answer.
func (m *message) isRequest() bool { return m.method != "" && m.id != nil }

// problem says why a body is no message, in words for the developer of a client.
type problem string

// Error returns the words.
func (p problem) Error() string { return string(p) }

const (
	errNotJSON   problem = "The body is not JSON in UTF-8."
	errTooLarge  problem = "The body is too large."
	errBatch     problem = "The batch is empty or has too many messages."
	errMessage   problem = "The body is not a JSON-RPC message."
	errDuplicate problem = "A member of the message is there twice or in other letters."
	errID        problem = "The id must be a text or a number, and a tool call must have one."
	errCall      problem = "A tool call must name the tool as a text."
)

// parseMessages appends the messages of a body to list, and reports whether they came as a batch. Where JSON readers
// disagree, it refuses: whoever reads the body afterwards must see the same method and the same tool.
func parseMessages(list []message, body []byte) ([]message, bool, error) {
	if !utf8.Valid(body) {
		return nil, false, errNotJSON
	}
	w := walker{text: body}
	list, batch, err := w.messages(list)
	if w.space(); err == nil && w.at == len(body) && !w.broken {
		return list, batch, nil
	}
	// What follows the first problem was not read.
	if err == nil || w.broken || !json.Valid(body) {
		err = errNotJSON
	}
	return nil, batch, err
}

// messages reads the text of the walker.
func (w *walker) messages(list []message) ([]message, bool, error) {
	switch w.space() {
	case '{':
		m, err := w.message()
		return append(list, m), false, err
	case '[':
	default:
		return nil, false, errMessage
	}
	for more := w.enter(']'); more; more = w.next(']') {
		if w.space() != '{' {
			return nil, true, errMessage
		}
		m, err := w.message()
		if err != nil {
			return nil, true, err
		}
		if list = append(list, m); len(list) > maxBatch {
			return nil, true, errBatch
		}
	}
	if len(list) == 0 {
		return nil, true, errBatch
	}
	return list, true, nil
}

// The members that decide what a message is, and those that decide what a call is.
var (
	messageMembers = []string{"jsonrpc", "id", "method", "params", "result", "error"}
	callMembers    = []string{"name", "arguments"}
)

// paramsAt is the place of the parameters among messageMembers.
const paramsAt = 3

// params are the parameters of a message, read as those of a tool call.
type params struct {
	object bool
	unique bool      // no member is there twice or in other letters
	values [2][]byte // of callMembers
}

// message reads the object at the walker.
func (w *walker) message() (message, error) {
	var m message
	var values [6][]byte
	var p params
	unique := w.members(messageMembers, values[:], &p)
	switch {
	case w.broken:
		return m, errNotJSON // The values are not whole.
	case !unique:
		return m, errDuplicate
	}
	version, id, method, answers := values[0], values[1], values[2], values[4] != nil || values[5] != nil
	if string(version) != `"2.0"` || answers == (method != nil) {
		return m, errMessage
	}
	if answers {
		return m, nil
	}
	if id != nil && string(id) != "null" {
		if c := id[0]; c != '"' && c != '-' && (c < '0' || c > '9') {
			return m, errID
		}
		m.id = id
	}
	name, ok := text(method)
	if !ok || len(name) == 0 {
		return m, errMessage
	}
	m.method = known(name)
	if !m.isCall() {
		return m, nil
	}
	if m.id == nil {
		return m, errID
	}
	return m, m.readCall(&p)
}

// readCall reads the parameters of a tool call.
func (m *message) readCall(p *params) error {
	switch {
	case !p.object:
		return errCall
	case !p.unique:
		return errDuplicate
	}
	var ok bool
	if m.tool, ok = text(p.values[0]); !ok || len(m.tool) == 0 {
		return errCall
	}
	m.arguments = p.values[1]
	return nil
}

// text returns the text of a JSON string. Other values are not ok.
func text(raw []byte) ([]byte, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return nil, false
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], true
	}
	var s string
	err := json.Unmarshal(raw, &s)
	// An escape that stands for no character is read in different ways.
	return []byte(s), err == nil && !strings.ContainsRune(s, utf8.RuneError)
}

// known returns a text without an allocation where it is a method that every call uses.
func known(raw []byte) string {
	if string(raw) == "tools/call" {
		return "tools/call"
	}
	return string(raw)
}
