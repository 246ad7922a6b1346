package main

import (
	"slices"
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// sold are the plans of the flow, one with a name that has to stay text.
const sold = `{"billing_plans": [
	{"slug": "pro", "name": "Pro & <b>more</b>", "payer_type": "user", "amount": 900, "features": ["export", "history"]},
	{"slug": "max", "name": "Max", "payer_type": "user", "amount": 2900, "free_trial_days": 14},
	{"slug": "team", "name": "Team", "payer_type": "org", "amount": 5000}
]}`

// ownCheckoutFlow buys a plan with one click, after a checkout was left and a card was declined. A form that is sent again buys
// nothing. An organization is paid for by its administrator.
func ownCheckoutFlow(v *visit) error {
	if err := v.srv.Seed([]byte(sold)); err != nil {
		return err
	}
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	team := v.srv.CreateOrganization(clerktest.Organization{Name: engines, CreatedBy: ada.ID})
	hers := v.recorded("active pro", func(api *clerk.Client) (any, error) { return plansOf(api.Users.GetBillingSubscription(v.ctx, ada.ID)) })
	theirs := v.recorded("active team", func(api *clerk.Client) (any, error) {
		return plansOf(api.Organizations.GetBillingSubscription(v.ctx, team.ID))
	})
	keep := v.gives(`(window.name = document.querySelector("[name=once]").value).length`, "32")
	reuse := v.gives(`document.querySelectorAll("[name=once]").forEach(f => f.value = window.name)`, "<nil>")
	const pro = "Pro & <b>more</b>"
	return inOrder(v.goes(v.own("/sign-in")), v.presses("Ada"), v.isHome, v.hears("session.created"), v.goes(v.own("/user")), v.shows("account-plans"),
		v.pressesIn(pro, "Choose"), v.sees("Pay $9.00"), v.shows("checkout"), v.presses("Cancel"), v.isHome,
		v.goes(v.own("/user")), v.pressesIn(pro, "Choose"), v.presses("Pay by the year"), v.sees("Pay $108.00"), v.presses("Pay by the month"), v.sees("Pay $9.00"),
		v.picks("Test card that is declined"), v.presses("Pay $9.00"), v.sees("The card was declined"), v.shows("checkout-declined"),
		keep, v.picks("Test card: Mastercard"), v.presses("Pay $9.00"), v.sees("Ada has "+pro+" now"), v.sees("Mastercard ending in 4444"), v.shows("checkout-paid"),
		hers, v.hears("subscriptionItem.active", "subscription.updated", "paymentAttempt.updated"),
		v.goes(v.own("/checkout")+"&plan_id=max"), v.sees("Begin the free trial"), v.shows("checkout-trial"), reuse, v.presses("Begin the free trial"),
		v.sees("This form was sent before"), v.shows("checkout-sent-before"), hers, v.goes(v.own("/user")), v.sees("$9.00 a month, active"),
		v.goes(v.own("/organization")), v.presses("Choose"), v.sees("Plans of "+engines), v.shows("organization-plans"), v.pressesIn("Team", "Choose"),
		v.shows("checkout-organization"), v.presses("Pay $50.00"), v.sees(engines+" has Team now"), theirs, v.hears("subscriptionItem.active"),
		v.presses("Continue to"), v.isHome)
}

// picks chooses the card whose words begin with a text.
func (v *visit) picks(card string) func() error {
	return func() error {
		return v.acts(chromedp.Click(`//label[starts-with(normalize-space(.), "` + card + `")]//input`))
	}
}

// plansOf are the status and the slug of each plan of a subscription.
func plansOf(s *clerk.BillingSubscription, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	var out []string
	for _, item := range s.SubscriptionItems {
		out = append(out, string(item.Status)+" "+item.Plan.Slug)
	}
	slices.Sort(out)
	return strings.Join(out, ", "), nil
}
