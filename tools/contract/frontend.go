package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// pageOrigin is that of the pages on which the browsers of the tour are.
const pageOrigin = "http://localhost:3000"

// A webVisitor talks to the Frontend API as ClerkJS does.
type webVisitor struct {
	*tour
	ctx     context.Context //nolint:containedctx // lives as long as the tour
	in      *clerktest.Instance
	backend *clerk.Client
	dev     string // token of the dev browser
	session string
	user    string
	header  http.Header
}

// object is a decoded JSON object.
type object map[string]any

// at is the value that a path of member names leads to, with the first item of lists; nil where it leads nowhere.
func (o object) at(path ...string) any {
	var value any = map[string]any(o)
	for _, name := range path {
		if list, ok := value.([]any); ok {
			if len(list) == 0 {
				return nil
			}
			value = list[0]
		}
		members, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = members[name]
	}
	return value
}

// text is the text that a path leads to, empty where there is none.
func (o object) text(path ...string) string {
	s, _ := o.at(path...).(string)
	return s
}

// another opens another browser.
func (v *webVisitor) another() *webVisitor {
	other := &webVisitor{tour: v.tour, ctx: v.ctx, in: v.in, backend: v.backend, header: http.Header{"Origin": {pageOrigin}}}
	other.dev = other.do(http.MethodPost, "/v1/dev_browser").text("id")
	return other
}

// newWebVisitor opens a browser.
func newWebVisitor(ctx context.Context, t *tour, in *clerktest.Instance) (*webVisitor, error) {
	backend, err := clerk.NewClient(in.SecretKey(), clerk.WithBaseURL(in.URL()+"/v1"))
	if err != nil {
		return nil, err
	}
	v := &webVisitor{tour: t, ctx: ctx, in: in, backend: backend}
	return v.another(), nil
}

// signIn signs a user in.
func (v *webVisitor) signIn(email, password string) { //nolint:unparam // a call shows whose password it is
	done := v.do(http.MethodPost, "/v1/client/sign_ins", "identifier", email, "password", password)
	v.session = done.text("response", "created_session_id")
	v.user = done.text("client", "sessions", "user", "id")
}

// do makes one request with a form of names and values; a refusal is a failed step.
func (v *webVisitor) do(method, path string, pairs ...string) object {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.send(method, path, "application/x-www-form-urlencoded", []byte(form.Encode()))
}

// doJSON makes one request with a JSON body.
func (v *webVisitor) doJSON(method, path string, body any) object {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // the tour's own values
	}
	return v.send(method, path, "application/json", raw)
}

func (v *webVisitor) send(method, path, kind string, body []byte) (out object) {
	v.step(method+" "+path, func() (err error) {
		out, err = v.exchange(method, path, kind, body)
		return err
	})
	return out
}

func (v *webVisitor) exchange(method, path, kind string, body []byte) (object, error) {
	u, err := url.Parse(v.in.URL() + path)
	if err != nil {
		return nil, err
	}
	query := u.Query()
	for name, value := range map[string]string{"__clerk_db_jwt": v.dev, "_clerk_session_id": v.session, "__clerk_api_version": "2026-08-20"} {
		if value != "" {
			query.Set(name, value)
		}
	}
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(v.ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = v.header.Clone()
	req.Header.Set("Content-Type", kind)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("status %d: %s", resp.StatusCode, raw)
	}
	out := object{"location": resp.Header.Get("Location")}
	if strings.HasPrefix(string(raw), "{") {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}

// code is the code of the last e-mail.
func (v *webVisitor) code() string { return v.lastEmail().Code }

func (v *webVisitor) lastEmail() clerktest.Email {
	sent := v.in.Emails()
	if len(sent) == 0 {
		return clerktest.Email{}
	}
	return sent[len(sent)-1]
}

// open follows the link of the last e-mail.
func (v *webVisitor) open() object { //nolint:unparam // all steps answer alike
	_, link, _ := strings.Cut(v.lastEmail().Body, v.in.URL())
	return v.do(get, link)
}

// provide says at the page that plays a provider who somebody is, and returns where the page leads.
func (v *webVisitor) provide(address, email string) string {
	page := *v
	page.header = http.Header{"Origin": {v.in.URL()}}
	at := strings.TrimPrefix(address, v.in.URL())
	return "/" + page.do(post, at, "action", "allow", "email_address", email, "first_name", "Ada").text("location")
}
