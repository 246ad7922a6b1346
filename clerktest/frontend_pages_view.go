package clerktest

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pagePolicy lets pages load their own style sheet and script and nothing else. Browsers hold the redirects after a
// form against form-action, and the last of them leads to the application, which is on this machine or where the page
// leads back to.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; " +
	"form-action 'self' http://localhost:* https://localhost:* http://*.localhost:* https://*.localhost:* http://127.0.0.1:* https://127.0.0.1:*"

// secretFields are the fields whose values a page does not show again.
var secretFields = []string{"password", "new_password", "code", "action", "ticket", "public_key_credential", "once", "shown_to", "current_password"}

// explain puts the reasons of a refusal under their fields and keeps what was entered. What is no refusal stays an
// error.
func (v *pageView) explain(c *pageCall, refusal error) error {
	var refused *apiError
	if !errors.As(refusal, &refused) || refused.status == http.StatusInternalServerError {
		return refusal
	}
	c.status = refused.status
	for _, item := range refused.items {
		field, _ := item.Meta["param_name"].(string)
		if field != "" && !c.values.Has(field) {
			field = ""
		}
		if v.Problems[field] == "" {
			v.Problems[field] = sentence(cmp.Or(item.LongMessage, item.Message))
		}
	}
	for name := range c.values {
		if !slices.Contains(secretFields, name) {
			v.Values[name] = c.values.Get(name)
		}
	}
	return nil
}

// respondPage writes a page, a redirect, or a page that says why there is none. It returns the status.
func (c *pageCall) respondPage(answer any, err error) int {
	view, ok := answer.(*pageView)
	name := strings.TrimPrefix(c.page.path, "/")
	switch {
	case err != nil:
		view, name = c.problemView(err), "problem"
	case !ok:
		return c.respondFrontend(answer, nil)
	}
	view.Once = randomHex(16)
	view.Title, view.Console = cmp.Or(view.Title, c.page.title), c.inst.URL()+"/"
	view.Query = queryOf(c.r.URL)
	view.Self = "./" + strings.TrimPrefix(c.page.path, "/") + view.Query // With the dot a colon in the query is no scheme's.
	text, err := c.renderPage(name, view)
	if err != nil {
		return c.refuse(err)
	}
	return c.respond(text, nil)
}

// renderPage fills a template and sets the headers of a page.
func (c *frontendCall) renderPage(name string, view *pageView) (textAnswer, error) {
	view.Root = strings.Repeat("../", strings.Count(c.endpoint.op.path, "/")-1)
	var body strings.Builder
	if err := pageTemplates.ExecuteTemplate(&body, name+".html", view); err != nil {
		return textAnswer{}, err
	}
	policy := pagePolicy
	if u, err := url.Parse(c.query.Get("redirect_url")); err == nil && u.Host != "" && !strings.ContainsAny(u.Host, "; ,*'") {
		policy += " " + u.Scheme + "://" + u.Host
	}
	h := c.w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with no-referrer browsers send forms from the origin "null"
	return textAnswer{"text/html; charset=utf-8", body.String()}, nil
}

// messagePage is a page that only tells something.
func (c *frontendCall) messagePage(title, text string) (textAnswer, error) {
	return c.renderPage("problem", &pageView{Title: title, Console: c.inst.URL() + "/", Problems: map[string]string{"": text}})
}

// problemView is a page that only says what is wrong.
func (c *pageCall) problemView(err error) *pageView {
	var refused *apiError
	if !errors.As(err, &refused) || len(refused.items) == 0 {
		c.emulator.report(c.call, err)
		refused = errInternal()
	}
	c.status = refused.status
	return &pageView{Title: "This does not work", Problems: map[string]string{"": sentence(refused.items[0].LongMessage)}}
}

// sentence makes a message of the Backend API one that reads well under a field.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(message)
	message = string(unicode.ToUpper(first)) + message[size:]
	if !strings.ContainsAny(message[len(message)-1:], ".!?") {
		message += "."
	}
	return message
}

// trouble is why a verification failed, in words for people; empty when it did not.
func (v *factorVerification) trouble() string {
	if v == nil || v.Error == nil || v.Status == "transferable" {
		return ""
	}
	return sentence(cmp.Or(v.Error.LongMessage, v.Error.Message))
}

// pageURL is the address of a path of this instance: of the emulator itself for the first one, else below its frontend
// host.
func (in *Instance) pageURL(path string) string {
	if in.name == firstInstance {
		return in.URL() + path
	}
	return in.URL() + "/" + in.name + frontendSuffix + path
}

// ownsHost reports whether the application is at a host, as it is where the emulator is mounted in it.
func (in *Instance) ownsHost(host string) bool {
	return in.applicationOrigin("http://"+host) || in.applicationOrigin("https://"+host)
}

// queryOf is the query of an address with its question mark, empty when there is none.
func queryOf(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.RawQuery
}
