package clerktest

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// checkoutPage shows what a plan costs and who pays, and pays with one click. Its address names a plan, as in
// ?plan_id=pro&plan_period=annual, with organization_id when an organization pays, or a checkout that the Frontend API has begun,
// as in ?checkout_id=chk_….
func checkoutPage() *webPage {
	return &webPage{
		path: "/checkout", title: "Checkout", show: showCheckout,
		acts: map[string]func(*pageCall) (redirectAnswer, error){
			"pay":    actPay,
			"cancel": (*pageCall).leave,
			"stay":   (*pageCall).leave,
		},
	}
}

// checkoutView is what the checkout page shows. Dates and amounts are words for people.
type checkoutView struct {
	Plan, Description string
	Features          []string
	Price             string // of a period
	Other, OtherName  string // leads to the checkout of the other period
	Payer             string
	Organization      bool // pays
	Subtotal, Tax     string
	Due               string
	Cents, Fee        int64  // of what is due now, and of a period
	PayerID           string // the payer's, whom the form names again
	Trial             string // end of the free trial
	Begins            string // when it does not begin at once
	Cards             []cardView
	Card              string // that it was paid with
	Paid              bool   // or had already
	Account           string // address of the account page
	Back              string // host of the application
}

// cardView is a card to pay with. Value is its id, or the token of a card for tests.
type cardView struct {
	Value, Name string
	Chosen      bool
}

func showCheckout(c *pageCall) (any, error) {
	back, err := c.backAddress()
	if err != nil || c.session == nil {
		return c.signInFirst(), err
	}
	k, p, refusal := c.askedCheckout()
	if k == nil {
		return nil, refusal
	}
	w, err := c.tx.wireCheckout(p, k)
	if err != nil {
		return nil, err
	}
	v := &checkoutView{
		Plan: w.Plan.Name, Description: text(w.Plan.Description), Price: priceOf(w.Totals.DuePerPeriod, k.Annual), Payer: p.name(), Organization: p.org != nil,
		Subtotal: w.Totals.Subtotal.String(), Tax: w.Totals.TaxTotal.String(), Due: w.Totals.DueNow.String(), Cents: w.Totals.DueNow.Amount,
		Fee: w.Totals.DuePerPeriod.Amount, PayerID: p.subject,
		Paid: w.Status == "completed" || refusal != nil, Back: hostOf(back), Account: c.elsewhere("user"),
	}
	for _, f := range w.Plan.Features {
		v.Features = append(v.Features, f.Name)
	}
	if w.FreeTrialEndsAt != nil {
		v.Trial = dayText(*w.FreeTrialEndsAt)
	}
	if !w.IsImmediate {
		v.Begins = dayText(w.PeriodStart)
	}
	if m := w.PaymentMethod; v.Paid && m != nil {
		v.Card = cardName(m.CardType, m.Last4)
	}
	if c.query.Get("checkout_id") == "" {
		v.Other, v.OtherName = c.otherPeriod(k)
	}
	if w.NeedsMethod {
		v.Cards = c.cards(p, k)
	}
	return v, nil
}

// askedCheckout is the checkout that the address names, and who pays. That of a plan is not kept before it is paid.
func (c *pageCall) askedCheckout() (*checkout, *payer, error) {
	if id := c.query.Get("checkout_id"); id != "" {
		return c.ownCheckout(userPayer(c.user), id)
	}
	return c.newCheckout(userPayer(c.user), c.askedPlan())
}

// askedPlan is the plan that the address names. Plans for organizations are paid by the active one, unless it names another.
func (c *pageCall) askedPlan() *checkoutInput {
	in := &checkoutInput{PlanID: c.query.Get("plan_id"), Period: cmp.Or(c.query.Get("plan_period"), period(false)), OrgID: c.query.Get("organization_id")}
	if plan := c.tx.findPlan(in.PlanID); in.OrgID == "" && plan != nil && plan.PayerType == "org" {
		in.OrgID = text(c.session.OrganizationID)
	}
	return in
}

// otherPeriod is the address of the same checkout for the other period, and what it is paid by.
func (c *pageCall) otherPeriod(k *checkout) (address, name string) {
	name = "Pay by the year"
	if k.Annual {
		name = "Pay by the month"
	}
	query := c.r.URL.Query()
	query.Set("plan_period", period(!k.Annual))
	return "checkout?" + query.Encode(), name
}

