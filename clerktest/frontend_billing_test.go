package clerktest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// billingPlans are plans for people and one for organizations.
const billingPlans = `{"billing_plans": [
	{"slug": "pro", "name": "Pro", "payer_type": "user", "amount": 900, "features": ["export"]},
	{"slug": "max", "name": "Max", "payer_type": "user", "amount": 2900},
	{"slug": "trial", "name": "Trial", "payer_type": "user", "amount": 5900, "free_trial_days": 14},
	{"slug": "team", "name": "Team", "payer_type": "org", "amount": 5000}
]}`

// mine is the path of what a person pays.
const mine = "/v1/me/billing"

func newBilling(t *testing.T) *clerktest.Instance {
	t.Helper()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	if err := in.Seed([]byte(billingPlans)); err != nil {
		t.Fatal(err)
	}
	return in
}

// checkout begins to buy a plan at a payer's path and returns the path of the checkout.
func (b *webBrowser) checkout(payer, plan, period string) (string, answer) {
	b.t.Helper()
	a := b.must(http.MethodPost, payer+"/checkouts", form("plan_id", plan, "plan_period", period)).response()
	return payer + "/checkouts/" + a.text("id"), a
}

// plans are the status and plan of each item of a subscription, by the slug of the plan.
func (b *webBrowser) plans(payer string) map[string]string {
	b.t.Helper()
	out := map[string]string{}
	items, _ := b.must(http.MethodGet, payer+"/subscription", nil).response().object["subscription_items"].([]any)
	for _, item := range items {
		i := answer{object: item.(map[string]any)}
		out[i.member("plan").text("slug")] = i.text("status")
	}
	return out
}

func TestFrontend_BillingCheckouts(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, u := signedInBrowser(t, in)
	path, begun := b.checkout(mine, "pro", "month")
	totals := begun.member("totals")
	if begun.text("status") != "needs_confirmation" || begun.object["needs_payment_method"] != true || totals.member("total_due_now").object["amount"] != 900.0 {
		t.Errorf("got %s", begun.raw)
	}
	b.refuses([]refusal{
		{"nothing to pay with", http.MethodPatch, path + "/confirm", nil, 422, "form_param_missing", "payment_method_id"},
		{"a card that is declined", http.MethodPatch, path + "/confirm", []string{"gateway", "stripe", "payment_token", "pm_card_chargeDeclined"}, 422, "payment_method_declined", "payment_token"},
		{"another gateway", http.MethodPatch, path + "/confirm", []string{"gateway", "paypal", "payment_token", "pm_card_visa"}, 422, "form_param_value_invalid", "gateway"},
		{"a card that is not there", http.MethodPatch, path + "/confirm", []string{"payment_method_id", "paysource_none"}, 404, "resource_not_found", ""},
		{"a promotion code", http.MethodPatch, path, []string{"promo_code", "FREE"}, 422, "promo_code_invalid", "promo_code"},
		{"a plan that is not there", http.MethodPost, mine + "/checkouts", []string{"plan_id", "cplan_none", "plan_period", "month"}, 404, "resource_not_found", ""},
		{"a plan of organizations", http.MethodPost, mine + "/checkouts", []string{"plan_id", "team", "plan_period", "month"}, 422, "form_param_value_invalid", "plan_id"},
		{"a period that is none", http.MethodPost, mine + "/checkouts", []string{"plan_id", "pro", "plan_period", "week"}, 422, "form_param_value_invalid", "plan_period"},
	})
	if got := b.plans(mine); len(got) != 0 {
		t.Errorf("a refused payment bought %v", got)
	}
	done := b.must(http.MethodPatch, path+"/confirm", form("gateway", "stripe", "use_test_card", "true")).response()
	if done.text("status") != "completed" || done.member("payment_method").text("last4") != "4242" || b.plans(mine)["pro"] != "active" {
		t.Errorf("got %s", done.raw)
	}
	if got := must(t, in, http.MethodGet, "/users/"+u.ID+"/billing/subscription", ""); first(got.object["subscription_items"])["status"] != "active" {
		t.Errorf("the Backend API says %s", got.raw)
	}
	if token := in.Explain(b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/tokens", nil).text("jwt")); !strings.Contains(string(token.Claims), `"pla":"u:pro"`) {
		t.Errorf("the token says %s", token.Claims)
	}
	b.refuses([]refusal{
		{"paid twice", http.MethodPatch, path + "/confirm", nil, 409, "checkout_already_completed", ""},
		{"the plan again", http.MethodPost, mine + "/checkouts", []string{"plan_id", "pro", "plan_period", "month"}, 422, "invalid_plan_change", ""},
	})
	other, _ := memberBrowser(t, in, "", "bob@example.com")
	other.refuses([]refusal{{"the checkout of somebody else", http.MethodGet, path, nil, 404, "resource_not_found", ""}})
	late, _ := b.checkout(mine, "max", "annual")
	in.Clock().Advance(25 * time.Hour)
	b.refuses([]refusal{{"a checkout that is a day old", http.MethodPatch, late + "/confirm", nil, 404, "resource_not_found", ""}})
}

