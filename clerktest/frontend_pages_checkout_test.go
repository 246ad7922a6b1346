package clerktest_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

const proCheckout = "/checkout?plan_id=pro&redirect_url=" + "http%3A%2F%2Flocalhost%3A3000%2Fhome%3Ftab%3D1"

func TestCheckoutPage_Pays(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, u := accountBrowser(t, in)
	b.page("/user").shows(t, http.StatusOK, `<a href="checkout?plan_id=pro">Choose</a>`)
	since := len(in.Events())
	shown := b.page(proCheckout)
	for _, text := range []string{"Pro", "$9.00 a month", "Ada", "your account", "export", "Pay $9.00", "Visa ending in 4242", "Pay by the year"} {
		shown.shows(t, http.StatusOK, text)
	}
	b.page(proCheckout+"&plan_period=annual").shows(t, http.StatusOK, "$108.00 a year")
	same(t, "events", kinds(in, since))
	once := shownOnce.FindSubmatch(shown.raw)
	pay := []string{"due", "900", "payment_method_id", "pm_card_mastercard", "once", string(once[1])}
	paid := b.press(proCheckout, "pay", pay...).leads(t, "checkout")
	done := "/checkout?" + paid.Encode()
	b.page(done).shows(t, http.StatusOK, "Ada has <strong>Pro</strong> now.")
	b.page(done).shows(t, http.StatusOK, "Mastercard ending in 4444")
	if got := b.plans(mine); got["pro"] != "active" {
		t.Errorf("the Frontend API says %v", got)
	}
	if got := must(t, in, http.MethodGet, "/users/"+u.ID+"/billing/subscription", ""); first(got.object["subscription_items"])["status"] != "active" {
		t.Errorf("the Backend API says %s", got.raw)
	}
	heard := kinds(in, since)
	for _, want := range []string{"subscriptionItem.active", "paymentAttempt.created", "subscription.updated"} {
		if !slices.Contains(heard, want) {
			t.Errorf("got the events %v, want %s", heard, want)
		}
	}
	since = len(in.Events())
	b.press(proCheckout, "pay", pay...).shows(t, http.StatusConflict, "This form was sent before")
	b.page(proCheckout).shows(t, http.StatusOK, "Ada has <strong>Pro</strong> now.")
	b.press(proCheckout, "pay", pay[:4]...).shows(t, http.StatusUnprocessableEntity, "This is the plan that you have already.")
	b.press(done, "pay", pay[:4]...).shows(t, http.StatusConflict, "This checkout was paid already.")
	same(t, "events", kinds(in, since))
	b.page("/user").shows(t, http.StatusOK, "$9.00 a month, active")
	b.press(done, "stay").backHome(t)
}

func TestCheckoutPage_Refusals(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, _ := accountBrowser(t, in)
	other, _ := signedInAs(t, in, "bob@example.com")
	card := other.must(http.MethodPost, mine+"/payment_methods", form("gateway", "stripe", "payment_token", "pm_card_visa")).response().text("id")
	begun, _ := other.checkout(mine, "pro", "month")
	theirs := "/checkout?checkout_id=" + begun[strings.LastIndex(begun, "/")+1:]
	since := len(in.Events())
	visa := []string{"due", "900", "payment_method_id", "pm_card_visa"}
	newCookieBrowser(t, in).page(proCheckout).leads(t, "sign-in")
	newCookieBrowser(t, in).press(proCheckout, "pay", visa...).leads(t, "sign-in")
	b.visit(http.MethodPost, proCheckout, form(append(visa, "action", "pay")...), "https://evil.example.net").shows(t, http.StatusForbidden, "another origin")
	for _, r := range []struct {
		name, page string
		form       []string
		status     int
		text       string
	}{
		{"a card that is declined", proCheckout, []string{"due", "900", "payment_method_id", "pm_card_chargeDeclined"}, 422, "The card was declined."},
		{"the card of somebody else", proCheckout, []string{"due", "900", "payment_method_id", card}, 404, "problem"},
		{"no card", proCheckout, []string{"due", "900"}, 422, "problem"},
		{"another amount than was shown", proCheckout, []string{"due", "1", "payment_method_id", "pm_card_visa"}, 409, "Nothing was paid."},
		{"no amount", proCheckout, visa[2:], 409, "Nothing was paid."},
		{"no plan", "/checkout", visa, 404, "problem"},
		{"a plan that is not there", "/checkout?plan_id=gold", visa, 404, "problem"},
		{"a plan for organizations", "/checkout?plan_id=team", visa, 422, "problem"},
		{"a period that is none", "/checkout?plan_id=pro&plan_period=week", visa, 422, "problem"},
		{"an organization that is not there", "/checkout?plan_id=team&organization_id=org_none", visa, 404, "problem"},
		{"the checkout of somebody else", theirs, visa, 404, "problem"},
	} {
		if a := b.press(r.page, "pay", r.form...); a.status != r.status || !bytes.Contains(a.raw, []byte(r.text)) {
			t.Errorf("%s: got status %d, want %d with %q: %s", r.name, a.status, r.status, r.text, a.raw)
		}
	}
	b.page("/checkout?plan_id=pro&redirect_url=https://evil.example.net/").shows(t, http.StatusBadRequest, "problem")
	if bytes.Contains(b.page(proCheckout).raw, []byte(card)) {
		t.Error("the page offers the card of somebody else")
	}
	if got := b.plans(mine); len(got) != 0 {
		t.Errorf("a refused payment bought %v", got)
	}
	same(t, "events", kinds(in, since))
	b.press(proCheckout, "cancel").backHome(t)
	b.press("/checkout?plan_id=pro", "cancel").leads(t, "user")
}

