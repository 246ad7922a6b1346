package clerk

import (
	"net/url"
	"strconv"
	"strings"
)

// RetryClass says after which failures a request of an operation may be sent again.
type RetryClass uint8

// The retry classes. With every class a request is sent again if the API refused it with 429, or if it provably never
// left this machine.
const (
	// RetryNever is for writes that must not be made twice.
	RetryNever RetryClass = iota
	// RetrySafe is for reads: they are also sent again after 5xx, timeouts and broken connections.
	RetrySafe
	// RetryIdempotent is for writes that may be repeated: they are sent again as with [RetrySafe].
	RetryIdempotent
)

// Endpoint describes one operation of the API. The package has a value for each, such as [EndpointUsersGet].
type Endpoint struct {
	Service     string     // field of Client, "Users"
	Name        string     // method of the service, "Get"
	OperationID string     // operationId of Clerk's OpenAPI document
	Method      string     // HTTP method
	Path        string     // template, "/users/{user_id}"
	Retry       RetryClass // when the request may be repeated
}

// Operation returns the name that errors and log lines carry, such as "Users.Get".
func (e Endpoint) Operation() string {
	if e.Service == "" {
		return e.Name
	}
	return e.Service + "." + e.Name
}

// CallParams is the input of an operation at the low level.
type CallParams struct {
	// Path holds one value for each placeholder of the endpoint's path, in order. Values are escaped.
	Path []string
	// Query may be nil.
	Query url.Values
	// Body is encoded as JSON, a json.RawMessage as it is; a [*Multipart] is sent as multipart/form-data; nil sends no
	// body.
	Body any
}

// expandPath fills the placeholders of the path template with escaped values.
func (e *Endpoint) expandPath(values []string) (string, error) {
	var b strings.Builder
	rest, n := e.Path, 0
	for {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			break
		}
		length := strings.IndexByte(rest[open:], '}')
		if length < 0 {
			return "", &ParamError{Operation: e.Operation(), Param: "path", Reason: "template is not closed"}
		}
		name := rest[open+1 : open+length]
		if n >= len(values) {
			return "", &ParamError{Operation: e.Operation(), Param: name, Reason: "missing"}
		}
		if reason := checkPathValue(values[n]); reason != "" {
			return "", &ParamError{Operation: e.Operation(), Param: name, Reason: reason}
		}
		b.WriteString(rest[:open])
		b.WriteString(url.PathEscape(values[n]))
		rest = rest[open+length+1:]
		n++
	}
	if n != len(values) {
		return "", &ParamError{
			Operation: e.Operation(), Param: "path",
			Reason: "needs " + strconv.Itoa(n) + " values, has " + strconv.Itoa(len(values)),
		}
	}
	b.WriteString(rest)
	return b.String(), nil
}

// checkPathValue returns why a value cannot be a path element, or "". Dot elements are refused in every number of
// encodings, because a proxy on the way may decode once more than it should and resolve them to another resource.
func checkPathValue(value string) string {
	if strings.TrimSpace(value) == "" {
		return "empty"
	}
	if hasDotElement(value) {
		return "contains a dot element"
	}
	return ""
}

// maxDecodings is how often a path is percent-decoded in search of dot elements. Nobody encodes that often in earnest.
const maxDecodings = 16

// hasDotElement reports whether s has an element "." or "..", also after percent-decoding it repeatedly. What can be
// decoded without an end counts as such.
func hasDotElement(s string) bool {
	for range maxDecodings {
		for element := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '/' || r == '\\' }) {
			if element == "." || element == ".." {
				return true
			}
		}
		decoded := decodePercent(s)
		if decoded == s {
			return false
		}
		s = decoded
	}
	return true
}

// decodePercent decodes the valid percent sequences of s and leaves the others alone.
func decodePercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
