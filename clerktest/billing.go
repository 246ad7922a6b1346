package clerktest

import (
	"fmt"
	"strings"
)

// billingPlan is a plan of the catalog. Who begins with which plan is a matter of users and organizations, see planNow.
type billingPlan struct {
	ID        string   `json:"id"`
	Slug      string   `json:"slug"`
	Name      string   `json:"name"`
	PayerType string   `json:"payer_type"` // user or org
	Amount    int64    `json:"amount"`     // cents a month
	Features  []string `json:"features"`
	TrialDays int64    `json:"trial_days"` // 0 without a free trial
	CreatedAt int64    `json:"created_at"`
}

// billingPrice is a price of a plan; each plan begins with a default one.
type billingPrice struct {
	ID           string  `json:"id"`
	PlanID       string  `json:"plan_id"`
	Amount       int64   `json:"amount"`
	AnnualAmount int64   `json:"annual_amount"`
	Description  *string `json:"description"`
	IsDefault    bool    `json:"is_default"`
	Periods      string  `json:"periods"`
	CreatedAt    int64   `json:"created_at"`
}

// creditEntry is one line of a payer's credit ledger.
type creditEntry struct {
	ID        string `json:"id"`
	PayerID   string `json:"payer_id"`
	Amount    int64  `json:"amount"` // cents, negative when taken
	Key       string `json:"key"`    // idempotency key
	Note      string `json:"note"`
	CreatedAt int64  `json:"created_at"`
}

var (
	tablePlans = &table[*billingPlan]{
		name:    "billing_plans",
		id:      func(p *billingPlan) string { return p.ID },
		indexes: map[string]func(*billingPlan) []string{"slug": func(p *billingPlan) []string { return []string{p.Slug} }},
	}
	tablePrices = &table[*billingPrice]{
		name:    "billing_prices",
		id:      func(p *billingPrice) string { return p.ID },
		indexes: map[string]func(*billingPrice) []string{"plan": func(p *billingPrice) []string { return []string{p.PlanID} }},
	}
	tableCredits = &table[*creditEntry]{
		name:    "billing_credits",
		id:      func(e *creditEntry) string { return e.ID },
		indexes: map[string]func(*creditEntry) []string{"payer": func(e *creditEntry) []string { return []string{e.PayerID} }},
	}
)

func billingFamily() family {
	return family{
		tables: []anyTable{tablePlans, tablePrices, tableCredits, tableSubscriptionItems, tableDiscounts, tableRedemptions, tableStatements},
		userGone: func(x *tx, userID string) {
			x.forgetSubscription(userID)
			x.forgetStatements(userID)
		},
		organizationGone: func(x *tx, organizationID string) {
			x.forgetSubscription(organizationID)
			x.forgetStatements(organizationID)
		},
		endpoints: map[string]endpoint{
			"GetCommercePlanList":                    {read: listPlans},
			"GetBillingPriceList":                    {read: listPrices},
			"CreateBillingPrice":                     {write: createPrice},
			"GetCommerceSubscriptionItemList":        {read: listSubscriptionItems},
			"CancelCommerceSubscriptionItem":         {write: cancelSubscriptionItem},
			"ExtendBillingSubscriptionItemFreeTrial": {write: extendFreeTrial},
			"CreateBillingPriceTransition":           {write: createPriceTransition},
			"ApplyBillingSubscriptionItemDiscount":   {write: applyDiscount},
			"RemoveBillingSubscriptionItemDiscount":  {write: removeDiscount},
			"GetBillingStatementList":                {read: listStatements},
			"GetBillingStatement":                    getter((*call).statement, (*tx).wireStatement),
			"GetBillingStatementPaymentAttempts":     {read: listStatementPayments},
			"GetUserBillingSubscription":             {read: ofUser(subscriptionOf)},
			"GetOrganizationBillingSubscription":     {read: ofOrganization(subscriptionOf)},
			"GetUserBillingCreditBalance":            {read: ofUser(creditBalance)},
			"GetOrganizationBillingCreditBalance":    {read: ofOrganization(creditBalance)},
			"AdjustUserBillingCreditBalance":         {write: ofUser(adjustCredits)},
			"AdjustOrganizationBillingCreditBalance": {write: ofOrganization(adjustCredits)},
		},
	}
}

// payer is a user or an organization as somebody who pays.
type payer struct {
	subject string // the id of the user or of the organization
	kind    string // user or org
	plan    string // slug of the plan it began with, empty without one
	since   int64
	user    *user
	org     *organization
}

func (p *payer) id() string { return "cpayer_" + bareID(p.subject) }

// bareID is an id without its prefix.
func bareID(id string) string { return id[strings.LastIndex(id, "_")+1:] }

func userPayer(u *user) *payer {
	return &payer{subject: u.ID, kind: "user", plan: u.Plan, since: u.CreatedAt, user: u}
}

func organizationPayer(o *organization) *payer {
	return &payer{subject: o.ID, kind: "org", plan: o.Plan, since: o.CreatedAt, org: o}
}

// payerOf returns the payer of a subject that exists.
func (x *tx) payerOf(subject string) *payer {
	if u := tableUsers.get(x, subject); u != nil {
		return userPayer(u)
	}
	return organizationPayer(tableOrganizations.get(x, subject))
}

func ofUser(answer func(*call, *payer) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		u, err := c.user()
		if err != nil {
			return nil, err
		}
		return answer(c, userPayer(u))
	}
}

