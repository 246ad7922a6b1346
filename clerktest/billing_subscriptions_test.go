package clerktest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

func priceOf(t *testing.T, client *clerk.Client, plan string) string {
	t.Helper()
	for _, p := range from(client.Billing.ListPlans(t.Context(), nil)).must(t).Data {
		if p.Slug == plan {
			return from(client.Billing.ListPrices(t.Context(), &clerk.BillingListPricesParams{PlanID: clerk.String(p.ID)})).must(t).Data[0].ID
		}
	}
	t.Fatalf("there is no plan %s", plan)
	return ""
}

func planClaim(t *testing.T, in *clerktest.Instance, userID, orgID string) any {
	t.Helper()
	return claimsOf(t, in.SignIn(userID, orgID).Token, 1)["pla"]
}

func eventData(t *testing.T, in *clerktest.Instance, since int, into ...any) {
	t.Helper()
	for i, ev := range in.Events()[since:] {
		if err := json.Unmarshal(ev.Data, into[i]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBilling_CancelAtTheEndOfThePeriod(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, since := t.Context(), len(in.Events())
	item := from(client.Organizations.GetBillingSubscription(ctx, "org_team")).must(t).SubscriptionItems[0]
	in.AddMember("org_team", "user_none", "member")
	in.Clock().Advance(10 * 24 * time.Hour)
	got := from(client.Billing.CancelSubscriptionItem(ctx, item.ID, nil)).must(t)
	if got.Status != "canceled" || *got.CanceledAt != clerk.NewTimestamp(in.Clock().Now()) || got.EndedAt != nil || *got.PeriodEnd != *item.PeriodEnd || got.NextPayment != nil {
		t.Errorf("got %s, want an item that lasts to the end of its period", got.RawJSON())
	}
	if got := planClaim(t, in, "user_none", "org_team"); got != "o:team" {
		t.Errorf("got plan %v in a token before the end, want o:team", got)
	}
	if got := from(client.Organizations.GetBillingSubscription(ctx, "org_team")).must(t).Status; got != "canceled" {
		t.Errorf("got subscription %s, want canceled", got)
	}
	in.Clock().Set(item.PeriodEnd.Time())
	if got := planClaim(t, in, "user_none", "org_team"); got != nil {
		t.Errorf("got plan %v in a token after the end, want none", got)
	}
	from(client.Organizations.GetBillingSubscription(ctx, "org_team")).refused(t, 404, "resource_not_found")
	from(client.Billing.CancelSubscriptionItem(ctx, item.ID, nil)).refused(t, 404, "resource_not_found")
	ended := clerk.BillingListSubscriptionItemsParams{Status: clerk.Set(clerk.BillingSubscriptionItemStatus("ended"))}
	same(t, "ended", page(t, from(client.Billing.ListSubscriptionItems(ctx, &ended)), itemPlan), "team ended")
	if got := kinds(in, since); !slices.Contains(got, "subscriptionItem.canceled") {
		t.Errorf("got events %v, want the cancellation", got)
	}
	in.SetOrganizationPlan("org_team", "team")
	if got := planClaim(t, in, "user_none", "org_team"); got != "o:team" {
		t.Errorf("got plan %v after a new one was set, want o:team", got)
	}
}

func TestBilling_CancelNow(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, since := t.Context(), len(in.Events())
	got := from(client.Billing.CancelSubscriptionItem(ctx, "csub_item_pro", &clerk.BillingCancelSubscriptionItemParams{EndNow: clerk.Bool(true)})).must(t)
	if got.Status != "ended" || got.EndedAt == nil || *got.EndedAt != *got.CanceledAt {
		t.Errorf("got %s, want an ended item", got.RawJSON())
	}
	same(t, "events", kinds(in, since), "subscriptionItem.ended", "subscription.updated")
	var item clerkwebhook.SubscriptionItem
	var subscription clerkwebhook.Subscription
	eventData(t, in, since, &item, &subscription)
	if item.ID != got.ID || item.Status != "ended" || item.Plan.Slug != "pro" || item.Plan.Amount != 900 || item.Payer.UserID != "user_pro" ||
		item.Interval != "month" || clerk.Value(item.SubscriptionID) != subscription.ID {
		t.Errorf("got event %+v", item)
	}
	if subscription.Status != "ended" || subscription.EndedAt == nil || len(subscription.Items) != 1 || subscription.Items[0].Payer != nil {
		t.Errorf("got event %+v", subscription)
	}
	from(client.Billing.CancelSubscriptionItem(ctx, "csub_item_nobody", nil)).refused(t, 404, "resource_not_found")
	must(t, in, "DELETE", "/users/user_pro", "")
	if got := from(client.Billing.ListStatements(ctx, nil)).must(t); got.TotalCount != 1 {
		t.Errorf("got %d statements after the payer was deleted, want 1", got.TotalCount)
	}
}

func TestBilling_FreeTrial(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, billing := t.Context(), client.Billing
	begun := in.Clock().Now()
	extend := func(id string, to time.Time) reply[*clerk.BillingSubscriptionItem] {
		return from(billing.ExtendFreeTrial(ctx, id, &clerk.BillingExtendFreeTrialParams{ExtendTo: to}))
	}
	trial := from(client.Users.GetBillingSubscription(ctx, "user_trial")).must(t).SubscriptionItems[0]
	end := begun.Add(14 * 24 * time.Hour)
	if !trial.IsFreeTrial || *trial.PeriodEnd != clerk.NewTimestamp(end) || clerk.Value(trial.Plan.FreeTrialDays) != 14 {
		t.Errorf("got %s, want 14 days of trial", trial.RawJSON())
	}
	extend("csub_item_pro", end).refused(t, 400, "subscription_item_not_in_free_trial")
	extend("csub_item_none", end).refused(t, 404, "resource_not_found")
	extend(trial.ID, begun).refused(t, 422, "form_param_value_invalid")
	extend(trial.ID, end.Add(366*24*time.Hour)).refused(t, 422, "form_param_value_invalid")
	refused(t, send(t, in, "POST", "/billing/subscription_items/"+trial.ID+"/extend_free_trial", `{"extend_to":"tomorrow"}`), 422, "form_param_format_invalid")
	since, later := len(in.Events()), end.Add(7*24*time.Hour)
	for range 2 {
		got := extend(trial.ID, later).must(t)
		if !got.IsFreeTrial || *got.PeriodEnd != clerk.NewTimestamp(later) || got.Plan.Amount != 500 {
			t.Errorf("got %s, want a trial of 21 days", got.RawJSON())
		}
	}
	same(t, "events", kinds(in, since), "subscriptionItem.updated", "subscription.updated")
	in.Clock().Set(later)
	paid := from(client.Users.GetBillingSubscription(ctx, "user_trial")).must(t).SubscriptionItems[0]
	if paid.IsFreeTrial || *paid.PeriodStart != clerk.NewTimestamp(later) || paid.Status != "active" {
		t.Errorf("got %s, want a paid month from the end of the trial on", paid.RawJSON())
	}
	extend(trial.ID, later.Add(time.Hour)).refused(t, 400, "subscription_item_not_in_free_trial")
}

func TestBilling_PriceTransition(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, billing := t.Context(), client.Billing
	pro, top, team := priceOf(t, client, "pro"), priceOf(t, client, "max"), priceOf(t, client, "team")
	move := func(item, fromPrice, toPrice string) reply[*clerk.BillingPriceTransition] {
		return from(billing.CreatePriceTransition(ctx, item, &clerk.BillingCreatePriceTransitionParams{FromPriceID: fromPrice, ToPriceID: toPrice}))
	}
	move("csub_item_none", pro, top).refused(t, 404, "resource_not_found")
	move("csub_item_pro", pro, "cprice_none").refused(t, 404, "resource_not_found")
	move("csub_item_pro", top, pro).refused(t, 422, "form_param_value_invalid")
	move("csub_item_pro", pro, pro).refused(t, 422, "form_param_value_invalid")
	move("csub_item_pro", pro, team).refused(t, 422, "form_param_value_invalid")

	since := len(in.Events())
	up := move("csub_item_pro", pro, top).must(t)
	if d := up.Transition; d.EffectiveMode != "immediate" || !d.ChargedImmediately || d.ImmediateCharge.Amount != 2900 || d.PreviousPlan.Slug != "pro" ||
		d.PreviousSubscriptionItemStatus != "ended" || d.PreviousSubscriptionItemID != "csub_item_pro" || up.SubscriptionItem.Status != "active" {
		t.Errorf("got %s, want the dearer plan at once", up.RawJSON())
	}
	same(t, "events", kinds(in, since), "subscriptionItem.ended", "subscriptionItem.active", "paymentAttempt.created", "paymentAttempt.updated", "subscription.updated")
	var ended, active clerkwebhook.SubscriptionItem
	var attempted, paid clerkwebhook.PaymentAttempt
	var subscribed clerkwebhook.Subscription
	eventData(t, in, since, &ended, &active, &attempted, &paid, &subscribed)
	if attempted.Status != "pending" || attempted.PaidAt != nil || paid.Status != "paid" || paid.PaidAt == nil || paid.Totals.GrandTotal.Amount != 2900 ||
		paid.ChargeType != "checkout" || paid.SubscriptionItems[0].ID != active.ID || clerk.Value(subscribed.LatestPaymentID) != paid.ID {
		t.Errorf("got events %+v, %+v", attempted, paid)
	}
	if got := planClaim(t, in, "user_pro", ""); got != "u:max" {
		t.Errorf("got plan %v in a token, want u:max", got)
	}
	move("csub_item_pro", pro, top).refused(t, 409, "subscription_item_not_active")

	down := move(up.SubscriptionItem.ID, top, pro).must(t)
	if d := down.Transition; d.EffectiveMode != "end_of_period" || d.ChargedImmediately || d.EffectiveAt != *up.SubscriptionItem.PeriodEnd ||
		d.PreviousSubscriptionItemStatus != "canceled" || down.SubscriptionItem.Status != "upcoming" {
		t.Errorf("got %s, want the cheaper plan later", down.RawJSON())
	}
	subscription := from(client.Users.GetBillingSubscription(ctx, "user_pro")).must(t)
	if got := fmt.Sprint(subscription.Status, len(subscription.SubscriptionItems)); got != "active2" {
		t.Errorf("got %s, want an active subscription of two items", subscription.RawJSON())
	}
	in.Clock().Set(down.Transition.EffectiveAt.Time())
	if got := planClaim(t, in, "user_pro", ""); got != "u:pro" {
		t.Errorf("got plan %v in a token of the next period, want u:pro", got)
	}

	statements := from(billing.ListStatements(ctx, nil)).must(t)
	if got := statements.Data[0]; got.Status != "open" || got.Totals.GrandTotal.Amount != 2900 || clerk.Value(got.Payer.UserID) != "user_pro" {
		t.Errorf("got %s, want the charge on the newest statement", got.RawJSON())
	}
}

func TestBilling_SupersededTransition(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, billing := t.Context(), client.Billing
	pro, top := priceOf(t, client, "pro"), priceOf(t, client, "max")
	lower := from(billing.CreatePrice(ctx, &clerk.BillingCreatePriceParams{PlanID: from(billing.ListPlans(ctx, nil)).must(t).Data[1].ID, Amount: clerk.Int64(100)})).must(t)
	from(billing.CreatePriceTransition(ctx, "csub_item_pro", &clerk.BillingCreatePriceTransitionParams{FromPriceID: pro, ToPriceID: lower.ID})).must(t)
	since := len(in.Events())
	from(billing.CreatePriceTransition(ctx, "csub_item_pro", &clerk.BillingCreatePriceTransitionParams{FromPriceID: pro, ToPriceID: top})).must(t)
	same(t, "events", kinds(in, since), "subscriptionItem.abandoned", "subscriptionItem.ended", "subscriptionItem.active",
		"paymentAttempt.created", "paymentAttempt.updated", "subscription.updated")
	items := from(client.Users.GetBillingSubscription(ctx, "user_pro")).must(t).SubscriptionItems
	if len(items) != 1 || items[0].Plan.Slug != "max" {
		t.Errorf("got %+v, want the last choice only", items)
	}
}

func TestBilling_Discounts(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, billing := t.Context(), client.Billing
	apply := func(item, discount string) reply[*clerk.BillingDiscountRedemption] {
		return from(billing.ApplyDiscount(ctx, item, &clerk.BillingApplyDiscountParams{DiscountID: discount}))
	}
	remove := func(discount string) reply[*clerk.BillingDiscountRedemption] {
		return from(billing.RemoveDiscount(ctx, "csub_item_pro", discount))
	}
	due := func() int64 {
		return from(client.Users.GetBillingSubscription(ctx, "user_pro")).must(t).SubscriptionItems[0].NextPayment.Totals.GrandTotal.Amount
	}
	apply("csub_item_none", "cdisc_third").refused(t, 404, "resource_not_found")
	apply("csub_item_pro", "cdisc_none").refused(t, 404, "resource_not_found")
	remove("cdisc_third").refused(t, 404, "resource_not_found")

	third := apply("csub_item_pro", "cdisc_third").must(t)
	if third.Status != "active" || third.Effect != "percentage" || third.Amount.Amount != 300 || *third.CyclesRemaining != 2 || third.Source != "manual" {
		t.Errorf("got %s", third.RawJSON())
	}
	if got := due(); got != 600 {
		t.Errorf("got %d due with a third off, want 600", got)
	}
	apply("csub_item_pro", "cdisc_third").refused(t, 409, "discount_already_applied")
	remove("cdisc_five").refused(t, 404, "resource_not_found")

	five := apply("csub_item_pro", "cdisc_five").must(t)
	if five.Effect != "fixed_amount" || five.AmountOff.Amount != 500 || five.CyclesRemaining != nil {
		t.Errorf("got %s", five.RawJSON())
	}
	if got := due(); got != 400 {
		t.Errorf("got %d due after the replacement, want 400", got)
	}
	if got := remove("cdisc_five").must(t); got.Status != "removed" {
		t.Errorf("got %s", got.RawJSON())
	}
	remove("cdisc_five").refused(t, 404, "resource_not_found")

	apply("csub_item_pro", "cdisc_third").must(t)
	in.Clock().Advance(30 * 24 * time.Hour)
	if got := due(); got != 600 {
		t.Errorf("got %d due after one renewal, want 600", got)
	}
	in.Clock().Advance(30 * 24 * time.Hour)
	if got := due(); got != 900 {
		t.Errorf("got %d due after both renewals, want the full price", got)
	}
	remove("cdisc_third").refused(t, 404, "resource_not_found")
}

func TestBilling_PlanThatIsSetLater(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	in.Clock().Advance(100 * 24 * time.Hour)
	in.SetUserPlan("user_none", "trial")
	item := from(client.Users.GetBillingSubscription(t.Context(), "user_none")).must(t).SubscriptionItems[0]
	if !item.IsFreeTrial || *item.PeriodStart != clerk.NewTimestamp(in.Clock().Now()) {
		t.Errorf("got %s, want a trial that begins with the plan", item.RawJSON())
	}
	in.SetUserPlan("user_none", "")
	from(client.Users.GetBillingSubscription(t.Context(), "user_none")).refused(t, 404, "resource_not_found")
	in.SetUserPlan("user_none", "not-in-the-catalog")
	if got := planClaim(t, in, "user_none", ""); got != "u:not-in-the-catalog" {
		t.Errorf("got plan %v in a token, want the one that was set", got)
	}
}

func TestBilling_SurvivesARestart(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx := t.Context()
	from(client.Billing.ApplyDiscount(ctx, "csub_item_pro", &clerk.BillingApplyDiscountParams{DiscountID: "cdisc_third"})).must(t)
	from(client.Billing.CancelSubscriptionItem(ctx, "csub_item_trial", nil)).must(t)
	from(client.Billing.CreatePriceTransition(ctx, "csub_item_team", &clerk.BillingCreatePriceTransitionParams{
		FromPriceID: priceOf(t, client, "team"), ToPriceID: from(client.Billing.CreatePrice(ctx, &clerk.BillingCreatePriceParams{
			PlanID: from(client.Billing.ListPlans(ctx, nil)).must(t).Data[4].ID, Amount: clerk.Int64(6000),
		})).must(t).ID,
	})).must(t)
	state, err := in.MarshalState()
	if err != nil {
		t.Fatal(err)
	}
	other := clerktest.NewServer(t).Instance
	other.Clock().Set(in.Clock().Now())
	other.Clock().Freeze()
	if err := other.LoadState(state); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/billing/subscription_items?include_free=true", "/billing/statements", "/organizations/acme/billing/subscription"} {
		if want, got := must(t, in, "GET", path, ""), must(t, other, "GET", path, ""); string(got.raw) != string(want.raw) {
			t.Errorf("%s: got %s, want %s", path, got.raw, want.raw)
		}
	}
}
