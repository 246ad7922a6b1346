package clerktest

// checkout is a change of plan that a payer has begun and has not paid yet.
type checkout struct {
	ID       string `json:"id"`
	Subject  string `json:"subject"`
	PlanID   string `json:"plan_id"`
	PriceID  string `json:"price_id"`
	Annual   bool   `json:"annual"`
	MethodID string `json:"method_id"`
	ItemID   string `json:"item_id"` // once it is confirmed
	ExpireAt int64  `json:"expire_at"`
}

var tableCheckouts = &table[*checkout]{
	name:    "billing_checkouts",
	id:      func(c *checkout) string { return c.ID },
	indexes: map[string]func(*checkout) []string{"subject": func(c *checkout) []string { return []string{c.Subject} }},
}

type checkoutWire struct {
	Object          string                `json:"object"`
	ID              string                `json:"id"`
	Plan            planWire              `json:"plan"`
	PlanPeriod      string                `json:"plan_period"`
	Payer           payerWire             `json:"payer"`
	PaymentMethod   *ownMethodWire        `json:"payment_method,omitzero"`
	GatewayID       string                `json:"external_gateway_id"`
	Status          string                `json:"status"`
	Totals          checkoutTotals        `json:"totals"`
	Item            *subscriptionItemWire `json:"subscription_item,omitzero"`
	PeriodStart     int64                 `json:"plan_period_start"`
	IsImmediate     bool                  `json:"is_immediate_plan_change"`
	FreeTrialEndsAt *int64                `json:"free_trial_ends_at,omitzero"`
	NeedsMethod     bool                  `json:"needs_payment_method"`
}

type checkoutTotals struct {
	Subtotal       moneyWire  `json:"subtotal"`
	BaseFee        moneyWire  `json:"base_fee"`
	TaxTotal       moneyWire  `json:"tax_total"`
	GrandTotal     moneyWire  `json:"grand_total"`
	DueNow         moneyWire  `json:"total_due_now"`
	DueAfterTrial  *moneyWire `json:"total_due_after_free_trial"`
	DuePerPeriod   moneyWire  `json:"total_due_per_period"`
	Credit         *moneyWire `json:"credit"`
	CreditsApplied *struct{}  `json:"credits"`
}

// planChange is what a checkout comes to.
type planChange struct {
	plan      *billingPlan
	price     *billingPrice
	before    *subscriptionItem // nil without a plan
	immediate bool
	trialEnd  *int64
	fee       int64 // cents for a period
}

// dueNow is what is paid at once.
func (p *planChange) dueNow() int64 {
	if p.trialEnd != nil || !p.immediate {
		return 0
	}
	return p.fee
}

// planChangeOf works out a checkout: a dearer plan begins at once, a cheaper one when the present one is over.
func (x *tx) planChangeOf(p *payer, k *checkout) (*planChange, error) {
	out := &planChange{plan: tablePlans.get(x, k.PlanID), price: tablePrices.get(x, k.PriceID), before: x.runningItem(p), immediate: true}
	if out.plan == nil || out.price == nil {
		return nil, errNotFound("plan")
	}
	out.fee = out.price.feeFor(k.Annual)
	if b := out.before; b != nil {
		out.immediate = out.price.monthly(k.Annual) >= x.monthlyOf(b) || b.trialAt(x.now)
	}
	if out.plan.TrialDays > 0 && x.mayTry(p) {
		end := x.now + out.plan.TrialDays*dayMillis
		out.trialEnd = &end
	}
	return out, nil
}

// checkoutLife is how long a checkout waits for its payment.
const checkoutLife = dayMillis

// checkoutInput is what a checkout begins with.
type checkoutInput struct {
	PlanID   string `json:"plan_id"` // or its slug
	Period   string `json:"plan_period"`
	MethodID string `json:"payment_method_id"`
	OrgID    string `json:"org_id"` // of the organization that pays, instead of the person
}

