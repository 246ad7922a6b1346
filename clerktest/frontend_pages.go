package clerktest

import (
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/clerkgo/clerk-go/clerktest/internal/route"
)

// pageFiles are the emulator's own pages: templates, one style sheet and one script, without any package from npm.
//
//go:embed pages
var pageFiles embed.FS

var pageTemplates = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// webPage is one page of the emulator for people. Pages do their work through the handlers of the Frontend API, so both
// know the same rules. The template of a page has the name of its path; forms post to the page itself, and the value of
// the field "action" says what to do.
//
//   - show returns what the template shows, or a redirectAnswer. It only reads.
//   - an act changes something and returns where the browser goes on; an error shows the page again, with the sentence of the
//     error under the field that its param_name names.
//   - c.step calls a handler of the Frontend API; c.values is the form that was sent.
type webPage struct {
	path, title string
	show        func(*pageCall) (any, error)
	acts        map[string]func(*pageCall) (redirectAnswer, error)
}

// pageCall is one request for a page.
type pageCall struct {
	*frontendCall

	page   *webPage
	values url.Values // of the form
	answer any        // of the last step
	codes  []string   // new backup codes, which are shown now and never again
}

// pageView is what a template gets.
type pageView struct {
	Title, Application string
	Root               string            // leads to the folder of the pages, for files and links
	Self               string            // where forms go: the page with its query
	Query              string            // of the page, with a question mark, for links to pages that continue with it
	Console            string            // address of the console
	Once               string            // what its forms may be sent with once
	ShownTo            string            // person for whom its forms act, empty when nobody is signed in
	Problems           map[string]string // sentence by field; the one under "" belongs to no field
	Values             map[string]string // what was entered, besides secrets
	Data               any
}

// routes are the ways to a page, of an address of its own or of a frontend host of the emulator.
func (p *webPage) routes() []rawRoute {
	serve := func(e *Emulator) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { e.servePage(w, r, p) }
	}
	return []rawRoute{{http.MethodGet, p.path, serve}, {http.MethodPost, p.path, serve}}
}

// pagesFamily are the pages that the environment points to, with their style sheet and script.
func pagesFamily() family {
	f := family{tables: []anyTable{tableSentForms}}
	for _, p := range []*webPage{signInPage(), tasksPage(), signUpPage(), providerPage(), userPage(), organizationPage(), waitlistPage(), checkoutPage(), verifyPage()} {
		f.raw = append(f.raw, p.routes()...)
	}
	for file, kind := range map[string]string{"pages.css": "text/css", "pages.js": "text/javascript"} {
		f.raw = append(f.raw, rawRoute{http.MethodGet, "/" + file, func(*Emulator) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", kind+"; charset=utf-8")
				w.Header().Set("X-Content-Type-Options", "nosniff")
				w.Header().Set("Cache-Control", "no-cache")
				http.ServeFileFS(w, r, pageFiles, "pages/"+file)
			}
		}})
	}
	return f
}

// servePage answers a request for a page.
func (e *Emulator) servePage(w http.ResponseWriter, r *http.Request, p *webPage) {
	started := time.Now()
	op := &operation{id: "page" + p.path, method: r.Method, path: p.path, status: http.StatusOK}
	inst := e.instanceOf(r)
	r = inst.dropStrangeBrowser(r)
	c := &pageCall{page: p, frontendCall: &frontendCall{call: &call{
		emulator: e, inst: inst, endpoint: &endpoint{op: op}, w: w, r: r, query: r.URL.Query(), traceID: randomHex(16),
	}}}
	w.Header().Set("Cache-Control", "no-store")
	answer, err := e.answerPage(c)
	status := c.respondPage(answer, err)
	e.logCall(c.call, "frontend", started, status, err)
}

// dropStrangeBrowser forgets the dev browser of another Clerk, which a page replaces as ClerkJS does.
func (in *Instance) dropStrangeBrowser(r *http.Request) *http.Request {
	query := r.URL.Query()
	if token := query.Get("__clerk_db_jwt"); token == "" || browserToken.MatchString(token) {
		return r
	}
	query.Del("__clerk_db_jwt")
	r = r.Clone(r.Context())
	r.URL.RawQuery = query.Encode()
	return r
}

// answerPage runs what the form asks for, or shows the page. A page is shown to people who came to this address by
// themselves or from the application; only forms of its own change anything.
func (e *Emulator) answerPage(c *pageCall) (answer any, err error) {
	defer recoverInto(&answer, &err)
	if host := (&url.URL{Host: c.r.Host}).Hostname(); !e.ownHost(host) && !c.inst.ownsHost(c.r.Host) {
		return nil, errForbidden("host_not_allowed", "This local Clerk does not show its pages under this host name.")
	}
	if err := c.inst.ensureKey(); err != nil {
		return nil, err
	}
	if c.r.Method != http.MethodPost {
		return c.showPage(nil)
	}
	if err := http.NewCrossOriginProtection().Check(c.r); err != nil {
		return nil, errForbidden("origin_not_allowed", "This form was sent by a page of another origin.")
	}
	if c.values, err = readFormValues(c.r); err != nil {
		return nil, err
	}
	act := c.page.acts[c.values.Get("action")]
	if act == nil {
		return nil, errParamValue("action", "a button of this page")
	}
	var target redirectAnswer
	err = c.change(true, func() (err error) {
		if err := c.sendOnce(); err != nil {
			return err
		}
		if err := c.checkShownTo(); err != nil {
			return err
		}
		target, err = act(c)
		return err
	})
	if wantsReverification(err) {
		return c.verifyFirst()
	}
	if err == nil && c.codes == nil {
		return target, nil
	}
	return c.showPage(err)
}

// showPage shows the page, with the reason why a form was refused.
func (c *pageCall) showPage(refusal error) (answer any, err error) {
	view := &pageView{Problems: map[string]string{}, Values: map[string]string{}}
	if refusal != nil {
		if err := view.explain(c, refusal); err != nil {
			return nil, err
		}
	}
	err = c.look(true, func() (err error) {
		answer, err = c.page.show(c)
		settings := c.tx.settings()
		view.Application = settings.applicationName()
		if c.session != nil {
			view.ShownTo = c.session.UserID
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, ok := answer.(redirectAnswer); ok {
		return answer, nil
	}
	view.Data = answer
	return view, nil
}

// step calls a handler of the Frontend API with the fields of a body and, in pairs, the parameters of its path.
func (c *pageCall) step(handler func(*frontendCall) (any, error), fields map[string]any, params ...string) error {
	raw, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	c.raw, c.params = raw, nil
	for i := 0; i+1 < len(params); i += 2 {
		c.params = append(c.params, route.Param{Name: params[i], Value: params[i+1]})
	}
	c.answer, err = handler(c.frontendCall)
	return err
}
