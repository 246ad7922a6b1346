package clerktest

import (
	"slices"
)

// payerHandler answers for somebody who pays.
type payerHandler func(*frontendCall, *payer) (any, error)

// browserBillingFamily is the part of the Frontend API about what people and organizations pay.
func browserBillingFamily() family {
	mine := func(handle payerHandler) func(*frontendCall) (any, error) {
		return func(c *frontendCall) (any, error) { return handle(c, userPayer(c.user)) }
	}
	ours := func(permission string, handle payerHandler) func(*frontendCall) (any, error) {
		return inOrganization(permission, func(c *frontendCall, o *organization) (any, error) { return handle(c, organizationPayer(o)) })
	}
	operations := map[string]frontendEndpoint{
		"GetBillingPlanList":     {read: func(c *frontendCall) (any, error) { return listPlans(c.call) }, anyone: true},
		"GetBillingPlan":         {read: readPlan, anyone: true},
		"GetUserPaymentAttempts": {read: mine(listPayments)},
		"GetUserPaymentAttempt":  {read: mine(readPayment)},
	}
	for _, both := range []struct {
		me, organization string // operation ids
		read, write      payerHandler
	}{
		{"GetUserMainBillingSubscription", "GetOrganizationBillingSubscription", readSubscription, nil},
		{"GetUserBillingSubscriptionItems", "GetOrganizationBillingSubscriptionItems", listOwnItems, nil},
		{"DeleteUserBillingSubscriptionItem", "DeleteOrganizationBillingSubscriptionItem", nil, cancelOwnItem},
		{"GetUserStatements", "GetOrganizationStatements", listOwnStatements, nil},
		{"GetUserStatement", "GetOrganizationStatement", readOwnStatement, nil},
		{"GetUserPaymentMethods", "GetOrganizationPaymentMethods", listPaymentMethods, nil},
		{"CreateUserPaymentMethod", "CreateOrganizationPaymentMethod", nil, addPaymentMethod},
		{"InitializeUserPaymentMethod", "InitializeOrganizationPaymentMethod", nil, beginPaymentMethod},
		{"DeleteUserPaymentMethod", "DeleteOrganizationPaymentMethod", nil, removePaymentMethod},
		{"SetUserDefaultPaymentMethod", "SetOrganizationDefaultPaymentMethod", nil, chooseDefaultPaymentMethod},
		{"CreateUserBillingCheckout", "CreateOrganizationBillingCheckout", nil, beginCheckout},
		{"GetUserBillingCheckout", "GetOrganizationBillingCheckout", readCheckout, nil},
		{"UpdateUserBillingCheckout", "UpdateOrganizationBillingCheckout", nil, changeCheckout},
		{"ConfirmUserBillingCheckout", "ConfirmOrganizationBillingCheckout", nil, confirmCheckout},
	} {
		if both.read != nil {
			operations[both.me] = frontendEndpoint{read: mine(both.read)}
			operations[both.organization] = frontendEndpoint{read: ours(readBilling, both.read)}
			continue
		}
		operations[both.me] = frontendEndpoint{write: mine(both.write)}
		operations[both.organization] = frontendEndpoint{write: ours(manageBilling, both.write)}
	}
	forget := func(x *tx, subject string) {
		tablePaymentMethods.deleteAll(x, "subject", subject)
		tableCheckouts.deleteAll(x, "subject", subject)
	}
	return family{
		tables: []anyTable{tablePaymentMethods, tableCheckouts}, frontend: operations, userGone: forget, organizationGone: forget,
	}
}

func readPlan(c *frontendCall) (any, error) {
	p := c.tx.findPlan(c.param("planIdOrSlug"))
	if p == nil {
		return nil, errNotFound("plan")
	}
	return c.tx.wirePlan(p), nil
}

func (x *tx) findPlan(idOrSlug string) *billingPlan {
	if p := tablePlans.get(x, idOrSlug); p != nil {
		return p
	}
	return tablePlans.first(x, "slug", idOrSlug)
}

