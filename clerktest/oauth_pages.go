package clerktest

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// pageHeaders keep a page out of frames and caches, and without scripts.
func pageHeaders(h http.Header) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
}

// pageFrame is what the pages of the authorization server have in common.
const pageFrame = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.4rem 1.2rem;margin-right:.5rem}
small{color:#555}select,input{font:inherit;padding:.3rem}</style></head><body><h1>{{.Title}}</h1>
`

func newPage(name, body string) *template.Template {
	return template.Must(template.New(name).Parse(pageFrame + body + "<p><small>Local Clerk, for development.</small></p></body></html>\n"))
}

var (
	noticeTemplate = newPage("message", `<p>{{.Text}}</p>`)

	consentTemplate = newPage("consent", `<p><b>{{.Client}}</b> asks for access to the account of {{.User}}:</p>
<ul>{{range .Scopes}}<li>{{.Description}} <small>({{.Name}})</small></li>{{end}}</ul>
{{if .UserCode}}<p>Go on only if the program shows you the code <b>{{.UserCode}}</b></p>{{else}}<p>The answer goes to <b>{{.Domain}}</b><br><small>{{.RedirectURI}}</small></p>{{end}}
{{if .Resource}}<p>The access is for <b>{{.Resource}}</b></p>{{end}}
<form method="post" action="{{.Action}}"><input type="hidden" name="request" value="{{.Request}}"><input type="hidden" name="token" value="{{.Token}}">
{{if .ReadsOrganization}}<p><label>Organization <select name="organization_id">{{range .Organizations}}<option value="{{.ID}}">{{.Name}}</option>{{end}}</select></label></p>{{end}}
<button name="answer" value="allow">Allow</button><button name="answer" value="deny">Deny</button></form>`)

	againTemplate = newPage("again", `<p><b>{{.Client}}</b> asks that you sign in again. You are signed in as {{.User}}.</p>
<form method="post" action="{{.Action}}"><input type="hidden" name="request" value="{{.Request}}"><input type="hidden" name="token" value="{{.Token}}">
<button name="answer" value="sign_in_again">Sign in again</button><button name="answer" value="deny">Cancel</button></form>`)

	codeTemplate = newPage("code", `{{if .Wrong}}<p>There is no program that waits for this code. It may have expired.</p>{{end}}
<form method="get" action="{{.Action}}"><p><label>Code that the program shows <input name="user_code" autocomplete="off" autocapitalize="characters" maxlength="16" autofocus required></label></p>
<button>Continue</button></form>`)

	formPostTemplate = newPage("form_post", `<form method="post" action="{{.Action}}">{{range .Fields}}<input type="hidden" name="{{.Name}}" value="{{.Value}}">
{{end}}<button autofocus>Continue</button></form>`)
)

func rendered(t *template.Template, data any) string {
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "<!DOCTYPE html><title>Error</title><p>The page cannot be shown.</p>"
	}
	return b.String()
}

type noticeData struct{ Title, Text string }

func noticeAnswer(title, text string) oauthAnswer {
	return oauthAnswer{page: rendered(noticeTemplate, noticeData{title, text})}
}

// deviceCodePage asks for the code that a program shows.
func (c *oauthCall) deviceCodePage(wrong bool) oauthAnswer {
	return oauthAnswer{page: rendered(codeTemplate, struct {
		Title, Action string
		Wrong         bool
	}{"Sign in on a device", c.base() + "/oauth/device", wrong})}
}

// errorPage tells a person what the client did wrong.
func errorPage(e *oauthError) string {
	return rendered(noticeTemplate, noticeData{"This request cannot be answered", e.code + ": " + e.description})
}

// consentData is what the pages that ask a user show.
type consentData struct {
	Title, Client, User, Domain, RedirectURI, Resource string
	Action, Request, Token, UserCode                   string
	Scopes                                             []OAuthScope
	ReadsOrganization                                  bool
	Organizations                                      []organizationChoice
}

type organizationChoice struct{ ID, Name string }

func (c *oauthCall) consentData(r *oauthRequest, title string) consentData {
	s := c.tx.oauthSettings()
	data := consentData{
		Title: title, Client: c.client.Name, Domain: redirectDomain(r.RedirectURI), RedirectURI: r.RedirectURI, Resource: r.Resource,
		Action: c.base() + "/oauth/consent", Request: r.ID, Token: r.Token, UserCode: r.UserCode, ReadsOrganization: slices.Contains(r.Scopes, "user:org:read"),
		Scopes: slices.DeleteFunc(s.scopeCatalog(), func(scope OAuthScope) bool { return !slices.Contains(r.Scopes, scope.Name) }),
	}
	if row := tableSessions.get(c.tx, r.SessionID); row != nil {
		data.User = c.tx.displayName(row.UserID)
		for _, id := range c.tx.organizationIDs(row.UserID) {
			if o := tableOrganizations.get(c.tx, id); o != nil {
				data.Organizations = append(data.Organizations, organizationChoice{o.ID, o.Name})
			}
		}
	}
	return data
}

// displayName is what a page calls a user.
func (x *tx) displayName(userID string) string {
	u := tableUsers.get(x, userID)
	if u == nil {
		return ""
	}
	if email := u.primaryEmail(); email != nil {
		return email.Value
	}
	if name := text(u.Username); name != "" {
		return name
	}
	return u.ID
}

// redirectDomain is the host of a redirect URI, or its scheme when it is one of a native application.
func redirectDomain(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return ""
	case u.Scheme != "https" && u.Scheme != "http":
		return u.Scheme + ":"
	}
	return u.Hostname()
}

func consentPage(c *oauthCall, r *oauthRequest) oauthAnswer {
	return oauthAnswer{page: rendered(consentTemplate, c.consentData(r, "Allow access?"))}
}

func signInAgainPage(c *oauthCall, r *oauthRequest) oauthAnswer {
	return oauthAnswer{page: rendered(againTemplate, c.consentData(r, "Sign in again"))}
}

// formPostPage sends the answer to the client as a form. There is no script on it: the user presses a button.
func formPostPage(action string, values url.Values) string {
	type field struct{ Name, Value string }
	data := struct {
		Title, Action string
		Fields        []field
	}{Title: "Back to the application", Action: action}
	for name := range values {
		data.Fields = append(data.Fields, field{name, values.Get(name)})
	}
	slices.SortFunc(data.Fields, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	return rendered(formPostTemplate, data)
}
