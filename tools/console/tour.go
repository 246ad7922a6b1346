package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/clerkgo/clerk-go/clerktest"
)

type step struct {
	name string
	run  func(*visit) error
}

var tour = []step{
	{"overview", func(v *visit) error { return v.shows("CLERK_SECRET_KEY=" + v.srv.SecretKey()) }},
	{"a user is made by typing", makeUser},
	{"a user is edited", editUser},
	{"metadata that is not JSON is refused while typing", editMetadata},
	{"sign in as", signInAs},
	{"a deletion is confirmed and undone", deleteAndUndo},
	{"search, paging, the address and the back button", searchUsers},
	{"an organization with a picked member", makeOrganization},
	{"tokens are minted and explained", mintTokens},
	{"sessions", watchSessions},
	{"a message arrives by itself", watchOutbox},
	{"requests appear by themselves, and a handshake loop is seen", watchRequests},
	{"a delivery appears by itself", watchDelivery},
	{"settings are saved", saveSettings},
	{"roles", makeRole},
	{"JWT templates, OAuth applications, machines, API keys", makeConfiguration},
	{"tokens of OAuth are granted and revoked", grantTokens},
	{"a sign-up is completed", completeSignUp},
	{"the clock moves, the key rotates, faults come and go", drill},
	{"a seed, and a snapshot is restored", restoreSnapshot},
	{"keys of the keyboard", useKeyboard},
	{"what an application sends is never read as HTML", showMarkup},
	{"each page fits two widths", seeEveryPage},
}

// inOrder runs actions until one fails.
func inOrder(actions ...func() error) error {
	for i, action := range actions {
		if err := action(); err != nil {
			return fmt.Errorf("action %d: %w", i+1, err)
		}
	}
	return nil
}

func (v *visit) opens(address string) func() error { return func() error { return v.open(address) } }
func (v *visit) sees(text string) func() error     { return func() error { return v.shows(text) } }
func (v *visit) waits(cond string) func() error    { return func() error { return v.until(cond) } }
func (v *visit) clicks(s, label string) func() error {
	return func() error { return v.press(s, label) }
}
func (v *visit) clicksOn(path string) func() error { return func() error { return v.click(path) } }
func (v *visit) types(s, name, value string) func() error {
	return func() error { return v.enter(s, name, value) }
}

// picks types a text into a picker and chooses the first of what it offers, once all of that has the text: the list of an
// earlier letter offers others.
func (v *visit) picks(s, name, text string) func() error {
	offers := fmt.Sprintf("(seen => seen.length > 0 && seen.every(o => o.textContent.includes(%q)))"+
		"([...document.querySelectorAll('[role=option]')].filter(o => o.checkVisibility()))", text)
	return func() error {
		return inOrder(v.types(s, name, text), v.waits(offers), v.strikes(kb.ArrowDown), v.strikes(kb.Enter))
	}
}

// strikes strikes keys as a keyboard does: what the page prevents of a key has no character. Enter in a picker sends no form.
func (v *visit) strikes(keys string) func() error {
	raw := func(k *input.DispatchKeyEventParams) {
		if k.Type == kb.KeyDown {
			k.Type = kb.KeyRawDown
		}
	}
	return func() error { return chromedp.Do(v.ctx, chromedp.KeyEvent(keys, raw)) }
}

// agrees presses the button of the open dialog.
func (v *visit) agrees(label string) func() error {
	return func() error {
		return v.tap(fmt.Sprintf("//dialog[@open]//button[. = %q]", label))
	}
}

// missing waits until a text is not on the page.
func (v *visit) missing(text string) func() error {
	return v.waits(fmt.Sprintf("!document.getElementById('view').innerText.includes(%q)", text))
}

// holds checks what the emulator knows.
func holds(ok func() bool, otherwise string) func() error {
	return func() error {
		if !ok() {
			return errors.New(otherwise)
		}
		return nil
	}
}

func makeUser(v *visit) error {
	return inOrder(v.opens("/console/users"), v.clicks("New user", "Create a user"),
		v.types("New user", "email", "ada@example.com"), v.types("New user", "first_name", "Ada"), v.types("New user", "password", "correct horse battery"),
		v.clicks("New user", "Create user"), v.waits("location.pathname.startsWith('/console/users/user_')"), v.sees("ada@example.com"),
		holds(v.srv.HasUsers, "the emulator has no user"),
		func() (err error) { v.user, err = v.text("location.pathname.split('/').pop()"); return err })
}

