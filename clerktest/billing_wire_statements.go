package clerktest

type statementWire struct {
	Object     string               `json:"object"`
	ID         string               `json:"id"`
	InstanceID string               `json:"instance_id"`
	Timestamp  int64                `json:"timestamp"`
	Payer      payerWire            `json:"payer"`
	Status     string               `json:"status"`
	Totals     totalsWire           `json:"totals"`
	Groups     []statementGroupWire `json:"groups"`
}

// statementGroupWire holds the payments of a day.
type statementGroupWire struct {
	Object    string        `json:"object"`
	Timestamp int64         `json:"timestamp"`
	Items     []paymentWire `json:"items"`
}

type paymentWire struct {
	Object             string                `json:"object"`
	ID                 string                `json:"id"`
	PaymentID          string                `json:"payment_id"`
	InstanceID         string                `json:"instance_id"`
	ChargeType         string                `json:"charge_type"`
	PayeeID            string                `json:"payee_id"`
	Payee              payeeWire             `json:"payee"`
	PayerID            string                `json:"payer_id"`
	Payer              payerWire             `json:"payer"`
	ItemID             string                `json:"subscription_item_id,omitzero"`
	Item               *subscriptionItemWire `json:"subscription_item,omitzero"`
	Amount             moneyWire             `json:"amount"`
	Totals             totalsWire            `json:"totals"`
	PaymentMethodID    string                `json:"payment_method_id"`
	PaymentMethod      paymentMethodWire     `json:"payment_method"`
	StatementID        string                `json:"statement_id"`
	GatewayExternalID  *string               `json:"gateway_external_id"`
	GatewayExternalURL *string               `json:"gateway_external_url"`
	Status             string                `json:"status"`
	PaidAt             *int64                `json:"paid_at"`
	FailedAt           *int64                `json:"failed_at"`
	CreatedAt          int64                 `json:"created_at"`
	UpdatedAt          int64                 `json:"updated_at"`
}

type payeeWire struct {
	Object            string `json:"object"`
	ID                string `json:"id"`
	GatewayType       string `json:"gateway_type"`
	GatewayExternalID string `json:"gateway_external_id"`
	GatewayStatus     string `json:"gateway_status"`
}

type paymentMethodWire struct {
	Object                   string  `json:"object"`
	ID                       string  `json:"id"`
	PayerID                  string  `json:"payer_id"`
	PaymentType              string  `json:"payment_type"`
	Gateway                  string  `json:"gateway"`
	GatewayExternalID        string  `json:"gateway_external_id"`
	GatewayExternalAccountID *string `json:"gateway_external_account_id"`
	Last4                    string  `json:"last4"`
	Status                   string  `json:"status"`
	CardType                 string  `json:"card_type"`
}

func (x *tx) wireStatement(s *billingStatement) statementWire {
	var total int64
	groups := []statementGroupWire{}
	for i := range s.Payments {
		p := &s.Payments[i]
		if p.Status != "failed" {
			total += p.Amount
		}
		if day := dayOf(p.CreatedAt); len(groups) == 0 || groups[len(groups)-1].Timestamp != day {
			groups = append(groups, statementGroupWire{Object: "commerce_statement_group", Timestamp: day})
		}
		last := &groups[len(groups)-1]
		last.Items = append(last.Items, x.wirePayment(s, p))
	}
	return statementWire{
		Object: "commerce_statement", ID: s.ID, InstanceID: x.inst.id, Timestamp: s.CreatedAt, Payer: x.wirePayer(x.payerOf(s.Subject)),
		Status: s.Status, Totals: totalsOf(total, total), Groups: groups,
	}
}

func paymentMethodID(subject string) string { return "paysource_" + bareID(subject) }

func (x *tx) wirePayment(s *billingStatement, p *billingPayment) paymentWire {
	payer := x.payerOf(s.Subject)
	payee := "cpayee_" + bareID(x.inst.id)
	out := paymentWire{
		Object: "commerce_payment", ID: p.ID, PaymentID: p.PaymentID, InstanceID: x.inst.id, ChargeType: p.ChargeType, PayeeID: payee,
		Payee:   payeeWire{Object: "commerce_payee", ID: payee, GatewayType: "stripe", GatewayExternalID: "acct_emulator", GatewayStatus: "active"},
		PayerID: payer.id(), Payer: x.wirePayer(payer), Amount: money(p.Amount), Totals: totalsOf(p.Amount, p.Amount),
		PaymentMethodID: paymentMethodID(s.Subject), PaymentMethod: paymentMethodWire{
			Object: "commerce_payment_method", ID: paymentMethodID(s.Subject), PayerID: payer.id(), PaymentType: "card", Gateway: "stripe",
			GatewayExternalID: "pm_emulator", Last4: "4242", Status: "active", CardType: "visa",
		},
		StatementID: s.ID, Status: p.Status, CreatedAt: p.CreatedAt, UpdatedAt: p.CreatedAt,
	}
	if i := x.itemByID(p.ItemID); i != nil {
		wire := x.wireSubscriptionItem(i)
		out.ItemID, out.Item = i.ID, &wire
	}
	switch p.Status {
	case "paid":
		out.PaidAt = &p.CreatedAt
	case "failed":
		out.FailedAt = &p.CreatedAt
	}
	return out
}
