package main

import (
	"context"
	"time"

	sdk "github.com/clerk/clerk-sdk-go/v2"
	"github.com/clerk/clerk-sdk-go/v2/billing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func sdkGoBilling(ctx context.Context, t *tour, config *sdk.ClientConfig, in *clerktest.Instance) {
	client := billing.NewClient(config)
	t.step("seed of billing", func() error { return in.Seed([]byte(billingSeed)) })
	t.step("plans", func() error {
		list, err := client.ListPlans(ctx, &billing.ListPlansParams{PayerType: sdk.String("user")})
		if err != nil {
			return err
		}
		return expect(list.TotalCount == 2 && list.Data[0].Slug == "pro", "the plans of users")
	})
	t.step("subscription items of a user", func() error {
		list, err := client.ListSubscriptionItems(ctx, &billing.ListSubscriptionItemsParams{UserID: sdk.String("user_trying")})
		if err != nil {
			return err
		}
		return expect(list.TotalCount == 1 && list.Data[0].IsFreeTrial, "one item, in its trial")
	})
	t.step("extend the trial", func() error {
		to := time.Now().AddDate(0, 1, 0)
		item, err := client.ExtendFreeTrial(ctx, "csub_item_trying", &billing.ExtendFreeTrialParams{ExtendTo: to.Format(time.RFC3339)})
		if err != nil {
			return err
		}
		return expect(item.IsFreeTrial && item.PeriodEnd != nil && *item.PeriodEnd/1000 == to.Unix(), "a longer trial")
	})
	t.step("cancel", func() error {
		item, err := client.CancelSubscriptionItem(ctx, "csub_item_paying", &billing.CancelSubscriptionItemParams{EndNow: sdk.Bool(true)})
		if err != nil {
			return err
		}
		return expect(item.Status == "ended" && item.EndedAt != nil, "an ended item")
	})
}