func ofOrganization(answer func(*call, *payer) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		o, err := c.organization()
		if err != nil {
			return nil, err
		}
		return answer(c, organizationPayer(o))
	}
}

// payers returns everybody who may pay, users first.
func (x *tx) payers() []*payer {
	var out []*payer
	for _, u := range tableUsers.all(x) {
		out = append(out, userPayer(u))
	}
	for _, o := range tableOrganizations.all(x) {
		out = append(out, organizationPayer(o))
	}
	return out
}

func listPlans(c *call) (any, error) {
	kind := c.query.Get("payer_type")
	rows := keep(tablePlans.all(c.tx), func(p *billingPlan) bool { return kind == "" || p.PayerType == kind })
	return pageOf(c, rows, c.tx.wirePlan)
}

func listPrices(c *call) (any, error) {
	plan := c.query.Get("plan_id")
	rows := keep(tablePrices.all(c.tx), func(p *billingPrice) bool { return plan == "" || p.PlanID == plan })
	return pageOf(c, rows, c.tx.wirePrice)
}

func createPrice(c *call) (any, error) {
	var in struct {
		PlanID       string        `json:"plan_id"`
		Amount       field[int64]  `json:"amount"`
		AnnualAmount field[int64]  `json:"annual_monthly_amount"`
		Description  field[string] `json:"description"`
		Periods      field[string] `json:"supported_billing_periods"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if tablePlans.get(c.tx, in.PlanID) == nil {
		return nil, errNotFound("plan")
	}
	if in.Amount.Value < 0 || in.AnnualAmount.Value < 0 {
		return nil, errParamValue("amount", "not negative")
	}
	p := &billingPrice{
		ID: c.tx.newID("cprice_"), PlanID: in.PlanID, Amount: in.Amount.Value, AnnualAmount: in.AnnualAmount.Value,
		Description: in.Description.pointer(), Periods: "both", CreatedAt: c.tx.now,
	}
	in.Periods.applyValue(&p.Periods)
	tablePrices.put(c.tx, p)
	return c.tx.wirePrice(p), nil
}

func creditBalance(c *call, p *payer) (any, error) {
	var balance *moneyWire
	if entries := tableCredits.find(c.tx, "payer", p.id()); len(entries) > 0 {
		m := money(sumCredits(entries))
		balance = &m
	}
	return struct {
		Object  string     `json:"object"`
		Balance *moneyWire `json:"balance"`
	}{"commerce_credit_balance", balance}, nil
}

func sumCredits(entries []*creditEntry) (sum int64) {
	for _, e := range entries {
		sum += e.Amount
	}
	return sum
}

// adjustCredits adds a ledger entry; a key that was used before answers its entry again.
func adjustCredits(c *call, p *payer) (any, error) {
	var in struct {
		Amount int64  `json:"amount"`
		Action string `json:"action"`
		Key    string `json:"idempotency_key"`
		Note   string `json:"note"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	entries := tableCredits.find(c.tx, "payer", p.id())
	for _, e := range entries {
		if e.Key == in.Key {
			return wireCreditEntry(e), nil
		}
	}
	switch {
	case in.Amount <= 0:
		return nil, errParamValue("amount", "positive")
	case in.Action == "decrease" && sumCredits(entries) < in.Amount:
		return nil, errParamValue("amount", "at most the balance")
	case in.Action == "decrease":
		in.Amount = -in.Amount
	}
	e := &creditEntry{ID: c.tx.newID("ccl_"), PayerID: p.id(), Amount: in.Amount, Key: in.Key, Note: in.Note, CreatedAt: c.tx.now}
	tableCredits.put(c.tx, e)
	return wireCreditEntry(e), nil
}

// addPlan stores a plan with its default price.
func (x *tx) addPlan(p *billingPlan) error {
	switch {
	case p.Slug == "" || p.Name == "":
		return errParamMissing("slug")
	case p.PayerType != "user" && p.PayerType != "org":
		return errParamValue("payer_type", "user or org")
	case p.TrialDays < 0:
		return errParamValue("free_trial_days", "not negative")
	case tablePlans.first(x, "slug", p.Slug) != nil:
		return errTaken("slug")
	}
	p.ID, p.CreatedAt = x.newID("cplan_"), x.now
	tablePlans.put(x, p)
	tablePrices.put(x, &billingPrice{
		ID: x.newID("cprice_"), PlanID: p.ID, Amount: p.Amount, AnnualAmount: p.Amount, IsDefault: true, Periods: "both", CreatedAt: x.now,
	})
	return nil
}

// monthly is what a month costs, in cents, paid by the month or by the year.
func (p *billingPrice) monthly(annual bool) int64 {
	if annual {
		return p.AnnualAmount
	}
	return p.Amount
}

// feeFor is what a period costs, in cents.
func (p *billingPrice) feeFor(annual bool) int64 {
	if annual {
		return 12 * p.AnnualAmount
	}
	return p.Amount
}

// money is an amount of cents.
func money(cents int64) moneyWire {
	sign, plain := "", cents
	if cents < 0 {
		sign, plain = "-", -cents
	}
	return moneyWire{Amount: cents, Formatted: fmt.Sprintf("%s%d.%02d", sign, plain/100, plain%100), Currency: "USD", Symbol: "$"}
}
