package main

import (
	"errors"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// billingSeed is what the tours find of billing.
const billingSeed = `{"billing_plans": [
		{"slug": "pro", "name": "Pro", "payer_type": "user", "amount": 900, "features": ["export"]},
		{"slug": "max", "name": "Max", "payer_type": "user", "amount": 2900, "free_trial_days": 14},
		{"slug": "team", "name": "Team", "payer_type": "org", "amount": 5000}],
	"billing_discounts": [{"id": "cdisc_half", "name": "Half", "percent_off": 50, "cycles": 3}, {"id": "cdisc_one", "name": "One off", "amount_off": 100}],
	"users": [{"id": "user_paying", "email": "paying@example.com", "plan": "pro"}, {"id": "user_trying", "email": "trying@example.com", "plan": "max"}],
	"organizations": [{"id": "org_paying", "name": "Paying", "slug": "paying", "plan": "team"}],
	"billing_statements": [
		{"user": "paying@example.com", "payments": [{}, {"status": "failed"}, {"status": "pending", "amount": 0, "charge_type": "checkout"}]},
		{"id": "cstmt_org", "organization": "paying", "status": "open", "payments": [{}]}]}`

func (t *coreVisitor) billing() {
	ctx := t.ctx
	t.step("billing", func() error {
		if err := t.in.Seed([]byte(billingSeed)); err != nil {
			return err
		}
		return all(
			func() error { return second(t.client.Billing.ListPlans(ctx, nil)) },
			func() error { return second(t.client.Billing.ListPrices(ctx, nil)) },
			func() error {
				plans, err := t.client.Billing.ListPlans(ctx, nil)
				if err != nil {
					return err
				}
				return second(t.client.Billing.CreatePrice(ctx, &clerk.BillingCreatePriceParams{PlanID: plans.Data[0].ID, Amount: clerk.Int64(800)}))
			},
			func() error { return second(t.client.Billing.ListSubscriptionItems(ctx, nil)) },
			func() error { return second(t.client.Users.GetBillingSubscription(ctx, "user_paying")) },
			func() error {
				return second(t.client.Users.AdjustBillingCreditBalance(ctx, "user_paying", &clerk.UserAdjustBillingCreditBalanceParams{
					Amount: 500, Action: "increase", IdempotencyKey: "once",
				}))
			},
			func() error { return second(t.client.Users.GetBillingCreditBalance(ctx, "user_paying")) },
		)
	})
}

// subscriptions changes what the seed of billing began with.
func (t *coreVisitor) subscriptions() {
	ctx, billing, users := t.ctx, t.client.Billing, t.client.Users
	t.step("statements and payments", func() error {
		return all(
			func() error { return second(billing.ListStatements(ctx, nil)) },
			func() error { return second(billing.GetStatement(ctx, "cstmt_org")) },
			func() error { return second(billing.ListStatementPaymentAttempts(ctx, "cstmt_org", nil)) },
		)
	})
	t.step("discounts", func() error {
		apply := func(id string) error {
			return second(billing.ApplyDiscount(ctx, "csub_item_paying", &clerk.BillingApplyDiscountParams{DiscountID: id}))
		}
		return all(
			func() error { return apply("cdisc_half") },
			func() error { return expect(errors.Is(apply("cdisc_half"), clerk.ErrConflict), "a conflict") },
			func() error { return apply("cdisc_one") },
			func() error { return second(users.GetBillingSubscription(ctx, "user_paying")) },
			func() error { return second(billing.RemoveDiscount(ctx, "csub_item_paying", "cdisc_one")) },
		)
	})
	t.step("trial, transitions and cancellation", func() error {
		trial, err := users.GetBillingSubscription(ctx, "user_trying")
		if err != nil {
			return err
		}
		paying, err := users.GetBillingSubscription(ctx, "user_paying")
		if err != nil {
			return err
		}
		trying := trial.SubscriptionItems[0]
		low, high := paying.SubscriptionItems[0].PriceID, trying.PriceID
		move := func(item, from, to string) (*clerk.BillingPriceTransition, error) {
			return billing.CreatePriceTransition(ctx, item, &clerk.BillingCreatePriceTransitionParams{FromPriceID: from, ToPriceID: to})
		}
		cheap, err := billing.CreatePrice(ctx, &clerk.BillingCreatePriceParams{PlanID: *paying.SubscriptionItems[0].PlanID, Amount: clerk.Int64(100)})
		if err != nil {
			return err
		}
		up, err := move(paying.SubscriptionItems[0].ID, low, high)
		if err != nil {
			return err
		}
		return all(
			func() error {
				return second(billing.ExtendFreeTrial(ctx, trying.ID, &clerk.BillingExtendFreeTrialParams{ExtendTo: time.Now().AddDate(0, 1, 0)}))
			},
			func() error { return second(move(up.SubscriptionItem.ID, high, low)) },
			func() error { return second(move(up.SubscriptionItem.ID, high, cheap.ID)) },
			func() error { return second(users.GetBillingSubscription(ctx, "user_paying")) },
			func() error { return second(billing.CancelSubscriptionItem(ctx, trying.ID, nil)) },
			func() error { return second(billing.ListSubscriptionItems(ctx, nil)) },
			func() error { return second(billing.ListStatements(ctx, nil)) },
			func() error { return second(t.client.Organizations.GetBillingSubscription(ctx, "org_paying")) },
		)
	})
}
