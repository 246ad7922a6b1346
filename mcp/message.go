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
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, false, errNotJSON
	}
	v := walker{text: body}
	if v.space() == '{' {
		m, err := v.message()
		if err != nil {
			return nil, false, err
		}
		return append(list, m), false, nil
	}
	if v.text[v.at] != '[' {
		return nil, false, errMessage
	}
	for v.next(']') {
		if v.text[v.at] != '{' {
			return nil, true, errMessage
		}
		m, err := v.message()
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

// message reads the object at the walker.
func (v *walker) message() (message, error) {
	var m message
	var values [6][]byte
	if err := v.members(messageMembers, values[:]); err != nil {
		return m, err
	}
	version, id, method, params := values[0], values[1], values[2], values[3]
	if string(version) != `"2.0"` {
		return m, errMessage
	}
	if method == nil {
		if values[4] == nil && values[5] == nil {
			return m, errMessage
		}
		return m, nil
	}
	if values[4] != nil || values[5] != nil {
		return m, errMessage
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
	return m, m.readCall(params)
}

// readCall reads the parameters of a tool call.
func (m *message) readCall(params []byte) error {
	if len(params) == 0 || params[0] != '{' {
		return errCall
	}
	var values [2][]byte
	v := walker{text: params}
	if err := v.members(callMembers, values[:]); err != nil {
		return err
	}
	var ok bool
	if m.tool, ok = text(values[0]); !ok || len(m.tool) == 0 {
		return errCall
	}
	m.arguments = values[1]
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
