package clerktest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

const billingSeed = `{
	"billing_plans": [
		{"slug": "free", "name": "Free", "payer_type": "user"},
		{"slug": "pro", "name": "Pro", "payer_type": "user", "amount": 900, "features": ["export"]},
		{"slug": "max", "name": "Max", "payer_type": "user", "amount": 2900},
		{"slug": "trial", "name": "Trial", "payer_type": "user", "amount": 500, "free_trial_days": 14},
		{"slug": "team", "name": "Team", "payer_type": "org", "amount": 5000}
	],
	"billing_discounts": [
		{"id": "cdisc_third", "name": "A third", "percent_off": 33.33, "cycles": 2},
		{"id": "cdisc_five", "name": "Five dollars", "amount_off": 500}
	],
	"users": [
		{"id": "user_free", "email": "free@example.com", "plan": "free"},
		{"id": "user_pro", "email": "pro@example.com", "first_name": "Ada", "plan": "pro"},
		{"id": "user_trial", "email": "trial@example.com", "plan": "trial"},
		{"id": "user_none", "email": "none@example.com"}
	],
	"organizations": [{"id": "org_team", "name": "Acme", "slug": "acme", "plan": "team"}],
	"billing_statements": [
		{"id": "cstmt_old", "user": "pro@example.com", "created_at": 1767225600000, "payments": [
			{"id": "cpatt_failed", "status": "failed", "created_at": 1767225600000},
			{"id": "cpatt_paid", "created_at": 1767312000000},
			{"id": "cpatt_extra", "amount": 100, "charge_type": "checkout", "created_at": 1767312001000}]},
		{"id": "cstmt_new", "organization": "acme", "status": "open", "created_at": 1767398400000, "payments": [{"status": "pending"}]}
	]
}`

// billed is an instance with a catalog and payers, whose clock stands still.
func billed(t *testing.T) (*clerktest.Instance, *clerk.Client) {
	t.Helper()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	in.Clock().Set(time.UnixMilli(1770000000000))
	if err := in.Seed([]byte(billingSeed)); err != nil {
		t.Fatal(err)
	}
	return in, newClient(t, in)
}

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

// planClaim is the pla claim of a new token.
func planClaim(t *testing.T, in *clerktest.Instance, userID, orgID string) any {
	t.Helper()
	return claimsOf(t, in.SignIn(userID, orgID).Token, 1)["pla"]
}

func itemPlan(i clerk.BillingSubscriptionItem) string {
	return i.Plan.Slug + " " + string(i.Status)
}

func TestBilling_PlansAndPrices(t *testing.T) {
	t.Parallel()
	_, client := billed(t)
	ctx, billing := t.Context(), client.Billing
	slug := func(p clerk.BillingPlan) string { return p.Slug }
	same(t, "plans of users", page(t, from(billing.ListPlans(ctx, &clerk.BillingListPlansParams{PayerType: clerk.Set(clerk.BillingPayerTypeUser)})), slug),
		"free", "pro", "max", "trial")
	second := from(billing.ListPlans(ctx, &clerk.BillingListPlansParams{ListParams: clerk.ListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}})).must(t)
	if len(second.Data) != 1 || second.Data[0].Slug != "pro" || second.TotalCount != 5 {
		t.Errorf("got %+v, want the second of 5 plans", second)
	}
	pro := second.Data[0]
	if pro.Fee.Amount != 900 || pro.AnnualFee.AmountFormatted != "108.00" || pro.Features[0].Slug != "export" || pro.FreeTrialEnabled {
		t.Errorf("got %s", pro.RawJSON())
	}
	made := from(billing.CreatePrice(ctx, &clerk.BillingCreatePriceParams{PlanID: pro.ID, Amount: clerk.Int64(700), Description: clerk.String("Early birds")})).must(t)
	if made.IsDefault || made.Amount != 700 || clerk.Value(made.Description) != "Early birds" {
		t.Errorf("got %s", made.RawJSON())
	}
	prices := from(billing.ListPrices(ctx, &clerk.BillingListPricesParams{PlanID: clerk.String(pro.ID)})).must(t)
	if prices.TotalCount != 2 || !prices.Data[0].IsDefault || prices.Data[1].ID != made.ID {
		t.Errorf("got %+v, want the default price and the new one", prices.Data)
	}
	from(billing.CreatePrice(ctx, &clerk.BillingCreatePriceParams{PlanID: "cplan_none", Amount: clerk.Int64(1)})).refused(t, 404, "resource_not_found")
	from(billing.CreatePrice(ctx, &clerk.BillingCreatePriceParams{PlanID: pro.ID, Amount: clerk.Int64(-1)})).refused(t, 422, "form_param_value_invalid")
}