// frontendSubscriptionWire is a subscription as its payer sees it.
type frontendSubscriptionWire struct {
	subscriptionWire
	NextPayment *subscriptionPaymentWire `json:"next_payment,omitzero"`
	Trial       bool                     `json:"eligible_for_free_trial"`
}

type subscriptionPaymentWire struct {
	Date   int64     `json:"date"`
	Amount moneyWire `json:"amount"`
}

// readSubscription answers the subscription; that of a payer without a plan has no items.
func readSubscription(c *frontendCall, p *payer) (any, error) {
	w := frontendSubscriptionWire{Trial: c.tx.mayTry(p)}
	if len(c.tx.itemsOf(p)) == 0 {
		w.subscriptionWire = subscriptionWire{
			Object: "commerce_subscription", ID: subscriptionID(p.subject), InstanceID: c.inst.id, Status: "active", PayerID: p.id(),
			CreatedAt: p.since, UpdatedAt: p.since, Items: []subscriptionItemWire{},
		}
		return w, nil
	}
	w.subscriptionWire = c.tx.wireSubscription(p)
	for i := range w.Items {
		if next := w.Items[i].NextPayment; next != nil && next.Amount.Amount > 0 {
			w.NextPayment = &subscriptionPaymentWire{Date: next.Date, Amount: next.Totals.GrandTotal}
		}
	}
	return w, nil
}

// mayTry reports whether a payer has had no free trial yet.
func (x *tx) mayTry(p *payer) bool {
	return !slices.ContainsFunc(x.itemsOf(p), func(i *subscriptionItem) bool { return i.TrialEndAt != nil })
}

func listOwnItems(c *frontendCall, p *payer) (any, error) {
	return pageOf(c.call, slices.Clone(c.tx.itemsOf(p)), c.tx.wireSubscriptionItem)
}

// cancelOwnItem cancels a plan at the end of what is paid.
func cancelOwnItem(c *frontendCall, p *payer) (any, error) {
	for _, i := range c.tx.itemsOf(p) {
		if i.ID != c.param("subscriptionItemID") {
			continue
		}
		switch i.statusAt(c.tx.now) {
		case "ended", "abandoned":
			return nil, errNotFound("subscription item")
		case "canceled":
			return nil, errBadRequest("subscription_item_already_canceled", "This plan is canceled already.")
		}
		i = c.tx.stop(i, false)
		c.tx.emitSubscription(p.subject)
		return c.tx.wireSubscriptionItem(i), nil
	}
	return nil, errNotFound("subscription item")
}

func listOwnStatements(c *frontendCall, p *payer) (any, error) {
	rows := tableStatements.find(c.tx, "subject", p.subject)
	slices.Reverse(rows)
	return pageOf(c.call, rows, c.tx.wireStatement)
}

func readOwnStatement(c *frontendCall, p *payer) (any, error) {
	s, err := c.statement()
	if err != nil || s.Subject != p.subject {
		return nil, errNotFound("statement")
	}
	return c.tx.wireStatement(s), nil
}

// paymentsOf are the payments of a payer, newest first.
func (x *tx) paymentsOf(p *payer) []paymentWire {
	out := []paymentWire{}
	for _, s := range tableStatements.find(x, "subject", p.subject) {
		for i := range s.Payments {
			out = append(out, x.wirePayment(s, &s.Payments[i]))
		}
	}
	slices.Reverse(out)
	return out
}

// listPayments and readPayment answer without an envelope, which is how ClerkJS reads them.
func listPayments(c *frontendCall, p *payer) (any, error) {
	rows := c.tx.paymentsOf(p)
	offset, limit := pageBounds(c.call, len(rows))
	return bareAnswer{envelope[paymentWire]{Data: rows[offset:min(offset+limit, len(rows))], TotalCount: len(rows)}}, nil
}

func readPayment(c *frontendCall, p *payer) (any, error) {
	for _, w := range c.tx.paymentsOf(p) {
		if id := c.param("paymentAttemptID"); w.ID == id || w.PaymentID == id {
			return bareAnswer{w}, nil
		}
	}
	return nil, errNotFound("payment attempt")
}
