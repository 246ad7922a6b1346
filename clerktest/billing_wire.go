package clerktest

import (
	"strings"
	"time"
)

type moneyWire struct {
	Amount    int64  `json:"amount"`
	Formatted string `json:"amount_formatted"`
	Currency  string `json:"currency"`
	Symbol    string `json:"currency_symbol"`
}

// String is the amount as people write it.
func (m moneyWire) String() string { return m.Symbol + m.Formatted }

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
	Object      string           `json:"object"`
	ID          string           `json:"id"`
	InstanceID  string           `json:"instance_id"`
	Status      string           `json:"status"`
	PlanID      string           `json:"plan_id"`
	PriceID     string           `json:"price_id"`
	Plan        planWire         `json:"plan"`
	PlanPeriod  string           `json:"plan_period"`
	PayerID     string           `json:"payer_id"`
	Payer       payerWire        `json:"payer"`
	NextPayment *nextPaymentWire `json:"next_payment,omitzero"`
	IsFreeTrial bool             `json:"is_free_trial"`
	PeriodStart int64            `json:"period_start"`
	PeriodEnd   *int64           `json:"period_end"`
	CanceledAt  *int64           `json:"canceled_at"`
	PastDueAt   *int64           `json:"past_due_at"`
	EndedAt     *int64           `json:"ended_at"`
	CreatedAt   int64            `json:"created_at"`
	UpdatedAt   int64            `json:"updated_at"`
}

type nextPaymentWire struct {
	Amount moneyWire  `json:"amount"`
	Date   int64      `json:"date"`
	Totals totalsWire `json:"totals"`
}

type totalsWire struct {
	Subtotal   moneyWire `json:"subtotal"`
	BaseFee    moneyWire `json:"base_fee"`
	TaxTotal   moneyWire `json:"tax_total"`
	GrandTotal moneyWire `json:"grand_total"`
}