// signedInAs is a browser on the emulator's pages where a new user is signed in.
func signedInAs(t *testing.T, in *clerktest.Instance, email string) (*webBrowser, clerktest.User) {
	t.Helper()
	u := in.CreateUser(clerktest.User{Email: email})
	b := newCookieBrowser(t, in)
	b.press("/sign-in", "pick", "user_id", u.ID).leads(t, "user")
	return b, u
}

func TestCheckoutPage_OfAnOrganization(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, u := accountBrowser(t, in)
	o := in.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: u.ID})
	team := "/checkout?organization_id=" + o.ID + "&plan_id=team"
	pay := []string{"due", "5000", "payment_method_id", "pm_card_visa"}
	member, bob := signedInAs(t, in, "bob@example.com")
	in.AddMember(o.ID, bob.ID, "org:member")
	member.page(team).shows(t, http.StatusForbidden, "Your role in this organization does not permit this.")
	member.press(team, "pay", pay...).shows(t, http.StatusForbidden, "Your role in this organization does not permit this.")
	member.press("/organization", "organization", "organization_id", o.ID).leads(t, "organization")
	if bytes.Contains(member.page("/organization").raw, []byte("Plans of")) {
		t.Error("a member is offered plans")
	}
	stranger, _ := signedInAs(t, in, "eve@example.com")
	stranger.press(team, "pay", pay...).shows(t, http.StatusNotFound, "problem")
	b.press("/organization", "organization", "organization_id", o.ID).leads(t, "organization")
	b.page("/organization").shows(t, http.StatusOK, "checkout?organization_id="+o.ID+"&amp;plan_id=team")
	b.page("/checkout?plan_id=team").shows(t, http.StatusOK, `Engines <span class="soft">organization`)
	done := b.press(team, "pay", pay...).leads(t, "checkout")
	b.page("/checkout?"+done.Encode()).shows(t, http.StatusOK, "Engines has <strong>Team</strong> now.")
	member.page("/checkout?"+done.Encode()).shows(t, http.StatusNotFound, "problem")
	if got := b.plans("/v1/organizations/" + o.ID + "/billing"); got["team"] != "active" {
		t.Errorf("the Frontend API says %v", got)
	}
	if got := must(t, in, http.MethodGet, "/organizations/"+o.ID+"/billing/subscription", ""); first(got.object["subscription_items"])["status"] != "active" {
		t.Errorf("the Backend API says %s", got.raw)
	}
}

func TestCheckoutPage_WhatIsDueAndWhen(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, _ := accountBrowser(t, in)
	trial := "/checkout?plan_id=trial"
	b.page(trial).shows(t, http.StatusOK, "until "+in.Clock().Now().Add(14*24*time.Hour).UTC().Format("2 Jan 2006"))
	b.page(trial).shows(t, http.StatusOK, "Begin the free trial")
	b.press(trial, "pay", "due", "0", "payment_method_id", "pm_card_visa").leads(t, "checkout")
	b.page("/checkout?plan_id=max").shows(t, http.StatusOK, "Pay $29.00")
	b.press("/checkout?plan_id=max", "pay", "due", "2900").leads(t, "checkout")
	later := b.page(proCheckout)
	later.shows(t, http.StatusOK, "when the plan before it is over")
	later.shows(t, http.StatusOK, ">Confirm<")
	done := b.press(proCheckout, "pay", "due", "0").leads(t, "checkout")
	b.page("/checkout?"+done.Encode()).shows(t, http.StatusOK, "Ada gets <strong>Pro</strong> on ")
	if got := b.plans(mine); got["max"] != "canceled" || got["pro"] != "upcoming" {
		t.Errorf("got %v, want the dearer plan to its end", got)
	}
	b.page("/user").shows(t, http.StatusOK, "$9.00 a month, from ")
}

func TestCheckoutPage_OfACheckoutOfTheFrontendAPI(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, _ := accountBrowser(t, in)
	begin := func() string {
		path, _ := b.checkout(mine, "pro", "month")
		return "/checkout?checkout_id=" + path[strings.LastIndex(path, "/")+1:]
	}
	late := begin()
	in.Clock().Advance(25 * time.Hour)
	b.press(late, "pay", "due", "900", "payment_method_id", "pm_card_visa").shows(t, http.StatusNotFound, "problem")
	address := begin()
	b.page(address).shows(t, http.StatusOK, "Pay $9.00")
	b.press(address, "pay", "due", "900", "payment_method_id", "pm_card_visa").leads(t, "checkout")
	if got := b.plans(mine); got["pro"] != "active" {
		t.Errorf("the Frontend API says %v", got)
	}
}