func TestBilling_ListSubscriptionItems(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	in.Clock().Advance(time.Hour)
	must(t, in, "POST", "/users", `{"username":"unbilled"}`)
	pro := from(client.Users.GetBillingSubscription(t.Context(), "user_pro")).must(t).SubscriptionItems[0]
	for name, c := range map[string]struct {
		params clerk.BillingListSubscriptionItemsParams
		want   []string
	}{
		"all that cost something": {clerk.BillingListSubscriptionItemsParams{}, []string{"team active", "trial active", "pro active"}},
		"free ones too":           {clerk.BillingListSubscriptionItemsParams{IncludeFree: clerk.Bool(true)}, []string{"team active", "trial active", "pro active", "free active"}},
		"of organizations":        {clerk.BillingListSubscriptionItemsParams{PayerType: clerk.Set(clerk.BillingPayerTypeOrg)}, []string{"team active"}},
		"of a plan":               {clerk.BillingListSubscriptionItemsParams{PlanID: clerk.String(pro.Plan.ID)}, []string{"pro active"}},
		"in a trial":              {clerk.BillingListSubscriptionItemsParams{Status: clerk.Set(clerk.BillingSubscriptionItemStatus("free_trial"))}, []string{"trial active"}},
		"ended":                   {clerk.BillingListSubscriptionItemsParams{Status: clerk.Set(clerk.BillingSubscriptionItemStatus("ended"))}, []string{}},
		"by name":                 {clerk.BillingListSubscriptionItemsParams{Query: clerk.String("ada")}, []string{"pro active"}},
		"by e-mail address":       {clerk.BillingListSubscriptionItemsParams{Query: clerk.String("TRIAL@")}, []string{"trial active"}},
		"second page":             {clerk.BillingListSubscriptionItemsParams{ListParams: clerk.ListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(2)}}, []string{"pro active"}},
	} {
		same(t, name, page(t, from(client.Billing.ListSubscriptionItems(t.Context(), &c.params)), itemPlan), c.want...)
	}
	from(client.Users.GetBillingSubscription(t.Context(), "user_none")).refused(t, 404, "resource_not_found")
	from(client.Users.GetBillingSubscription(t.Context(), "user_missing")).refused(t, 404, "resource_not_found")
}