// offeredCards are the tokens of the cards for tests that the page offers; the last one is declined.
var offeredCards = []string{"pm_card_visa", "pm_card_mastercard", "pm_card_chargeDeclined"}

// cards are what a payer may pay with: the cards that were saved, then those for tests.
func (c *pageCall) cards(p *payer, k *checkout) []cardView {
	chosen := cmp.Or(c.values.Get("payment_method_id"), k.MethodID)
	var out []cardView
	for _, m := range tablePaymentMethods.find(c.tx, "subject", p.subject) {
		if m.Default && chosen == "" {
			chosen = m.ID
		}
		out = append(out, cardView{Value: m.ID, Name: cardName(m.CardType, m.Last4)})
	}
	for _, token := range offeredCards {
		name := "Test card that is declined"
		if card, ok := testCards[token]; ok {
			name = "Test card: " + cardName(card.kind, card.last4)
		}
		out = append(out, cardView{Value: token, Name: name})
	}
	chosen = cmp.Or(chosen, offeredCards[0])
	for i := range out {
		out[i].Chosen = out[i].Value == chosen
	}
	return out
}

// actPay begins the checkout, unless that was done, and confirms it. Nothing is paid but what the page has shown.
func actPay(c *pageCall) (redirectAnswer, error) {
	if c.session == nil {
		return c.signInFirst(), nil
	}
	id := c.query.Get("checkout_id")
	if id == "" {
		in := c.askedPlan()
		err := c.operate("CreateUserBillingCheckout", map[string]any{"plan_id": in.PlanID, "plan_period": in.Period, "org_id": in.OrgID})
		if err != nil {
			return redirectAnswer{}, err
		}
		id = c.answer.(checkoutWire).ID
	}
	if err := c.checkShownAmount(id); err != nil {
		return redirectAnswer{}, err
	}
	if err := c.operate("ConfirmUserBillingCheckout", paidWith(c.values.Get("payment_method_id")), "checkoutID", id); err != nil {
		return redirectAnswer{}, err
	}
	return redirectAnswer{location: c.elsewhere("checkout", "checkout_id", id)}, nil
}

// checkShownAmount refuses a payment of another amount, now or later, or by another payer than the page has shown.
func (c *pageCall) checkShownAmount(id string) error {
	k, p, err := c.ownCheckout(userPayer(c.user), id)
	if err != nil {
		return err
	}
	change, err := c.tx.planChangeOf(p, k)
	if err != nil {
		return err
	}
	payer, price, due := c.values.Get("payer"), c.values.Get("price"), c.values.Get("due")
	switch {
	case k.ItemID != "":
		return nil
	case due != cents(change.dueNow()), price != "" && price != cents(change.fee), payer != "" && payer != p.subject:
		return errConflict("checkout_amount_changed", "What is due, or who pays, is not what this page has shown. Nothing was paid.")
	}
	return nil
}

// cents is an amount as forms have it.
func cents(amount int64) string { return strconv.FormatInt(amount, 10) }

// paidWith are the fields of a payment by a saved card, or by the token of a new one.
func paidWith(card string) map[string]any {
	if strings.HasPrefix(card, "pm_") {
		return map[string]any{"gateway": gatewayName, "payment_token": card}
	}
	return map[string]any{"payment_method_id": card}
}

// elsewhere is the address of another page that leads back as this one does, with more parameters in pairs.
func (c *pageCall) elsewhere(page string, pairs ...string) string {
	query := url.Values{}
	for _, name := range []string{"redirect_url", "__clerk_db_jwt"} {
		if value := c.query.Get(name); value != "" {
			query.Set(name, value)
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	if len(query) == 0 {
		return page
	}
	return page + "?" + query.Encode()
}

// name is what a page calls the payer.
func (p *payer) name() string {
	if p.org != nil {
		return p.org.Name
	}
	return displayName(p.user)
}

// priceOf is a price with its period.
func priceOf(m moneyWire, annual bool) string {
	switch {
	case m.Amount == 0:
		return "free"
	case annual:
		return m.String() + " a year"
	default:
		return m.String() + " a month"
	}
}

func cardName(kind, last4 string) string {
	return strings.ToUpper(kind[:1]) + kind[1:] + " ending in " + last4
}

// dayText is the day of a time in milliseconds.
func dayText(ms int64) string { return time.UnixMilli(ms).UTC().Format("2 Jan 2006") }
