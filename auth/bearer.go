package clerkauth

import "strings"

// bearerToken returns the token of the Authorization header: nothing without one, an error if there are two headers.
// A single word is the token itself; a scheme other than Bearer counts as no header.
func bearerToken(req *Request) (string, *Error) {
	req.readCredentials()
	values := req.authorization
	switch len(values) {
	case 0:
		return "", nil
	case 1:
	default:
		return "", refuse(ReasonAuthorizationHeaderDuplicate, "more than one Authorization header")
	}
	scheme, rest, spaced := strings.Cut(values[0], " ")
	if !spaced {
		return scheme, nil
	}
	if scheme != "Bearer" && !strings.EqualFold(scheme, "Bearer") {
		return "", nil
	}
	token, _, _ := strings.Cut(rest, " ")
	if token == "" {
		return "", refuse(ReasonTokenInvalid, "the Authorization header has no token")
	}
	return token, nil
}