func editUser(v *visit) error {
	return inOrder(v.opens("/console/users/"+v.user),
		v.types("Profile", "last_name", "Lovelace"), v.clicks("Profile", "Save profile"), v.waits("document.querySelector('h1').textContent === 'Ada Lovelace'"),
		v.clicks("E-mail addresses", "Add to e-mail addresses"), v.types("E-mail addresses", "email_address", "second@example.com"), v.clicks("E-mail addresses", "Add"), v.sees("second@example.com"),
		v.clicks("", "Ban"), v.sees("banned"), v.clicks("", "Unban"), v.missing("banned"),
		v.clicks("Sessions", "New session"), v.sees("Sessions (1)"))
}

func editMetadata(v *visit) error {
	area := "document.querySelector('[data-json=\"Public metadata\"]')"
	put := func(text string) func() error {
		return func() error {
			return v.script(fmt.Sprintf("%s.value = %q; %s.dispatchEvent(new Event('input'))", area, text, area))
		}
	}
	save := area + ".closest('.json').querySelector('button')"
	return inOrder(put(`{"plan": `), v.sees("This is not JSON"), v.waits(save+".disabled"),
		put(`{"plan": "pro"}`), v.missing("This is not JSON"), func() error { return v.script(save + ".click()") },
		v.waits("document.querySelector('[data-json=\"Public metadata\"]').value.includes('pro') && document.body.dataset.drawn > 1"),
		func() error {
			return v.until(fmt.Sprintf("fetch('/v1/users/%s', {headers: {Authorization: 'Bearer %s'}}).then(r => r.json()).then(u => u.public_metadata.plan === 'pro')", v.user, v.srv.SecretKey()))
		})
}

func signInAs(v *visit) error {
	return inOrder(v.opens("/console/users/"+v.user), v.clicks("", "Sign in as"),
		func() error {
			path := "//dialog[@open]//input[@name='application']"
			return v.onPage(chromedp.Clear(path), chromedp.SendKeys(path, v.receiver.URL+"/welcome"))
		},
		v.agrees("Make the link"), v.waits("document.getElementById('sign-in-link')"),
		func() error {
			link, err := v.text("document.getElementById('sign-in-link').href")
			if err == nil && !strings.HasPrefix(link, v.receiver.URL+"/welcome?__clerk_db_jwt=dvb_") {
				err = errors.New("the link does not lead to the application with the token of a browser")
			}
			return err
		}, v.agrees("Close"),
		// The address is known now: one click opens the application, or shows the link where the browser opens no tab.
		func() error { return v.script("window.open = () => null") }, v.clicks("", "Sign in as"), v.waits("document.querySelector('dialog[open] #sign-in-link')"),
		v.strikes(kb.Escape), v.waits("!document.querySelector('dialog[open]')"))
}

func deleteAndUndo(v *visit) error {
	gone := v.srv.CreateUser(clerktest.User{Email: "gone@example.com"})
	return inOrder(v.opens("/console/users/"+gone.ID), v.clicks("", "Delete user"), v.agrees("Delete user"),
		v.waits("location.pathname === '/console/users'"), v.sees("ada@example.com"), v.missing("gone@example.com"),
		v.clicksOn("//*[@id='notices']//button[. = 'Restore the records']"), v.sees("gone@example.com"))
}

func searchUsers(v *visit) error {
	for i := range 60 {
		v.srv.CreateUser(clerktest.User{Email: fmt.Sprintf("page-%02d@example.com", i)})
	}
	return inOrder(v.opens("/console/users"), v.sees("1 to 25 of 62"), v.clicks("Users", "Next →"), v.sees("26 to 50 of 62"),
		v.waits("location.search.includes('page=2')"),
		v.types("Users", "list", "page-07"), v.sees("page-07@example.com"), v.missing("page-08"), v.waits("location.search.includes('query=page-07')"),
		v.clicksOn("//td//a[@class='id']"), v.sees("E-mail addresses"),
		func() error { return v.script("history.back()") }, v.waits("location.pathname === '/console/users'"), v.sees("page-07@example.com"), v.missing("page-08"))
}

func makeOrganization(v *visit) error {
	return inOrder(v.opens("/console/organizations"), v.clicks("New organization", "Create an organization"), v.types("New organization", "name", "Acme"),
		v.clicks("New organization", "Create organization"), v.waits("location.pathname.startsWith('/console/organizations/org_')"),
		v.clicks("Members", "Add a member"), v.picks("Members", "user_id", "Lovelace"), v.clicks("Members", "Add member"), v.sees("Ada Lovelace"),
		v.clicks("Invitations", "Invite somebody"), v.types("Invitations", "email_address", "grace@example.com"), v.clicks("Invitations", "Invite"), v.sees("pending"),
		v.clicks("Domains", "Add a domain"), v.types("Domains", "name", "acme.com"), v.clicks("Domains", "Add domain"), v.sees("acme.com"),
		func() (err error) { v.organization, err = v.text("location.pathname.split('/').pop()"); return err })
}

