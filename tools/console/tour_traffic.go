package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// get asks the emulator for an address, as an application would, and follows no redirect.
func (v *visit) get(address string, header ...string) error {
	req, err := http.NewRequestWithContext(v.ctx, http.MethodGet, v.srv.URL()+address, http.NoBody)
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// watchOutbox sends messages behind the page's back, and touches the page only to open one.
func watchOutbox(v *visit) error {
	invite := func(email string) func() error {
		return func() error {
			return v.script(fmt.Sprintf("fetch('/v1/invitations', {method: 'POST', headers: {Authorization: 'Bearer %s', 'Content-Type': 'application/json'}, body: JSON.stringify({email_address: %q})})", v.srv.SecretKey(), email))
		}
	}
	// The first question whether something is new waits for a message: what comes while the page is drawn is shown all the same.
	const stays = `{ const ask = window.fetch; let asked = false; window.fetch = async (address, options) => {
		if (address.includes('/changes') && !asked) { asked = true; await new Promise(go => window.goOn = go); }
		return ask(address, options);
	}; document.querySelector('[data-page=outbox]').click(); }`
	between := func() error {
		_, err := v.srv.API().Invitations.Create(v.ctx, &clerk.InvitationCreateParams{EmailAddress: "between@example.com"})
		return err
	}
	return inOrder(v.opens("/console/users"), func() error { return v.script(stays) }, v.waits("window.goOn"), between,
		func() error { return v.script("goOn()") }, v.sees("between@example.com"),
		v.opens("/console/outbox"), func() error { return v.script("window.kept = true") }, invite("first@example.com"), v.sees("first@example.com"),
		invite("later@example.com"), v.sees("later@example.com"), v.waits("document.querySelector('[data-message] b').textContent === 'later@example.com'"), v.waits("window.kept"),
		v.clicksOn("(//details[@data-message])[1]/summary"), v.waits("document.querySelector('[data-message] iframe')"),
		v.waits("document.querySelector('[data-message] iframe').contentWindow.length === 0 && document.querySelector('[data-message] a[target=_blank]').href.includes('/v1/tickets/accept?ticket=')"),
		v.types("Messages", "outbox", "first@"), v.missing("later@example.com"), v.waits("document.querySelectorAll('[data-message]').length === 1"))
}

func watchRequests(v *visit) error {
	handshake := func() error {
		return v.get("/v1/client/handshake?redirect_url=" + url.QueryEscape(v.receiver.URL+"/welcome"))
	}
	key := func() error { return v.get("/v1/users?limit=1", "Authorization", "Bearer "+v.srv.SecretKey()) }
	shown := func() error {
		text, err := v.text("document.getElementById('view').innerText")
		if err == nil && slices.ContainsFunc([]string{v.srv.SecretKey(), "correct horse"}, func(secret string) bool { return strings.Contains(text, secret) }) {
			err = errors.New("the page shows a secret")
		}
		return err
	}
	return inOrder(v.opens("/console/inspector"), key, v.sees("GetUserList"), handshake, v.sees("handshakeClient"),
		handshake, handshake, handshake, handshake, v.waits("document.getElementById('loop')"), v.sees("A handshake loop"),
		v.clicksOn("//*[@id='pause']"), func() error { return v.get("/v1/jwks", "Authorization", "Bearer sk_test_nobody") },
		v.opens("/console/inspector?failed=true"), v.sees("no instance"),
		v.opens("/console/inspector?text=GetUserList"), v.clicksOn("//td//a[. = '/v1/users']"),
		v.sees("Authorization"), v.sees("sk_test_…"), shown)
}

// watchDelivery adds a webhook, changes something behind the page's back, and touches the page no more.
func watchDelivery(v *visit) error {
	const learned = "['webhooks', 'deliveries', 'events'].every(part => performance.getEntriesByType('resource').some(e => e.name.includes('/_clerktest/' + part)))"
	return inOrder(v.opens("/console/webhooks"), v.clicks("Webhook endpoints", "Add an endpoint"), v.types("Webhook endpoints", "url", v.receiver.URL),
		v.clicks("Webhook endpoints", "Add endpoint"), v.sees("whsec_"),
		func() error { return v.script("document.activeElement.blur(); window.kept = true") },
		func() error { v.srv.CreateUser(clerktest.User{Email: "bob@example.com"}); return nil },
		v.waits("[...document.querySelectorAll('section')].some(s => s.innerText.startsWith('Webhook deliveries') && s.innerText.includes('user.created') && s.innerText.includes('204'))"),
		v.waits("window.kept === true"), holds(func() bool { return len(v.srv.Deliveries()) > 0 }, "the emulator knows no delivery"),
		// The page learns of another delivery while the button is down, and does not take it away.
		func() error {
			return v.hold("//section[h2[. = 'Webhook endpoints']]//button[. = 'Hold']", func() error {
				return inOrder(func() error { return v.script("performance.clearResourceTimings()") },
					func() error { v.srv.CreateUser(clerktest.User{Email: "pressed@example.com"}); return nil }, v.waits(learned))
			})
		}, v.sees("holds"),
		func() error { v.srv.CreateUser(clerktest.User{Email: "held@example.com"}); return nil }, v.clicks("Webhook endpoints", "Release"), v.missing("holds"),
		v.clicksOn("(//section[h2[. = 'Webhook deliveries']]//a)[1]"),
		v.waits("location.pathname.startsWith('/console/webhooks/atmpt_')"), v.sees("Svix-Signature"), v.sees("user.created"))
}

// showMarkup stores names that would be markup, and looks whether they stayed text.
func showMarkup(v *visit) error {
	name := `<img src=x onerror="window.fooled=1">`
	u := v.srv.CreateUser(clerktest.User{FirstName: name, Email: "markup@example.com"})
	return inOrder(v.opens("/console/users/"+u.ID), v.sees(name), v.waits("!document.querySelector('#view img') && !window.fooled"),
		v.opens("/console/users?query=markup"), v.sees(name), v.waits("!document.querySelector('#view img') && !window.fooled"))
}