func TestBilling_CancelAtTheEndOfThePeriod(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, since := t.Context(), len(in.Events())
	item := from(client.Organizations.GetBillingSubscription(ctx, "org_team")).must(t).SubscriptionItems[0]
	in.AddMember("org_team", "user_none", "member")
	in.Clock().Advance(10 * 24 * time.Hour)
	got := from(client.Billing.CancelSubscriptionItem(ctx, item.ID, nil)).must(t)
	if got.Status != "canceled" || *got.CanceledAt != in.Clock().Now().UnixMilli() || got.EndedAt != nil || *got.PeriodEnd != *item.PeriodEnd || got.NextPayment != nil {
		t.Errorf("got %s, want an item that lasts to the end of its period", got.RawJSON())
	}
	if got := planClaim(t, in, "user_none", "org_team"); got != "o:team" {
		t.Errorf("got plan %v in a token before the end, want o:team", got)
	}
	if got := from(client.Organizations.GetBillingSubscription(ctx, "org_team")).must(t).Status; got != "canceled" {
		t.Errorf("got subscription %s, want canceled", got)
	}
	in.Clock().Set(time.UnixMilli(*item.PeriodEnd))
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
	same(t, "events", kinds(in, since), "subscriptionItem.ended")
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
	if !trial.IsFreeTrial || *trial.PeriodEnd != end.UnixMilli() || clerk.Value(trial.Plan.FreeTrialDays) != 14 {
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
		if !got.IsFreeTrial || *got.PeriodEnd != later.UnixMilli() || got.Plan.Amount != 500 {
			t.Errorf("got %s, want a trial of 21 days", got.RawJSON())
		}
	}
	same(t, "events", kinds(in, since), "subscriptionItem.updated")
	in.Clock().Set(later)
	paid := from(client.Users.GetBillingSubscription(ctx, "user_trial")).must(t).SubscriptionItems[0]
	if paid.IsFreeTrial || *paid.PeriodStart != later.UnixMilli() || paid.Status != "active" {
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
	same(t, "events", kinds(in, since), "subscriptionItem.ended", "subscriptionItem.active")
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
	in.Clock().Set(time.UnixMilli(down.Transition.EffectiveAt))
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
	same(t, "events", kinds(in, since), "subscriptionItem.abandoned", "subscriptionItem.ended", "subscriptionItem.active")
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
	if third.Status != "active" || third.Effect != "percentage" || third.Amount.Amount != 299 || *third.CyclesRemaining != 2 || third.Source != "manual" {
		t.Errorf("got %s", third.RawJSON())
	}
	if got := due(); got != 601 {
		t.Errorf("got %d due with a third off, want 601", got)
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
	if got := due(); got != 601 {
		t.Errorf("got %d due after one renewal, want 601", got)
	}
	in.Clock().Advance(30 * 24 * time.Hour)
	if got := due(); got != 900 {
		t.Errorf("got %d due after both renewals, want the full price", got)
	}
	remove("cdisc_third").refused(t, 404, "resource_not_found")
}

func TestBilling_Statements(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, billing := t.Context(), client.Billing
	id := func(s clerk.BillingStatement) string { return s.ID }
	same(t, "newest first", page(t, from(billing.ListStatements(ctx, nil)), id), "cstmt_new", "cstmt_old")
	second := &clerk.BillingListStatementsParams{ListParams: clerk.ListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}}
	same(t, "second page", page(t, from(billing.ListStatements(ctx, second)), id), "cstmt_old")

	old := from(billing.GetStatement(ctx, "cstmt_old")).must(t)
	if old.Status != "closed" || old.Totals.GrandTotal.Amount != 1000 || clerk.Value(old.Payer.Email) != "pro@example.com" {
		t.Errorf("got %s, want what was paid and not what failed", old.RawJSON())
	}
	if len(old.Groups) != 2 || len(old.Groups[0].Items) != 1 || len(old.Groups[1].Items) != 2 || old.Groups[1].Timestamp != 1767312000000 {
		t.Errorf("got groups %+v, want one for each day", old.Groups)
	}
	payments := from(billing.ListStatementPaymentAttempts(ctx, "cstmt_old", nil)).must(t)
	same(t, "payments, newest first", page(t, from(payments, nil), func(p clerk.BillingPaymentAttempt) string { return p.ID + " " + string(p.Status) }),
		"cpatt_extra paid", "cpatt_paid paid", "cpatt_failed failed")
	paid := payments.Data[1]
	if paid.Amount.Amount != 900 || *paid.PaidAt != paid.CreatedAt || paid.SubscriptionItemID != "csub_item_pro" || paid.StatementID != "cstmt_old" {
		t.Errorf("got %s, want the price of the plan", paid.RawJSON())
	}
	if n := must(t, in, "GET", "/billing/statements/cstmt_old/payment_attempts?limit=1&offset=2", ""); n.object["total_count"] != 3.0 {
		t.Errorf("got %s, want one of 3", n.raw)
	}
	from(billing.GetStatement(ctx, "cstmt_none")).refused(t, 404, "resource_not_found")
	from(billing.ListStatementPaymentAttempts(ctx, "cstmt_none", nil)).refused(t, 404, "resource_not_found")
}

func TestBilling_Credits(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, users := t.Context(), client.Users
	adjust := func(amount int64, action clerk.CreditAdjustment, key string) reply[*clerk.BillingCreditLedgerEntry] {
		return from(users.AdjustBillingCreditBalance(ctx, "user_pro", &clerk.UserAdjustBillingCreditBalanceParams{Amount: amount, Action: action, IdempotencyKey: key}))
	}
	if got := from(users.GetBillingCreditBalance(ctx, "user_pro")).must(t); got.Balance != nil {
		t.Errorf("got %s, want no balance", got.RawJSON())
	}
	adjust(100, "decrease", "a").refused(t, 422, "form_param_value_invalid")
	adjust(0, "increase", "a").refused(t, 422, "form_param_value_invalid")
	first := adjust(500, "increase", "a").must(t)
	if again := adjust(500, "increase", "a").must(t); again.ID != first.ID {
		t.Error("the same key made a second entry")
	}
	if got := adjust(200, "decrease", "b").must(t); got.Amount.AmountFormatted != "-2.00" {
		t.Errorf("got %s", got.RawJSON())
	}
	adjust(301, "decrease", "c").refused(t, 422, "form_param_value_invalid")
	if got := from(users.GetBillingCreditBalance(ctx, "user_pro")).must(t); got.Balance.Amount != 300 {
		t.Errorf("got %s, want 300 cents", got.RawJSON())
	}
	if got := must(t, in, "GET", "/organizations/acme/billing/credits", ""); got.object["balance"] != nil {
		t.Errorf("got %s, want that payers do not share credits", got.raw)
	}
}

func TestSeed_RefusesWrongBilling(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	for name, part := range map[string]string{
		"no payer":              `"billing_statements": [{}]`,
		"two payers":            `"billing_statements": [{"user": "a@example.com", "organization": "a"}]`,
		"an unknown payer":      `"billing_statements": [{"user": "a@example.com"}]`,
		"a payer of no plan":    `"users": [{"email": "a@example.com"}], "billing_statements": [{"user": "a@example.com"}]`,
		"no effect":             `"billing_discounts": [{"name": "Nothing"}]`,
		"more than all":         `"billing_discounts": [{"name": "Gift", "percent_off": 101}]`,
		"a discount of no name": `"billing_discounts": [{"amount_off": 1}]`,
		"a negative trial":      `"billing_plans": [{"slug": "x", "name": "X", "payer_type": "user", "free_trial_days": -1}]`,
	} {
		if err := in.Seed([]byte("{" + part + "}")); err == nil {
			t.Errorf("%s: seeded", name)
		}
	}
}