func mintTokens(v *visit) error {
	choose := func() error {
		return chromedp.Do(v.ctx, chromedp.SetValue(chromedp.CSS("select[name=bad]"), string(clerktest.BadExpired)))
	}
	good := func() error {
		token, err := v.text("document.getElementById('token').value")
		if err != nil {
			return err
		}
		if ex := v.srv.Explain(token); !ex.Accepted {
			return fmt.Errorf("the emulator refuses the minted token: %s", ex.Reason)
		}
		return nil
	}
	return inOrder(v.opens("/console/users/"+v.user), v.clicks("", "Token"), v.waits("location.pathname === '/console/tokens'"),
		v.clicks("Mint", "Mint"), v.sees("Accepted."), good, choose, v.clicks("Mint", "Mint"), v.sees("Refused: "))
}

func watchSessions(v *visit) error {
	other := v.srv.CreateSession(v.srv.CreateUser(clerktest.User{Email: "other@example.com"}).ID, "")
	return inOrder(v.opens("/console/sessions"), v.sees(other), v.types("Sessions", "list", v.user), v.missing(other), v.sees(v.user),
		v.clicksOn("(//td//a[starts-with(., 'sess_')])[1]"),
		v.waits("location.pathname.startsWith('/console/sessions/sess_')"), v.clicks("", "Make a token"), v.sees("eyJ"),
		v.clicks("", "Revoke"), v.sees("revoked"))
}

// drill moves the clock, rotates the key and injects a fault.
func drill(v *visit) error {
	before := len(v.srv.SigningKeys())
	added := "[...document.querySelectorAll('td')].some(cell => cell.innerText === 'until cleared')"
	faults := func(want int) func() error {
		return holds(func() bool { return len(v.srv.Faults()) == want }, fmt.Sprintf("want %d faults", want))
	}
	return inOrder(v.opens("/console/drills"), v.clicks("Clock", "+ 1h"), v.waits("document.getElementById('clock').innerText.endsWith(', 1 h ahead')"),
		holds(func() bool { return v.srv.Clock().Offset() == time.Hour }, "the clock is not an hour ahead"),
		v.clicks("Signing keys", "Rotate"),
		v.waits(fmt.Sprintf("[...document.querySelectorAll('section')].find(s => s.innerText.startsWith('Signing keys')).querySelectorAll('tbody tr').length === %d", before+1)),
		holds(func() bool { return len(v.srv.SigningKeys()) == before+1 }, "there is no new key"),
		v.types("Faults", "operation", "GetUser"), v.types("Faults", "status", "503"), v.clicks("Faults", "Add"), v.waits(added), faults(1),
		v.clicks("Faults", "Clear all"), v.waits("!"+added), faults(0))
}

func restoreSnapshot(v *visit) error {
	return inOrder(v.opens("/console/data"), v.types("Snapshots", "note", "by hand"), v.clicks("Snapshots", "Take a snapshot"), v.sees("by hand"),
		v.clicks("Seed", "Add records of a seed file"), func() error {
			return v.script(`document.querySelector('[data-form=seed] textarea').value = '{"users": [{"email": "seeded@example.com"}]}'`)
		}, v.clicks("Seed", "Seed"),
		v.waits(fmt.Sprintf("fetch('/v1/users?query=seeded', {headers: {Authorization: 'Bearer %s'}}).then(r => r.json()).then(u => u.length === 1)", v.srv.SecretKey())),
		v.clicksOn("//tr[td[. = 'by hand']]//button[. = 'Restore']"), v.agrees("Restore"), v.sees("before: Return all records to this snapshot"),
		v.opens("/console/users?query=seeded"), v.sees("Nothing matches."))
}

func useKeyboard(v *visit) error {
	return inOrder(v.opens("/console"), v.strikes("gu"), v.waits("location.pathname === '/console/users'"), v.sees("1 to 25 of"),
		v.strikes("/"), v.waits("document.activeElement.id === 'jump'"), v.strikes(v.organization), v.strikes(kb.Enter), v.waits("location.pathname.endsWith("+fmt.Sprintf("%q", v.organization)+")"), v.sees("Acme"))
}
