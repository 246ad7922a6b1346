package clerkauth

import (
	"errors"
	"net/url"
	"strings"
)

// resourceMetadataPath is where the metadata of a protected resource are (RFC 9728, section 3).
const resourceMetadataPath = "/.well-known/oauth-protected-resource"

// ResourceMetadataURL returns the address of the metadata of a protected resource, for [Config].ResourceMetadataURL and
// for the route that serves them (RFC 9728, section 3.1): the well-known path comes between the host and the path of
// the resource, so that https://example.com/mcp becomes https://example.com/.well-known/oauth-protected-resource/mcp.
// The resource is the URL that clients use, with https or on this machine, and without a fragment.
func ResourceMetadataURL(resource string) (string, error) {
	u, ok := parseWebURL(resource)
	switch {
	case !ok || !validMetadataURL(resource) || strings.Contains(resource, "#"):
		return "", errors.New("clerkauth: ResourceMetadataURL: the resource is not an absolute URL without a fragment")
	case u.Scheme == "http" && !isLoopbackHost(u.Host):
		return "", errors.New("clerkauth: ResourceMetadataURL: plain http is for this machine only, use https")
	case hasDotSegment(u.EscapedPath()):
		return "", errors.New("clerkauth: ResourceMetadataURL: the path has dot segments")
	}
	path := u.EscapedPath()
	if path == "/" {
		path = ""
	}
	text := u.Scheme + "://" + u.Host + resourceMetadataPath + path
	if u.RawQuery != "" {
		text += "?" + u.RawQuery
	}
	return text, nil
}

// validMetadataURL reports whether a URL may stand in a challenge, between quotes.
func validMetadataURL(text string) bool {
	u, err := url.Parse(text)
	_, printable := headerValue(text)
	return err == nil && isWebURL(u) && u.Fragment == "" && printable && !strings.ContainsAny(text, "\"\\ ")
}
