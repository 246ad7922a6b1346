package clerktest_test

import (
	"html"
	"net/http"
	"regexp"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

var (
	shownForm   = regexp.MustCompile(`(?s)<form .*?</form>`)
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
)

// filled are the hidden fields of the form of a page that has the button for an action, as a browser sends them, and more fields.
func (a answer) filled(t *testing.T, action string, more ...string) []string {
	t.Helper()
	button := regexp.MustCompile(`name="action" value="` + action + `"`)
	for _, form := range shownForm.FindAll(a.raw, -1) {
		if !button.Match(form) {
			continue
		}
		for _, field := range hiddenField.FindAllSubmatch(form, -1) {
			more = append(more, string(field[1]), html.UnescapeString(string(field[2])))
		}
		return more
	}
	t.Fatalf("no form has the button %s: %s", action, a.raw)
	return nil
}

// A page that was left open acts for nobody but the person it was shown to.
func TestPages_ActForWhomTheyWereShownTo(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, ada := accountBrowser(t, in)
	bob := in.CreateUser(clerktest.User{Email: "bob@example.com", FirstName: "Bob"})
	account, organizations := b.page("/user"), b.page("/organization")
	b.press("/user", "sign_out").leads(t, "user")
	b.press("/sign-in", "pick", "user_id", bob.ID).leads(t, "user")
	for action, form := range map[string][]string{
		"names":          account.filled(t, "names", "first_name", "Eve"),
		"delete_account": account.filled(t, "delete_account", "sure", "yes"),
		"password":       account.filled(t, "password", "new_password", "a new password of Ada 42", "current_password", goodPassword),
	} {
		b.press("/user", action, form...).shows(t, http.StatusConflict, "Somebody else is signed in by now")
	}
	create := organizations.filled(t, "create", "name", "Engines")
	b.press("/organization", "create", create...).shows(t, http.StatusConflict, "Nothing was changed")
	if u := must(t, in, http.MethodGet, "/users/"+bob.ID, ""); u.text("first_name") != "Bob" || u.object["password_enabled"] != false {
		t.Errorf("the pages of Ada changed Bob: %s", u.raw)
	}
	b.press("/user", "sign_out").leads(t, "user")
	b.press("/user", "names", account.filled(t, "names", "first_name", "Eve")...).leads(t, "sign-in")
	b.press("/sign-in", "pick", "user_id", ada.ID).leads(t, "user")
	b.press("/user", "names", b.page("/user").filled(t, "names", "first_name", "Augusta")...).leads(t, "user")
	if u := must(t, in, http.MethodGet, "/users/"+ada.ID, ""); u.text("first_name") != "Augusta" {
		t.Errorf("got %s, want the name that Ada gave herself", u.raw)
	}
}

// Nobody pays but who was shown, nor another price, also where nothing is due now.
func TestCheckoutPage_PaysAsItWasShown(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, u := accountBrowser(t, in)
	one := in.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: u.ID})
	two := in.CreateOrganization(clerktest.Organization{Name: "Looms", CreatedBy: u.ID})
	const team, trial = "/checkout?plan_id=team", "/checkout?plan_id=trial"
	b.press("/organization", "organization", "organization_id", one.ID).leads(t, "organization")
	pay := b.page(team).filled(t, "pay", "payment_method_id", "pm_card_visa")
	b.press("/organization", "organization", "organization_id", two.ID).leads(t, "organization")
	b.press(team, "pay", pay...).shows(t, http.StatusConflict, "Nothing was paid.")
	for _, o := range []clerktest.Organization{one, two} {
		if got := b.plans("/v1/organizations/" + o.ID + "/billing"); len(got) != 0 {
			t.Errorf("%s got %v from a page of another payer or not at all", o.Name, got)
		}
	}
	b.press("/organization", "organization", "organization_id", one.ID).leads(t, "organization")
	b.press(team, "pay", b.page(team).filled(t, "pay", "payment_method_id", "pm_card_visa")...).leads(t, "checkout")

	pay = b.page(trial).filled(t, "pay", "payment_method_id", "pm_card_visa")
	dearer := b.page(trial+"&plan_period=annual").filled(t, "pay", "payment_method_id", "pm_card_visa")
	b.press(trial, "pay", dearer...).shows(t, http.StatusConflict, "Nothing was paid.")
	b.press(trial, "pay", pay...).leads(t, "checkout")
}
