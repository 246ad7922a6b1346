package clerktest

import "time"

type moneyWire struct {
	Amount    int64  `json:"amount"`
	Formatted string `json:"amount_formatted"`
	Currency  string `json:"currency"`
	Symbol    string `json:"currency_symbol"`
}

type planWire struct {
	Object           string        `json:"object"`
	ID               string        `json:"id"`
	Name             string        `json:"name"`
	Fee              *moneyWire    `json:"fee"`
	AnnualMonthlyFee *moneyWire    `json:"annual_monthly_fee"`
	AnnualFee        *moneyWire    `json:"annual_fee"`
	Description      *string       `json:"description"`
	ProductID        string        `json:"product_id"`
	IsDefault        bool          `json:"is_default"`
	IsRecurring      bool          `json:"is_recurring"`
	PubliclyVisible  bool          `json:"publicly_visible"`
	HasBaseFee       bool          `json:"has_base_fee"`
	ForPayerType     string        `json:"for_payer_type"`
	Slug             string        `json:"slug"`
	AvatarURL        *string       `json:"avatar_url"`
	Features         []featureWire `json:"features"`
	FreeTrialEnabled bool          `json:"free_trial_enabled"`
	FreeTrialDays    *int64        `json:"free_trial_days"`
}

type featureWire struct {
	Object      string  `json:"object"`
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	Slug        string  `json:"slug"`
	AvatarURL   *string `json:"avatar_url"`
}

type priceWire struct {
	Object           string     `json:"object"`
	ID               string     `json:"id"`
	PlanID           string     `json:"plan_id"`
	InstanceID       string     `json:"instance_id"`
	Currency         string     `json:"currency"`
	Symbol           string     `json:"currency_symbol"`
	Amount           int64      `json:"amount"`
	AnnualAmount     int64      `json:"annual_monthly_amount"`
	Fee              *moneyWire `json:"fee"`
	AnnualMonthlyFee *moneyWire `json:"annual_monthly_fee"`
	Description      *string    `json:"description"`
	IsDefault        bool       `json:"is_default"`
	CreatedAt        int64      `json:"created_at"`
	Periods          string     `json:"supported_billing_periods"`
}

type payerWire struct {
	Object           string  `json:"object"`
	ID               string  `json:"id"`
	InstanceID       string  `json:"instance_id"`
	UserID           *string `json:"user_id"`
	FirstName        *string `json:"first_name"`
	LastName         *string `json:"last_name"`
	Email            *string `json:"email"`
	OrganizationID   *string `json:"organization_id"`
	OrganizationName *string `json:"organization_name"`
	ImageURL         string  `json:"image_url"`
	CreatedAt        int64   `json:"created_at"`
	UpdatedAt        int64   `json:"updated_at"`
}

type subscriptionItemWire struct {
	Object      string    `json:"object"`
	ID          string    `json:"id"`
	InstanceID  string    `json:"instance_id"`
	Status      string    `json:"status"`
	PlanID      string    `json:"plan_id"`
	PriceID     string    `json:"price_id"`
	Plan        planWire  `json:"plan"`
	PlanPeriod  string    `json:"plan_period"`
	PayerID     string    `json:"payer_id"`
	Payer       payerWire `json:"payer"`
	IsFreeTrial bool      `json:"is_free_trial"`
	PeriodStart int64     `json:"period_start"`
	PeriodEnd   *int64    `json:"period_end"`
	CanceledAt  *int64    `json:"canceled_at"`
	PastDueAt   *int64    `json:"past_due_at"`
	EndedAt     *int64    `json:"ended_at"`
	CreatedAt   int64     `json:"created_at"`
	UpdatedAt   int64     `json:"updated_at"`
}

type subscriptionWire struct {
	Object     string                 `json:"object"`
	ID         string                 `json:"id"`
	InstanceID string                 `json:"instance_id"`
	Status     string                 `json:"status"`
	PayerID    string                 `json:"payer_id"`
	CreatedAt  int64                  `json:"created_at"`
	UpdatedAt  int64                  `json:"updated_at"`
	ActiveAt   *int64                 `json:"active_at"`
	PastDueAt  *int64                 `json:"past_due_at"`
	Items      []subscriptionItemWire `json:"subscription_items"`
}