func beginCheckout(c *frontendCall, p *payer) (any, error) {
	var in checkoutInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	k, p, err := c.newCheckout(p, &in)
	if err != nil {
		return nil, err
	}
	tableCheckouts.put(c.tx, k)
	return c.tx.wireCheckout(p, k)
}

// newCheckout is a checkout that nothing keeps yet, and who pays. It tells of both even when it is refused, if that is because
// the payer has the plan.
func (c *frontendCall) newCheckout(p *payer, in *checkoutInput) (*checkout, *payer, error) {
	if in.OrgID != "" && p.kind == "user" {
		o, err := c.memberOf(in.OrgID, manageBilling)
		if err != nil {
			return nil, nil, err
		}
		p = organizationPayer(o)
	}
	plan := c.tx.findPlan(in.PlanID)
	switch {
	case plan == nil:
		return nil, nil, errNotFound("plan")
	case plan.PayerType != p.kind:
		return nil, nil, errParamValue("plan_id", "a plan for payers of this kind")
	case in.Period != "month" && in.Period != "annual":
		return nil, nil, errParamValue("plan_period", "month or annual")
	}
	k := &checkout{
		ID: c.tx.newID("chk_"), Subject: p.subject, PlanID: plan.ID, Annual: in.Period == "annual", ExpireAt: c.tx.now + checkoutLife,
	}
	if price := tablePrices.first(c.tx, "plan", plan.ID); price != nil {
		k.PriceID = price.ID
	}
	if i := c.tx.runningItem(p); i != nil && i.PlanID == plan.ID && i.Annual == k.Annual && i.CanceledAt == nil {
		refusal := errRule("invalid_plan_change", "This is the plan that you have already.")
		refusal.items[0].Meta = map[string]any{"plan": c.tx.wirePlan(plan), "is_plan_upgrade_possible": false}
		return k, p, refusal
	}
	if in.MethodID != "" {
		m, err := c.tx.paymentMethodOf(p, in.MethodID)
		if err != nil {
			return nil, nil, err
		}
		k.MethodID = m.ID
	}
	return k, p, nil
}

func (x *tx) wireCheckout(p *payer, k *checkout) (checkoutWire, error) {
	change, err := x.planChangeOf(p, k)
	if err != nil {
		return checkoutWire{}, err
	}
	w := checkoutWire{
		Object: "commerce_checkout", ID: k.ID, Plan: x.wirePlan(change.plan), PlanPeriod: period(k.Annual), Payer: x.wirePayer(p),
		GatewayID: gatewayAccount, Status: "needs_confirmation", PeriodStart: x.now, IsImmediate: change.immediate, FreeTrialEndsAt: change.trialEnd,
		NeedsMethod: change.fee > 0,
		Totals: checkoutTotals{
			Subtotal: money(change.fee), BaseFee: money(change.fee), TaxTotal: money(0), GrandTotal: money(change.fee),
			DueNow: money(change.dueNow()), DuePerPeriod: money(change.fee),
		},
	}
	if change.trialEnd != nil {
		fee := money(change.fee)
		w.Totals.DueAfterTrial = &fee
	}
	if !change.immediate && change.before != nil {
		_, w.PeriodStart = change.before.periodAt(x.now)
	}
	if m := tablePaymentMethods.get(x, k.MethodID); m != nil {
		method := x.wirePaymentMethod(m)
		w.PaymentMethod = &method
	}
	if i := x.itemByID(k.ItemID); k.ItemID != "" && i != nil {
		item := x.wireSubscriptionItem(i)
		w.Status, w.Item, w.NeedsMethod, w.PeriodStart = "completed", &item, false, i.StartAt
		w.IsImmediate, w.FreeTrialEndsAt = i.StartAt <= i.CreatedAt, i.TrialEndAt
	}
	return w, nil
}

