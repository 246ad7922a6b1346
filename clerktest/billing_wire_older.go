package clerktest

import "time"

// Two operations still answer in an older shape, in which plans have flat amounts and few fields are null.

type olderItemWire struct {
	Object          string         `json:"object"`
	ID              string         `json:"id"`
	InstanceID      string         `json:"instance_id"`
	Status          string         `json:"status"`
	PlanID          string         `json:"plan_id"`
	PriceID         string         `json:"price_id"`
	Plan            olderPlanWire  `json:"plan"`
	PlanPeriod      string         `json:"plan_period"`
	PaymentSourceID string         `json:"payment_source_id"`
	Amount          moneyWire      `json:"amount"`
	PayerID         string         `json:"payer_id"`
	Payer           olderPayerWire `json:"payer"`
	IsFreeTrial     bool           `json:"is_free_trial"`
	PeriodStart     int64          `json:"period_start"`
	PeriodEnd       *int64         `json:"period_end"`
	ProrationDate   string         `json:"proration_date"`
	CanceledAt      *int64         `json:"canceled_at"`
	PastDueAt       *int64         `json:"past_due_at"`
	EndedAt         *int64         `json:"ended_at"`
	CreatedAt       int64          `json:"created_at"`
	UpdatedAt       int64          `json:"updated_at"`
}

type olderPlanWire struct {
	planWire
	Amount                 int64              `json:"amount"`
	AmountFormatted        string             `json:"amount_formatted"`
	AnnualMonthlyAmount    int64              `json:"annual_monthly_amount"`
	AnnualMonthlyFormatted string             `json:"annual_monthly_amount_formatted"`
	AnnualAmount           int64              `json:"annual_amount"`
	AnnualFormatted        string             `json:"annual_amount_formatted"`
	Currency               string             `json:"currency"`
	Symbol                 string             `json:"currency_symbol"`
	Description            string             `json:"description"`
	AvatarURL              string             `json:"avatar_url"`
	PayerType              []string           `json:"payer_type"`
	Features               []olderFeatureWire `json:"features"`
}

type olderFeatureWire struct {
	featureWire
	Description string `json:"description"`
	AvatarURL   string `json:"avatar_url"`
}

type olderPayerWire struct {
	Object           string `json:"object"`
	ID               string `json:"id"`
	InstanceID       string `json:"instance_id,omitzero"`
	UserID           string `json:"user_id"`
	FirstName        string `json:"first_name"`
	LastName         string `json:"last_name"`
	Email            string `json:"email"`
	OrganizationID   string `json:"organization_id"`
	OrganizationName string `json:"organization_name"`
	ImageURL         string `json:"image_url"`
	CreatedAt        int64  `json:"created_at"`
	UpdatedAt        int64  `json:"updated_at"`
}

func (x *tx) wireOlderPayer(p *payer) olderPayerWire {
	w := x.wirePayer(p)
	return olderPayerWire{
		Object: w.Object, ID: w.ID, InstanceID: w.InstanceID, UserID: text(w.UserID), FirstName: text(w.FirstName), LastName: text(w.LastName),
		Email: text(w.Email), OrganizationID: text(w.OrganizationID), OrganizationName: text(w.OrganizationName), ImageURL: w.ImageURL,
		CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
	}
}

func (x *tx) wireOlderPlan(p *billingPlan) olderPlanWire {
	month, year := money(p.Amount), money(12*p.Amount)
	out := olderPlanWire{
		planWire: x.wirePlan(p), Amount: month.Amount, AmountFormatted: month.Formatted, AnnualMonthlyAmount: month.Amount,
		AnnualMonthlyFormatted: month.Formatted, AnnualAmount: year.Amount, AnnualFormatted: year.Formatted, Currency: month.Currency,
		Symbol: month.Symbol, PayerType: []string{p.PayerType}, Features: []olderFeatureWire{},
	}
	for _, f := range out.planWire.Features {
		out.Features = append(out.Features, olderFeatureWire{featureWire: f})
	}
	return out
}

func (x *tx) wireOlderItem(i *subscriptionItem) olderItemWire {
	w := x.wireSubscriptionItem(i)
	if w.Status == "canceled" {
		w.Status = "active" // this shape knows no other word for an item that will end
	}
	return olderItemWire{
		Object: w.Object, ID: w.ID, InstanceID: w.InstanceID, Status: w.Status, PlanID: w.PlanID, PriceID: w.PriceID,
		Plan: x.wireOlderPlan(tablePlans.get(x, i.PlanID)), PlanPeriod: w.PlanPeriod, PaymentSourceID: paymentMethodID(i.Subject),
		Amount: money(x.amountOf(i)), PayerID: w.PayerID, Payer: x.wireOlderPayer(x.payerOf(i.Subject)), IsFreeTrial: w.IsFreeTrial,
		PeriodStart: w.PeriodStart, PeriodEnd: w.PeriodEnd, ProrationDate: time.UnixMilli(w.PeriodStart).UTC().Format(time.RFC3339),
		CanceledAt: w.CanceledAt, EndedAt: w.EndedAt, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
	}
}

type priceTransitionWire struct {
	Object     string                `json:"object"`
	Item       olderItemWire         `json:"subscription_item"`
	Transition transitionDetailsWire `json:"transition"`
}

type transitionDetailsWire struct {
	PreviousPlan       olderPlanWire `json:"previous_plan"`
	PreviousPrice      priceWire     `json:"previous_price"`
	EffectiveAt        int64         `json:"effective_at"`
	EffectiveMode      string        `json:"effective_mode"`
	NextBillingDate    *int64        `json:"next_billing_date"`
	ChargedImmediately bool          `json:"charged_immediately"`
	ImmediateCharge    *moneyWire    `json:"immediate_charge"`
	PreviousStatus     string        `json:"previous_subscription_item_status"`
	PreviousItemID     string        `json:"previous_subscription_item_id"`
}

// transitionWire tells of the step from one item to the next.
func (x *tx) wireTransition(before, next *subscriptionItem) priceTransitionWire {
	_, end := next.periodAt(x.now)
	d := transitionDetailsWire{
		PreviousPlan: x.wireOlderPlan(tablePlans.get(x, before.PlanID)), PreviousPrice: x.wirePrice(tablePrices.get(x, before.PriceID)),
		EffectiveAt: next.StartAt, EffectiveMode: "end_of_period", NextBillingDate: &next.StartAt,
		PreviousStatus: before.statusAt(x.now), PreviousItemID: before.ID,
	}
	if next.StartAt == x.now {
		d.EffectiveMode, d.NextBillingDate = "immediate", &end
		if amount := x.amountOf(next); amount > 0 {
			charge := money(amount)
			d.ChargedImmediately, d.ImmediateCharge = true, &charge
		}
	}
	return priceTransitionWire{Object: "commerce_price_transition", Item: x.wireOlderItem(next), Transition: d}
}
