package clerktest_test

import (
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
	return in, newClient(in)
}

// planClaim is the pla claim of a new token. eventData reads the data of the events since a position in the log of
// events.
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
	second := from(billing.ListPlans(ctx, &clerk.BillingListPlansParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)})).must(t)
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
		"second page":             {clerk.BillingListSubscriptionItemsParams{Limit: clerk.Int64(1), Offset: clerk.Int64(2)}, []string{"pro active"}},
	} {
		same(t, name, page(t, from(client.Billing.ListSubscriptionItems(t.Context(), &c.params)), itemPlan), c.want...)
	}
	if got := must(t, in, "GET", "/billing/subscription_items?user_id=user_trial&organization_id=org_team", ""); got.object["total_count"] != 2.0 {
		t.Errorf("got %s, want the items of two payers", got.raw)
	}
	from(client.Users.GetBillingSubscription(t.Context(), "user_none")).refused(t, 404, "resource_not_found")
	from(client.Users.GetBillingSubscription(t.Context(), "user_missing")).refused(t, 404, "resource_not_found")
}

func TestBilling_Statements(t *testing.T) {
	t.Parallel()
	in, client := billed(t)
	ctx, billing := t.Context(), client.Billing
	id := func(s clerk.BillingStatement) string { return s.ID }
	same(t, "newest first", page(t, from(billing.ListStatements(ctx, nil)), id), "cstmt_new", "cstmt_old")
	second := &clerk.BillingListStatementsParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}
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