// ownCheckout is a checkout of the payer, and who pays. An administrator of an organization may finish one that was begun
// for it.
func (c *frontendCall) ownCheckout(p *payer, id string) (*checkout, *payer, error) {
	k := tableCheckouts.get(c.tx, id)
	if k == nil || (k.ItemID == "" && k.ExpireAt <= c.tx.now) {
		return nil, nil, errNotFound("checkout")
	}
	if k.Subject == p.subject {
		return k, p, nil
	}
	if o := tableOrganizations.get(c.tx, k.Subject); o != nil && p.kind == "user" {
		if _, err := c.memberOf(o.ID, manageBilling); err == nil {
			return k, organizationPayer(o), nil
		}
	}
	return nil, nil, errNotFound("checkout")
}

func readCheckout(c *frontendCall, p *payer) (any, error) {
	k, p, err := c.ownCheckout(p, c.param("checkoutID"))
	if err != nil {
		return nil, err
	}
	return c.tx.wireCheckout(p, k)
}

// changeCheckout takes a promotion code away; none can be redeemed, because discounts are given by the Backend API.
func changeCheckout(c *frontendCall, p *payer) (any, error) {
	var in struct {
		PromoCode field[string] `json:"promo_code"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	k, p, err := c.ownCheckout(p, c.param("checkoutID"))
	switch {
	case err != nil:
		return nil, err
	case in.PromoCode.given():
		return nil, paramError("promo_code_invalid", "promo_code", "is invalid", "There is no such promotion code.")
	}
	return c.tx.wireCheckout(p, k)
}

// confirmCheckout pays and changes the plan.
func confirmCheckout(c *frontendCall, p *payer) (any, error) {
	var in struct {
		Gateway  string `json:"gateway"`
		MethodID string `json:"payment_method_id"`
		Token    string `json:"payment_token"`
		TestCard bool   `json:"use_test_card"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	k, p, err := c.ownCheckout(p, c.param("checkoutID"))
	switch {
	case err != nil:
		return nil, err
	case k.ItemID != "":
		return nil, errConflict("checkout_already_completed", "This checkout was paid already.")
	case in.TestCard && c.inst.Production():
		return nil, errParamValue("use_test_card", "false in production")
	case in.TestCard:
		in.Token = "pm_card_visa"
	}
	change, err := c.tx.planChangeOf(p, k)
	if err != nil {
		return nil, err
	}
	next := *k
	if next.MethodID, err = c.tx.methodFor(p, k, change.fee, in.Gateway, in.MethodID, in.Token); err != nil {
		return nil, err
	}
	next.ItemID = c.tx.changePlan(p, change, k.Annual).ID
	tableCheckouts.put(c.tx, &next)
	return c.tx.wireCheckout(p, &next)
}

// methodFor is the id of what a checkout is paid with, and makes it the default one: a saved card, a new one, else the
// default one. What costs nothing needs none.
func (x *tx) methodFor(p *payer, k *checkout, fee int64, gateway, methodID, token string) (string, error) {
	if methodID == "" && token == "" {
		methodID = k.MethodID
	}
	var m *paymentMethod
	var err error
	switch {
	case methodID != "":
		m, err = x.paymentMethodOf(p, methodID)
	case token != "":
		m, err = x.savePaymentMethod(p, gateway, token)
	default:
		m = x.defaultPaymentMethod(p)
	}
	switch {
	case err != nil:
		return "", err
	case m == nil && fee > 0:
		return "", errParamMissing("payment_method_id")
	case m == nil:
		return "", nil
	}
	x.makeDefault(p, m.ID)
	return m.ID, nil
}

// changePlan gives a payer another plan. What was to come before is given up.
func (x *tx) changePlan(p *payer, change *planChange, annual bool) *subscriptionItem {
	next := &subscriptionItem{
		ID: x.newID("csub_item_"), Subject: p.subject, PlanID: change.plan.ID, PriceID: change.price.ID, Annual: annual,
		StartAt: x.now, TrialEndAt: change.trialEnd, CreatedAt: x.now,
	}
	x.replaceItem(p, change.before, next, change.immediate)
	if due := change.dueNow(); due > 0 {
		x.charge(next, due)
	}
	x.emitSubscription(p.subject)
	return next
}
