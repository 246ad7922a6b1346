package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/clerkgo/clerk-go/clerktest"
)

type step struct {
	name string
	run  func(*visit) error
}

var tour = []step{
	{"overview", func(v *visit) error {
		return inOrder(v.sees("CLERK_SECRET_KEY="+v.srv.SecretKey()), v.draws("overview"))
	}},
	{"a user is made by typing", makeUser},
	{"organizations", makeOrganization},
	{"tokens are minted and explained", mintTokens},
	{"sessions", func(v *visit) error { return inOrder(v.opens("sessions"), v.sees("sess_"), v.draws("sessions")) }},
	{"a delivery appears by itself", watchDelivery},
	{"the clock moves", moveClock},
	{"the key rotates", rotateKey},
	{"faults come and go", injectFault},
	{"a snapshot is restored", restoreSnapshot},
}

// inOrder runs actions until one fails.
func inOrder(actions ...func() error) error {
	for _, action := range actions {
		if err := action(); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) opens(tab string) func() error  { return func() error { return v.tab(tab) } }
func (v *visit) sees(text string) func() error  { return func() error { return v.shows(text) } }
func (v *visit) draws(name string) func() error { return func() error { return v.picture(name) } }
func (v *visit) waits(cond string) func() error { return func() error { return v.until(cond) } }
func (v *visit) clicks(s, label string) func() error {
	return func() error { return v.press(s, label) }
}
func (v *visit) types(s, name, value string) func() error {
	return func() error { return v.enter(s, name, value) }
}

func makeUser(v *visit) error {
	return inOrder(v.opens("users"),
		v.types("Users", "email", "ada@example.com"), v.types("Users", "first_name", "Ada"),
		v.clicks("Users", "Create"), v.sees("ada@example.com"), v.waits("document.querySelectorAll('tbody tr').length === 1"),
		func() error {
			if !v.srv.HasUsers() {
				return errors.New("the emulator has no user")
			}
			return nil
		}, v.draws("users"))
}

func makeOrganization(v *visit) error {
	return inOrder(v.opens("organizations"), v.types("Organizations", "name", "Acme"), v.clicks("Organizations", "Create"),
		v.sees("Organizations (1)"), v.sees("acme"), v.draws("organizations"))
}

func mintTokens(v *visit) error {
	choose := func() error {
		return chromedp.Do(v.ctx, chromedp.SetValue(chromedp.CSS("select[name=bad]"), string(clerktest.BadExpired)))
	}
	good := func() error {
		token, err := chromedp.Run(v.ctx, chromedp.Value(chromedp.ID("token")))
		if err != nil {
			return err
		}
		if ex := v.srv.Explain(token); !ex.Accepted {
			return fmt.Errorf("the emulator refuses the minted token: %s", ex.Reason)
		}
		return nil
	}
	return inOrder(v.opens("users"), v.clicks("Users", "Token"), func() error { return v.ready("tokens") },
		v.clicks("Mint", "Mint"), v.sees("Accepted."), good, v.draws("tokens"),
		choose, v.clicks("Mint", "Mint"), v.sees("Refused: "), v.draws("tokens-refused"))
}

// watchDelivery adds a webhook, changes something behind the page's back, and touches the page no more.
func watchDelivery(v *visit) error {
	return inOrder(v.opens("traffic"), v.types("Webhook endpoints", "url", v.receiver.URL),
		v.clicks("Webhook endpoints", "Add"), v.sees("whsec_"),
		func() error {
			return chromedp.Do(v.ctx, chromedp.Evaluate[chromedp.Void]("document.activeElement.blur(); window.kept = true"))
		},
		func() error { v.srv.CreateUser(clerktest.User{Email: "bob@example.com"}); return nil },
		v.waits("[...document.querySelectorAll('section')].some(s => s.innerText.startsWith('Webhook deliveries') && s.innerText.includes('user.created') && s.innerText.includes('204'))"),
		v.waits("window.kept === true"),
		func() error {
			if len(v.srv.Deliveries()) == 0 {
				return errors.New("the emulator knows no delivery")
			}
			return nil
		}, v.draws("traffic"))
}

func moveClock(v *visit) error {
	return inOrder(v.opens("drills"), v.clicks("Clock", "+ 1h"), v.waits("document.getElementById('clock').innerText.endsWith(', 1 h ahead')"),
		func() error {
			if got := v.srv.Clock().Offset(); got != time.Hour {
				return fmt.Errorf("the clock is %v ahead, want an hour", got)
			}
			return nil
		})
}

func rotateKey(v *visit) error {
	before := v.srv.SigningKeys()
	return inOrder(v.clicks("Signing keys", "Rotate"),
		v.waits(fmt.Sprintf("[...document.querySelectorAll('section')].find(s => s.innerText.startsWith('Signing keys')).querySelectorAll('tbody tr').length === %d", len(before)+1)),
		func() error {
			if got := len(v.srv.SigningKeys()); got != len(before)+1 {
				return fmt.Errorf("got %d signing keys, want one more than %d", got, len(before))
			}
			return nil
		})
}

func injectFault(v *visit) error {
	faults := func(want int) func() error {
		return func() error {
			if got := len(v.srv.Faults()); got != want {
				return fmt.Errorf("got %d faults, want %d", got, want)
			}
			return nil
		}
	}
	return inOrder(v.types("Faults", "operation", "GetUser"), v.types("Faults", "status", "503"), v.clicks("Faults", "Add"),
		v.sees("until cleared"), faults(1), v.draws("drills"),
		v.clicks("Faults", "Clear all"), v.waits("!document.getElementById('view').innerText.includes('until cleared')"), faults(0))
}

func restoreSnapshot(v *visit) error {
	return inOrder(v.clicks("State", "Take a snapshot"), v.sees("Restore it"),
		func() error { v.srv.CreateUser(clerktest.User{Email: "late@example.com"}); return nil },
		v.opens("users"), v.sees("late@example.com"), v.opens("drills"), v.clicks("State", "Restore it"),
		v.opens("users"), v.waits("!document.getElementById('view').innerText.includes('late@example.com')"), v.sees("ada@example.com"))
}
