package clerkwebhook

import (
	"net/http"
	"strings"
)

// The names of the headers of a delivery, and those that the Standard Webhooks specification gives them.
const (
	HeaderID        = "svix-id"
	HeaderTimestamp = "svix-timestamp"
	HeaderSignature = "svix-signature"

	HeaderStandardID        = "webhook-id"
	HeaderStandardTimestamp = "webhook-timestamp"
	HeaderStandardSignature = "webhook-signature"
)

// maxHeaderBytes bounds each header of a delivery. A message id has about 30 bytes, a signature 47.
const maxHeaderBytes = 4096

// delivery holds the three headers of a request, exactly as they were signed.
type delivery struct{ id, timestamp, signature string }

// readHeaders takes the three headers under their Svix names, or under the Standard Webhooks names if none of the
// Svix ones is there.
func readHeaders(header http.Header) (delivery, error) {
	names := [3]string{HeaderID, HeaderTimestamp, HeaderSignature}
	standard := [3]string{HeaderStandardID, HeaderStandardTimestamp, HeaderStandardSignature}
	if !anyPresent(header, names) && anyPresent(header, standard) {
		names, standard = standard, names
	}
	var values [3]string
	var missing, duplicated []string
	for i, name := range names {
		value, ok := single(header, name)
		other, otherOK := single(header, standard[i])
		switch {
		case !ok || !otherOK || (value != "" && other != "" && value != other):
			duplicated = append(duplicated, name)
		case value == "":
			missing = append(missing, name)
		case len(value) > maxHeaderBytes:
			return delivery{}, &Error{Reason: ReasonInvalidHeaders, Headers: []string{name}}
		}
		values[i] = value
	}
	if len(duplicated) > 0 {
		return delivery{}, &Error{Reason: ReasonDuplicateHeaders, Headers: duplicated}
	}
	if len(missing) > 0 {
		return delivery{}, &Error{Reason: ReasonMissingHeaders, Headers: missing}
	}
	return delivery{id: values[0], timestamp: values[1], signature: values[2]}, nil
}

func anyPresent(header http.Header, names [3]string) bool {
	for _, name := range names {
		if len(header.Values(name)) > 0 {
			return true
		}
	}
	return false
}

// single returns the trimmed value of a header, and whether it is there at most once. Names are matched in any case,
// because not every framework keeps them in canonical form.
func single(header http.Header, name string) (string, bool) {
	value, count := "", 0
	for key, values := range header {
		if strings.EqualFold(key, name) {
			for _, v := range values {
				value = strings.TrimSpace(v)
				count++
			}
		}
	}
	return value, count <= 1
}
