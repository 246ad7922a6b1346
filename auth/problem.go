package clerkauth

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

const (
	contentTypeJSON    = "application/json"
	contentTypeProblem = "application/problem+json"
	// maxAccept bounds how much of an Accept header is read.
	maxAccept = 1 << 10
)

// Answer returns the answer to a refusal in the form that the request asks for: as problem+json (RFC 9457) if its
// Accept header names that type, and otherwise as [AnswerTo] does. Status and headers are the same in both forms.
func (r Request) Answer(err error) Answer {
	answer := AnswerTo(err)
	if !r.acceptsProblem() {
		return answer
	}
	body, failed := json.Marshal(problemOf(refusalOf(err)))
	if failed != nil {
		return answer
	}
	answer.ContentType, answer.Body = contentTypeProblem, body
	return answer
}

// acceptsProblem reports whether the request names problem+json among the types that it accepts.
func (r *Request) acceptsProblem() bool {
	if r.Header == nil {
		return false
	}
	for _, line := range r.Header("Accept") {
		if len(line) > maxAccept {
			return false
		}
		for element := range strings.SplitSeq(line, ",") {
			name, params, err := mime.ParseMediaType(element)
			if err != nil || name != contentTypeProblem {
				continue
			}
			quality, given := params["q"]
			if weight, err := strconv.ParseFloat(quality, 64); !given || err == nil && weight > 0 {
				return true
			}
		}
	}
	return false
}

// problem is the body of an answer by RFC 9457. Its type is about:blank, which is left out: the status says what kind
// of problem it is, and the reason which one.
type problem struct {
	Title      string         `json:"title"`
	Status     int            `json:"status"`
	Detail     string         `json:"detail"`
	Error      string         `json:"error"`
	Reason     Reason         `json:"reason"`
	Missing    *Requirement   `json:"missing,omitzero"`
	ClerkError map[string]any `json:"clerk_error,omitzero"`
}

func problemOf(e *Error) problem {
	p := problem{
		Title: http.StatusText(e.StatusCode()), Status: e.StatusCode(), Detail: e.description(),
		Error: e.kindName(), Reason: e.Reason, Missing: e.missing,
	}
	if e.reverification != nil {
		p.ClerkError = e.clerkError()
	}
	return p
}

// clerkError is what ClerkJS understands as the demand for a step-up.
func (e *Error) clerkError() map[string]any {
	return map[string]any{
		"type": "forbidden", "reason": ReasonReverification, "metadata": map[string]any{"reverification": e.reverification},
	}
}