// totalsOf splits what is paid of a fee; the emulator knows no taxes.
func totalsOf(fee, paid int64) totalsWire {
	return totalsWire{Subtotal: money(fee), BaseFee: money(fee), TaxTotal: money(0), GrandTotal: money(paid)}
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

func (x *tx) wirePlan(p *billingPlan) planWire {
	fee := money(p.Amount)
	out := planWire{
		Object: "commerce_plan", ID: p.ID, Name: p.Name, Fee: &fee, AnnualMonthlyFee: &fee, ProductID: "cprd_" + bareID(x.inst.id),
		IsRecurring: true, PubliclyVisible: true, HasBaseFee: p.Amount > 0, ForPayerType: p.PayerType, Slug: p.Slug, Features: []featureWire{},
		FreeTrialEnabled: p.TrialDays > 0,
	}
	if p.TrialDays > 0 {
		out.FreeTrialDays = &p.TrialDays
	}
	annual := money(12 * p.Amount)
	out.AnnualFee = &annual
	for _, slug := range p.Features {
		out.Features = append(out.Features, featureWire{Object: "feature", ID: "feat_" + slug, Name: slug, Slug: slug})
	}
	return out
}

func (x *tx) wirePrice(p *billingPrice) priceWire {
	fee, annual := money(p.Amount), money(p.AnnualAmount)
	return priceWire{
		Object: "commerce_price", ID: p.ID, PlanID: p.PlanID, InstanceID: x.inst.id, Currency: fee.Currency, Symbol: fee.Symbol,
		Amount: p.Amount, AnnualAmount: p.AnnualAmount, Fee: &fee, AnnualMonthlyFee: &annual, Description: p.Description,
		IsDefault: p.IsDefault, CreatedAt: p.CreatedAt, Periods: p.Periods,
	}
}

func (x *tx) wirePayer(p *payer) payerWire {
	out := payerWire{Object: "commerce_payer", ID: p.id(), InstanceID: x.inst.id, CreatedAt: p.since, UpdatedAt: p.since}
	if u := p.user; u != nil {
		out.UserID, out.FirstName, out.LastName, out.ImageURL = &u.ID, u.FirstName, u.LastName, u.ImageURL
		out.Email = nilIfEmpty(primaryValue(u.Emails, u.PrimaryEmailID))
	}
	if o := p.org; o != nil {
		out.OrganizationID, out.OrganizationName, out.ImageURL = &o.ID, &o.Name, o.ImageURL
	}
	return out
}

func (x *tx) payerMatches(p *payer, query string) bool {
	w := x.wirePayer(p)
	name := text(w.FirstName) + " " + text(w.LastName)
	return containsFold(strings.Join([]string{p.subject, name, text(w.Email), text(w.OrganizationName)}, "\n"), query)
}

func (x *tx) wireSubscriptionItem(i *subscriptionItem) subscriptionItemWire {
	p := x.payerOf(i.Subject)
	start, end := i.periodAt(x.now)
	out := subscriptionItemWire{
		Object: "commerce_subscription_item", ID: i.ID, InstanceID: x.inst.id, Status: i.statusAt(x.now), PlanID: i.PlanID, PriceID: i.PriceID,
		Plan: x.wirePlan(tablePlans.get(x, i.PlanID)), PlanPeriod: period(i.Annual), PayerID: p.id(), Payer: x.wirePayer(p), IsFreeTrial: i.trialAt(x.now),
		PeriodStart: start, PeriodEnd: &end, CanceledAt: i.CanceledAt, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
	switch out.Status {
	case "ended", "abandoned":
		out.PeriodEnd, out.EndedAt = i.EndAt, i.EndAt
	case "active":
		fee := x.amountOf(i)
		out.NextPayment = &nextPaymentWire{Amount: money(fee), Date: end, Totals: totalsOf(fee, x.discounted(i.ID, fee))}
	}
	return out
}

// subscriptionWire is the subscription of a payer who has a plan, with the items that are not over.
func (x *tx) wireSubscription(p *payer) subscriptionWire {
	items := x.itemsOf(p)
	since := items[0].StartAt
	out := subscriptionWire{
		Object: "commerce_subscription", ID: subscriptionID(p.subject), InstanceID: x.inst.id, Status: x.subscriptionStatus(items), PayerID: p.id(),
		CreatedAt: since, ActiveAt: &since, Items: []subscriptionItemWire{},
	}
	for _, i := range items {
		out.UpdatedAt = max(out.UpdatedAt, i.UpdatedAt)
		if i.runningAt(x.now) || i.statusAt(x.now) == "upcoming" {
			out.Items = append(out.Items, x.wireSubscriptionItem(i))
		}
	}
	return out
}

// subscriptionStatus is active as long as an item is or will be, even behind one that was canceled.
func (x *tx) subscriptionStatus(items []*subscriptionItem) string {
	status := "ended"
	for _, i := range items {
		switch i.statusAt(x.now) {
		case "active", "upcoming":
			return "active"
		case "canceled":
			status = "canceled"
		}
	}
	return status
}

func subscriptionID(subject string) string { return "csub_" + bareID(subject) }

type redemptionWire struct {
	Object          string     `json:"object"`
	ID              string     `json:"id"`
	ItemID          string     `json:"subscription_item_id"`
	DiscountID      string     `json:"discount_id"`
	Name            string     `json:"name"`
	Source          string     `json:"source"`
	Effect          string     `json:"effect"`
	PercentOff      *float64   `json:"percent_off"`
	AmountOff       *moneyWire `json:"amount_off"`
	Amount          moneyWire  `json:"amount"`
	CyclesRemaining *int64     `json:"cycles_remaining"`
	CyclesApplied   int64      `json:"cycles_applied"`
	Status          string     `json:"status"`
	RedeemedAt      int64      `json:"redeemed_at"`
	RedeemedBy      *string    `json:"redeemed_by"`
}

func (x *tx) wireRedemption(r *discountRedemption) redemptionWire {
	d := tableDiscounts.get(x, r.DiscountID)
	out := redemptionWire{
		Object: "commerce_discount_redemption", ID: r.ID, ItemID: r.ItemID, DiscountID: d.ID, Name: d.Name, Source: "manual", Effect: "percentage",
		PercentOff: d.PercentOff, Amount: money(d.off(x.amountOf(x.itemByID(r.ItemID)))), CyclesApplied: x.cyclesApplied(r),
		Status: x.redemptionStatus(r), RedeemedAt: r.RedeemedAt,
	}
	if d.AmountOff != nil {
		off := money(*d.AmountOff)
		out.Effect, out.AmountOff = "fixed_amount", &off
	}
	if d.Cycles != nil {
		left := *d.Cycles - out.CyclesApplied
		out.CyclesRemaining = &left
	}
	return out
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

func wireCreditEntry(e *creditEntry) creditLedgerWire {
	return creditLedgerWire{
		Object: "commerce_credit_ledger", ID: e.ID, PayerID: e.PayerID, Amount: money(e.Amount), SourceType: "manual", SourceID: e.Key,
		Note: nilIfEmpty(e.Note), CreatedAt: time.UnixMilli(e.CreatedAt).UTC().Format(time.RFC3339),
	}
}