func (x *tx) planWire(p *billingPlan) planWire {
	fee := money(p.Amount)
	out := planWire{
		Object: "commerce_plan", ID: p.ID, Name: p.Name, Fee: &fee, AnnualMonthlyFee: &fee, ProductID: "cprd_" + bareID(x.inst.ID()),
		IsRecurring: true, PubliclyVisible: true, HasBaseFee: p.Amount > 0, ForPayerType: p.PayerType, Slug: p.Slug, Features: []featureWire{},
	}
	annual := money(12 * p.Amount)
	out.AnnualFee = &annual
	for _, slug := range p.Features {
		out.Features = append(out.Features, featureWire{Object: "feature", ID: "feat_" + slug, Name: slug, Slug: slug})
	}
	return out
}

func (x *tx) priceWire(p *billingPrice) priceWire {
	fee, annual := money(p.Amount), money(p.AnnualAmount)
	return priceWire{
		Object: "commerce_price", ID: p.ID, PlanID: p.PlanID, InstanceID: x.inst.ID(), Currency: fee.Currency, Symbol: fee.Symbol,
		Amount: p.Amount, AnnualAmount: p.AnnualAmount, Fee: &fee, AnnualMonthlyFee: &annual, Description: p.Description,
		IsDefault: p.IsDefault, CreatedAt: p.CreatedAt, Periods: p.Periods,
	}
}

func (x *tx) payerWire(p *payer) payerWire {
	out := payerWire{Object: "commerce_payer", ID: p.id(), InstanceID: x.inst.ID(), CreatedAt: p.since, UpdatedAt: p.since}
	if u := p.user; u != nil {
		out.UserID, out.FirstName, out.LastName, out.ImageURL = &u.ID, u.FirstName, u.LastName, u.ImageURL
		out.Email = nilIfEmpty(primaryValue(u.Emails, u.PrimaryEmailID))
	}
	if o := p.org; o != nil {
		out.OrganizationID, out.OrganizationName, out.ImageURL = &o.ID, &o.Name, o.ImageURL
	}
	return out
}

func subscriptionItemID(p *payer) string { return "csub_item_" + bareID(p.subject) }

// subscriptionItemWire is the one item of a payer who has a plan of the catalog.
func (x *tx) subscriptionItemWire(p *payer) subscriptionItemWire {
	plan := tablePlans.first(x, "slug", p.plan)
	start := x.periodStart(p)
	end := start + billingMonth.Milliseconds()
	out := subscriptionItemWire{
		Object: "commerce_subscription_item", ID: subscriptionItemID(p), InstanceID: x.inst.ID(), Status: "active", PlanID: plan.ID,
		Plan: x.planWire(plan), PlanPeriod: "month", PayerID: p.id(), Payer: x.payerWire(p), PeriodStart: start, PeriodEnd: &end,
		CreatedAt: p.since, UpdatedAt: p.since,
	}
	if price := tablePrices.first(x, "plan", plan.ID); price != nil {
		out.PriceID = price.ID
	}
	return out
}

// periodStart is when the running month of a subscription began.
func (x *tx) periodStart(p *payer) int64 {
	passed := max(x.now-p.since, 0) / billingMonth.Milliseconds()
	return p.since + passed*int64(billingMonth/time.Millisecond)
}

func (x *tx) subscriptionWire(p *payer) subscriptionWire {
	since := p.since
	return subscriptionWire{
		Object: "commerce_subscription", ID: "csub_" + bareID(p.subject), InstanceID: x.inst.ID(), Status: "active", PayerID: p.id(),
		CreatedAt: p.since, UpdatedAt: p.since, ActiveAt: &since, Items: []subscriptionItemWire{x.subscriptionItemWire(p)},
	}
}

type creditLedgerWire struct {
	Object     string    `json:"object"`
	ID         string    `json:"id"`
	PayerID    string    `json:"payer_id"`
	Amount     moneyWire `json:"amount"`
	SourceType string    `json:"source_type"`
	SourceID   string    `json:"source_id"`
	Note       *string   `json:"note"`
	CreatedAt  string    `json:"created_at"` // RFC 3339, unlike every other time
}

func creditEntryWire(e *creditEntry) creditLedgerWire {
	return creditLedgerWire{
		Object: "commerce_credit_ledger", ID: e.ID, PayerID: e.PayerID, Amount: money(e.Amount), SourceType: "manual", SourceID: e.Key,
		Note: nilIfEmpty(e.Note), CreatedAt: time.UnixMilli(e.CreatedAt).UTC().Format(time.RFC3339),
	}
}
