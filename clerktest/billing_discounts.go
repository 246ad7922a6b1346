package clerktest

import "math"

// billingDiscount takes something off a price. Discounts come from seeds: the Backend API only applies and removes
// them.
type billingDiscount struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	PercentOff *float64 `json:"percent_off"`
	AmountOff  *int64   `json:"amount_off"` // cents
	Cycles     *int64   `json:"cycles"`     // how many renewals it lasts, forever without
}

// discountRedemption is a discount that was applied to a subscription item.
type discountRedemption struct {
	ID         string `json:"id"`
	ItemID     string `json:"item_id"`
	DiscountID string `json:"discount_id"`
	RedeemedAt int64  `json:"redeemed_at"`
	RemovedAt  *int64 `json:"removed_at"`
}

var (
	tableDiscounts   = &table[*billingDiscount]{name: "billing_discounts", id: func(d *billingDiscount) string { return d.ID }}
	tableRedemptions = &table[*discountRedemption]{
		name: "billing_redemptions",
		id:   func(r *discountRedemption) string { return r.ID },
		indexes: map[string]func(*discountRedemption) []string{
			"item": func(r *discountRedemption) []string { return []string{r.ItemID} },
		},
	}
)

// apply stores a discount of a seed.
func (d *billingDiscount) apply(x *tx) error {
	switch {
	case d.Name == "":
		return errParamMissing("name")
	case (d.PercentOff == nil) == (d.AmountOff == nil):
		return errParamValue("percent_off", "given, or amount_off, and not both")
	case d.PercentOff != nil && (*d.PercentOff <= 0 || *d.PercentOff > 100):
		return errParamValue("percent_off", "above 0 and at most 100")
	case d.AmountOff != nil && *d.AmountOff <= 0:
		return errParamValue("amount_off", "positive")
	case d.Cycles != nil && *d.Cycles <= 0:
		return errParamValue("cycles", "positive")
	case tableDiscounts.get(x, d.ID) != nil:
		return errTaken("id")
	}
	if d.ID == "" {
		d.ID = x.newID("cdisc_")
	}
	tableDiscounts.put(x, d)
	return nil
}

// off is what the discount takes off an amount of cents.
func (d *billingDiscount) off(amount int64) int64 {
	if d.AmountOff != nil {
		return min(*d.AmountOff, amount)
	}
	return int64(math.Round(float64(amount) * *d.PercentOff / 100))
}

// cyclesApplied counts the renewals that a redemption made cheaper.
func (x *tx) cyclesApplied(r *discountRedemption) int64 {
	until := x.now
	if r.RemovedAt != nil {
		until = *r.RemovedAt
	}
	i := x.itemByID(r.ItemID)
	applied := i.periodsAt(until) - i.periodsAt(r.RedeemedAt)
	if d := tableDiscounts.get(x, r.DiscountID); d.Cycles != nil {
		applied = min(applied, *d.Cycles)
	}
	return applied
}

func (x *tx) redemptionStatus(r *discountRedemption) string {
	d := tableDiscounts.get(x, r.DiscountID)
	switch {
	case r.RemovedAt != nil:
		return "removed"
	case d.Cycles != nil && x.cyclesApplied(r) >= *d.Cycles:
		return "exhausted"
	default:
		return "active"
	}
}

// activeRedemption is the one discount that an item has, nil without one.
func (x *tx) activeRedemption(itemID string) *discountRedemption {
	for _, r := range tableRedemptions.find(x, "item", itemID) {
		if x.redemptionStatus(r) == "active" {
			return r
		}
	}
	return nil
}

// discounted is an amount of an item without what its discount takes off.
func (x *tx) discounted(itemID string, amount int64) int64 {
	if r := x.activeRedemption(itemID); r != nil {
		amount -= tableDiscounts.get(x, r.DiscountID).off(amount)
	}
	return amount
}

func applyDiscount(c *call) (any, error) {
	var in struct {
		DiscountID string `json:"discount_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	i, err := c.subscriptionItem()
	if err != nil {
		return nil, err
	}
	d := tableDiscounts.get(c.tx, in.DiscountID)
	if d == nil {
		return nil, errNotFound("discount")
	}
	if !i.runningAt(c.tx.now) {
		return nil, errConflict("subscription_item_not_active", "the subscription item is not active")
	}
	if r := c.tx.activeRedemption(i.ID); r != nil {
		if r.DiscountID == d.ID {
			return nil, errConflict("discount_already_applied", "the subscription item has this discount already")
		}
		c.tx.removeRedemption(r)
	}
	r := &discountRedemption{ID: c.tx.newID("cdred_"), ItemID: i.ID, DiscountID: d.ID, RedeemedAt: c.tx.now}
	tableRedemptions.put(c.tx, r)
	c.tx.touchItem(i)
	return c.tx.wireRedemption(r), nil
}

func removeDiscount(c *call) (any, error) {
	i, err := c.subscriptionItem()
	if err != nil {
		return nil, err
	}
	r := c.tx.activeRedemption(i.ID)
	if r == nil || r.DiscountID != c.param("discount_id") {
		return nil, errNotFound("active discount")
	}
	r = c.tx.removeRedemption(r)
	c.tx.touchItem(i)
	return c.tx.wireRedemption(r), nil
}

// touchItem stores an item whose discount changed.
func (x *tx) touchItem(i *subscriptionItem) {
	next := *i
	x.storeItem("updated", &next)
	x.emitSubscription(i.Subject)
}

func (x *tx) removeRedemption(r *discountRedemption) *discountRedemption {
	return tableRedemptions.update(x, r.ID, func(r *discountRedemption) { r.RemovedAt = &x.now })
}
