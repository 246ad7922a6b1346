package clerktest

// Webhooks tell of billing in shapes of their own.

type subscriptionEvent struct {
	Object          string                  `json:"object"`
	ID              string                  `json:"id"`
	Status          string                  `json:"status"`
	ActiveAt        *int64                  `json:"active_at"`
	CanceledAt      *int64                  `json:"canceled_at"`
	CreatedAt       int64                   `json:"created_at"`
	EndedAt         *int64                  `json:"ended_at"`
	PastDueAt       *int64                  `json:"past_due_at"`
	UpdatedAt       int64                   `json:"updated_at"`
	LatestPaymentID *string                 `json:"latest_payment_id"`
	PayerID         string                  `json:"payer_id"`
	Payer           olderPayerWire          `json:"payer"`
	PaymentSourceID *string                 `json:"payment_source_id"`
	Items           []subscriptionItemEvent `json:"items"`
}

type subscriptionItemEvent struct {
	Object         string          `json:"object"`
	ID             string          `json:"id"`
	Status         string          `json:"status"`
	IsFreeTrial    bool            `json:"is_free_trial"`
	CreatedAt      int64           `json:"created_at"`
	UpdatedAt      int64           `json:"updated_at"`
	PeriodStart    int64           `json:"period_start"`
	PeriodEnd      *int64          `json:"period_end"`
	Interval       string          `json:"interval"`
	PlanID         string          `json:"plan_id"`
	Plan           planEvent       `json:"plan"`
	Payer          *olderPayerWire `json:"payer,omitzero"`  // of an item on its own
	SubscriptionID *string         `json:"subscription_id"` // null inside of a subscription
}

type planEvent struct {
	ID          string `json:"id"`
	Slug        string `json:"slug"`
	Name        string `json:"name"`
	IsRecurring bool   `json:"is_recurring"`
	Amount      int64  `json:"amount"`
	Currency    string `json:"currency"`
}

func (x *tx) subscriptionItemEvent(i *subscriptionItem) subscriptionItemEvent {
	w := x.wireSubscriptionItem(i)
	return subscriptionItemEvent{
		Object: w.Object, ID: w.ID, Status: w.Status, IsFreeTrial: w.IsFreeTrial, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
		PeriodStart: w.PeriodStart, PeriodEnd: w.PeriodEnd, Interval: w.PlanPeriod, PlanID: w.PlanID,
		Plan: planEvent{
			ID: w.PlanID, Slug: w.Plan.Slug, Name: w.Plan.Name, IsRecurring: true, Amount: x.amountOf(i), Currency: w.Plan.Fee.Currency,
		},
	}
}

func (x *tx) payerEvent(p *payer) olderPayerWire {
	out := x.wireOlderPayer(p)
	out.InstanceID = ""
	return out
}

// emitItem announces what happened to an item.
func (x *tx) emitItem(event string, i *subscriptionItem) {
	payer, subscription := x.payerEvent(x.payerOf(i.Subject)), subscriptionID(i.Subject)
	out := x.subscriptionItemEvent(i)
	out.Payer, out.SubscriptionID = &payer, &subscription
	x.emit("subscriptionItem."+event, out)
}

// emitSubscription announces that something changed in a subscription.
func (x *tx) emitSubscription(subject string) {
	p, source := x.payerOf(subject), paymentMethodID(subject)
	items := x.itemsOf(p)
	since, last := items[0].StartAt, items[len(items)-1]
	out := subscriptionEvent{
		Object: "commerce_subscription", ID: subscriptionID(subject), Status: x.subscriptionStatus(items), ActiveAt: &since, CreatedAt: since,
		UpdatedAt: x.now, PayerID: p.id(), Payer: x.payerEvent(p), PaymentSourceID: &source,
	}
	switch out.Status {
	case "canceled":
		out.CanceledAt = last.CanceledAt
	case "ended":
		out.CanceledAt, out.EndedAt = last.CanceledAt, last.EndAt
	}
	for _, i := range items {
		out.Items = append(out.Items, x.subscriptionItemEvent(i))
	}
	for _, s := range tableStatements.find(x, "subject", subject) {
		for _, payment := range s.Payments {
			out.LatestPaymentID = &payment.ID
		}
	}
	x.emit("subscription.updated", out)
}

type paymentEvent struct {
	ID                string                  `json:"id"`
	InstanceID        string                  `json:"instance_id"`
	PaymentID         string                  `json:"payment_id"`
	InvoiceID         string                  `json:"invoice_id"`
	StatementID       string                  `json:"statement_id"`
	GatewayExternalID string                  `json:"gateway_external_id"`
	Status            string                  `json:"status"`
	CreatedAt         int64                   `json:"created_at"`
	UpdatedAt         int64                   `json:"updated_at"`
	PaidAt            *int64                  `json:"paid_at"`
	FailedAt          *int64                  `json:"failed_at"`
	FailedReason      *struct{}               `json:"failed_reason"`
	BillingDate       int64                   `json:"billing_date"`
	ChargeType        string                  `json:"charge_type"`
	Payee             payeeWire               `json:"payee"`
	Payer             olderPayerWire          `json:"payer"`
	Totals            totalsWire              `json:"totals"`
	PaymentSource     paymentSourceEvent      `json:"payment_source"`
	Items             []subscriptionItemEvent `json:"subscription_items"`
}

type paymentSourceEvent struct {
	ID                       string  `json:"id"`
	Gateway                  string  `json:"gateway"`
	GatewayExternalID        string  `json:"gateway_external_id"`
	GatewayExternalAccountID *string `json:"gateway_external_account_id"`
	PaymentMethod            string  `json:"payment_method"`
	Status                   string  `json:"status"`
	CardType                 string  `json:"card_type"`
	Last4                    string  `json:"last4"`
}

// emitPayment announces a payment of an item twice, as Clerk does: when it is attempted, and what became of it.
func (x *tx) emitPayment(s *billingStatement, p billingPayment, i *subscriptionItem) {
	outcome, subscription := p.Status, subscriptionID(s.Subject)
	item := x.subscriptionItemEvent(i)
	item.SubscriptionID = &subscription
	for _, step := range []struct{ event, status string }{{"created", "pending"}, {"updated", outcome}} {
		p.Status = step.status
		w := x.wirePayment(s, &p)
		m := w.PaymentMethod
		x.emit("paymentAttempt."+step.event, paymentEvent{
			ID: w.ID, InstanceID: w.InstanceID, PaymentID: w.PaymentID, InvoiceID: "cinv_" + bareID(w.ID), StatementID: w.StatementID,
			GatewayExternalID: "pi_" + bareID(w.ID), Status: w.Status, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt, PaidAt: w.PaidAt,
			FailedAt: w.FailedAt, BillingDate: w.CreatedAt, ChargeType: w.ChargeType, Payee: w.Payee, Payer: x.payerEvent(x.payerOf(s.Subject)),
			Totals: w.Totals, Items: []subscriptionItemEvent{item},
			PaymentSource: paymentSourceEvent{
				ID: m.ID, Gateway: m.Gateway, GatewayExternalID: m.GatewayExternalID, PaymentMethod: m.PaymentType, Status: m.Status,
				CardType: m.CardType, Last4: m.Last4,
			},
		})
	}
}