func TestFrontend_BillingPlansChange(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, _ := signedInBrowser(t, in)
	card := form("gateway", "stripe", "payment_token", "pm_card_mastercard")
	path, trial := b.checkout(mine, "trial", "month")
	if due := trial.member("totals").member("total_due_now").object["amount"]; due != 0.0 || trial.object["free_trial_ends_at"] == nil {
		t.Errorf("a free trial: got %s", trial.raw)
	}
	b.must(http.MethodPatch, path+"/confirm", card)
	path, _ = b.checkout(mine, "max", "month")
	b.must(http.MethodPatch, path+"/confirm", nil)
	if got := b.plans(mine); got["max"] != "active" {
		t.Errorf("in the trial another plan begins at once: got %v", got)
	}
	path, cheaper := b.checkout(mine, "pro", "month")
	if cheaper.object["is_immediate_plan_change"] != false {
		t.Errorf("a cheaper plan waits: got %s", cheaper.raw)
	}
	b.must(http.MethodPatch, path+"/confirm", nil)
	if got := b.plans(mine); got["max"] != "canceled" || got["pro"] != "upcoming" {
		t.Errorf("got %v, want the dearer plan to its end", got)
	}
	in.Clock().Advance(32 * 24 * time.Hour)
	b.signIn("ada@example.com", goodPassword)
	if got := b.plans(mine); got["pro"] != "active" {
		t.Errorf("a month later: got %v", got)
	}
	items := b.must(http.MethodGet, mine+"/subscription_items", nil).response().object["data"].([]any)
	for _, item := range items {
		i := answer{object: item.(map[string]any)}
		switch cancel := mine + "/subscription_items/" + i.text("id"); i.text("status") {
		case "active":
			if gone := b.must(http.MethodDelete, cancel, nil).response(); gone.text("status") != "canceled" || gone.object["canceled_at"] == nil {
				t.Errorf("got %s", gone.raw)
			}
			b.refuses([]refusal{{"cancelled twice", http.MethodDelete, cancel, nil, 400, "subscription_item_already_canceled", ""}})
		default:
			b.refuses([]refusal{{"a plan that is over", http.MethodDelete, cancel, nil, 404, "resource_not_found", ""}})
		}
	}
	statements := b.must(http.MethodGet, mine+"/statements", nil).response()
	statement := answer{object: first(statements.object["data"])}
	if statements.object["total_count"] == 0.0 || b.must(http.MethodGet, mine+"/statements/"+statement.text("id"), nil).response().text("id") != statement.text("id") {
		t.Errorf("got %s", statements.raw)
	}
	payments := b.must(http.MethodGet, mine+"/payment_attempts", nil)
	payment := answer{object: first(payments.object["data"])}
	if one := b.must(http.MethodGet, mine+"/payment_attempts/"+payment.text("id"), nil); payment.text("status") != "paid" || one.text("id") != payment.text("id") {
		t.Errorf("got %s", payments.raw)
	}
	b.refuses([]refusal{
		{"a statement that is not there", http.MethodGet, mine + "/statements/cstmt_none", nil, 404, "resource_not_found", ""},
		{"a payment that is not there", http.MethodGet, mine + "/payment_attempts/cpay_none", nil, 404, "resource_not_found", ""},
	})
}

func TestFrontend_PaymentMethods(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, _ := signedInBrowser(t, in)
	if begun := b.must(http.MethodPost, mine+"/payment_methods/initialize", form("gateway", "stripe")).response(); begun.text("external_client_secret") == "" {
		t.Errorf("got %s", begun.raw)
	}
	add := func(token string) answer {
		return b.must(http.MethodPost, mine+"/payment_methods", form("gateway", "stripe", "payment_token", token)).response()
	}
	visa, amex := add("pm_card_visa"), add("pm_card_amex")
	if visa.object["is_default"] != true || amex.object["is_default"] != false || amex.text("card_type") != "amex" {
		t.Errorf("got %s, %s", visa.raw, amex.raw)
	}
	path, _ := b.checkout(mine, "pro", "month")
	b.must(http.MethodPatch, path+"/confirm", form("payment_method_id", visa.text("id")))
	b.refuses([]refusal{
		{"no card", http.MethodPost, mine + "/payment_methods", []string{"gateway", "stripe"}, 422, "form_param_missing", "payment_token"},
		{"a number", http.MethodPost, mine + "/payment_methods", []string{"gateway", "stripe", "payment_token", "4242424242424242"}, 422, "form_param_format_invalid", "payment_token"},
		{"the card that pays", http.MethodDelete, mine + "/payment_methods/" + visa.text("id"), nil, 400, "payment_method_in_use", ""},
		{"no default", http.MethodPut, mine + "/payers/default_payment_method", nil, 422, "form_param_missing", "payment_method_id"},
		{"a default that is not there", http.MethodPut, mine + "/payers/default_payment_method", []string{"payment_method_id", "paysource_none"}, 404, "resource_not_found", ""},
	})
	b.must(http.MethodPut, mine+"/payers/default_payment_method", form("payment_method_id", amex.text("id")))
	if gone := b.must(http.MethodDelete, mine+"/payment_methods/"+visa.text("id"), nil).response(); gone.text("status") != "disconnected" {
		t.Errorf("got %s", gone.raw)
	}
	left := b.must(http.MethodGet, mine+"/payment_methods", nil).response()
	if one := (answer{object: first(left.object["data"])}); left.object["total_count"] != 1.0 || one.text("id") != amex.text("id") || one.object["is_default"] != true {
		t.Errorf("got %s", left.raw)
	}
	other, _ := memberBrowser(t, in, "", "bob@example.com")
	other.refuses([]refusal{
		{"the card of somebody else", http.MethodDelete, mine + "/payment_methods/" + amex.text("id"), nil, 404, "resource_not_found", ""},
		{"paying with it", http.MethodPut, mine + "/payers/default_payment_method", []string{"payment_method_id", amex.text("id")}, 404, "resource_not_found", ""},
	})
}

func TestFrontend_BillingOfAnOrganization(t *testing.T) {
	t.Parallel()
	in := newBilling(t)
	b, u := signedInBrowser(t, in)
	o := in.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: u.ID})
	ours := "/v1/organizations/" + o.ID + "/billing"
	path, _ := b.checkout(ours, "team", "month")
	b.must(http.MethodPatch, path+"/confirm", form("gateway", "stripe", "use_test_card", "true"))
	if got := b.plans(ours)["team"]; got != "active" {
		t.Errorf("got %s", got)
	}
	member, _ := memberBrowser(t, in, o.ID, "bob@example.com")
	if got := member.plans(ours)["team"]; got != "active" {
		t.Errorf("a member reads %s", got)
	}
	member.refuses([]refusal{
		{"a member buys", http.MethodPost, ours + "/checkouts", []string{"plan_id", "team", "plan_period", "annual"}, 403, "not_an_admin_in_organization", ""},
		{"a member adds a card", http.MethodPost, ours + "/payment_methods", []string{"gateway", "stripe", "payment_token", "pm_card_visa"}, 403, "not_an_admin_in_organization", ""},
	})
	stranger, _ := memberBrowser(t, in, "", "eve@example.com")
	for _, read := range []string{"/subscription", "/payment_methods", "/statements"} {
		if a := stranger.send(http.MethodGet, ours+read, nil); a.status != http.StatusForbidden && a.status != http.StatusNotFound {
			t.Errorf("a stranger reads %s: %d", read, a.status)
		}
	}
}
