package clerktest

import (
	"cmp"
	"slices"
	"time"
)

// subscriptionItem is a payer's plan for a time. Rows exist from the first change of a subscription on; until then its
// one item follows from the plan of the user or organization.
type subscriptionItem struct {
	ID         string `json:"id"`
	Subject    string `json:"subject"` // the id of the user or of the organization
	PlanID     string `json:"plan_id"`
	PriceID    string `json:"price_id"`
	StartAt    int64  `json:"start_at"`
	EndAt      *int64 `json:"end_at"` // it is over from then on
	CanceledAt *int64 `json:"canceled_at"`
	TrialEndAt *int64 `json:"trial_end_at"`
	Annual     bool   `json:"annual,omitzero"` // paid by the year
	CreatedAt  int64  `json:"created_at"`
	UpdatedAt  int64  `json:"updated_at"`
}

var tableSubscriptionItems = &table[*subscriptionItem]{
	name: "billing_subscription_items",
	id:   func(i *subscriptionItem) string { return i.ID },
	indexes: map[string]func(*subscriptionItem) []string{
		"subject": func(i *subscriptionItem) []string { return []string{i.Subject} },
	},
}

// How long a day and the periods of plans last, in milliseconds.
const (
	dayMillis    = int64(24 * time.Hour / time.Millisecond)
	billingMonth = 30 * dayMillis
	billingYear  = 365 * dayMillis
)

// period is Clerk's name of what a plan is paid by.
func period(annual bool) string {
	if annual {
		return "annual"
	}
	return "month"
}

// length is how long a period of the item lasts.
func (i *subscriptionItem) length() int64 {
	if i.Annual {
		return billingYear
	}
	return billingMonth
}

// statusAt returns the status at a time in milliseconds.
func (i *subscriptionItem) statusAt(now int64) string {
	switch {
	case i.EndAt != nil && now >= *i.EndAt && *i.EndAt < i.StartAt:
		return "abandoned" // superseded before it began
	case i.EndAt != nil && now >= *i.EndAt:
		return "ended"
	case now < i.StartAt:
		return "upcoming"
	case i.CanceledAt != nil:
		return "canceled"
	default:
		return "active"
	}
}

// runningAt reports whether the payer has the plan of the item.
func (i *subscriptionItem) runningAt(now int64) bool {
	status := i.statusAt(now)
	return status == "active" || status == "canceled"
}

// trialAt reports whether the item costs nothing yet.
func (i *subscriptionItem) trialAt(now int64) bool {
	return i.TrialEndAt != nil && now < *i.TrialEndAt && i.runningAt(now)
}

// periodsAt counts the periods that were begun and paid before the one of a time; it is negative in a trial.
func (i *subscriptionItem) periodsAt(now int64) int64 {
	paidFrom := i.StartAt
	if i.TrialEndAt != nil {
		paidFrom = *i.TrialEndAt
	}
	if now < paidFrom {
		return -1
	}
	return (now - paidFrom) / i.length()
}

// periodAt returns the period that a time is in: the trial, or a month. An item that has not begun or is over is in its
// first or last one.
func (i *subscriptionItem) periodAt(now int64) (start, end int64) {
	now = max(now, i.StartAt)
	if i.EndAt != nil {
		now = max(min(now, *i.EndAt-1), i.StartAt)
	}
	paidFrom := i.StartAt
	if i.TrialEndAt != nil {
		if now < *i.TrialEndAt {
			return i.StartAt, *i.TrialEndAt
		}
		paidFrom = *i.TrialEndAt
	}
	start = paidFrom + i.periodsAt(now)*i.length()
	return start, start + i.length()
}

// itemsOf returns the items of a payer, oldest first.
func (x *tx) itemsOf(p *payer) []*subscriptionItem {
	if rows := tableSubscriptionItems.find(x, "subject", p.subject); len(rows) > 0 {
		return rows
	}
	if i := x.firstItem(p.subject, p.plan, p.since); i != nil {
		return []*subscriptionItem{i}
	}
	return nil
}

// firstItem is the item that a subscription begins with, nil when the plan is not in the catalog.
func (x *tx) firstItem(subject, plan string, at int64) *subscriptionItem {
	p := tablePlans.first(x, "slug", plan)
	if p == nil {
		return nil
	}
	i := &subscriptionItem{ID: "csub_item_" + bareID(subject), Subject: subject, PlanID: p.ID, StartAt: at, CreatedAt: at, UpdatedAt: at}
	if price := tablePrices.first(x, "plan", p.ID); price != nil {
		i.PriceID = price.ID
	}
	if p.TrialDays > 0 {
		end := at + p.TrialDays*24*time.Hour.Milliseconds()
		i.TrialEndAt = &end
	}
	return i
}

// subscribe begins a subscription anew, without a trace of the one before.
func (x *tx) subscribe(subject, plan string) {
	x.forgetSubscription(subject)
	if i := x.firstItem(subject, plan, x.now); i != nil {
		tableSubscriptionItems.put(x, i)
	}
}

// runningItem is the item whose plan the payer has, nil without one.
func (x *tx) runningItem(p *payer) *subscriptionItem {
	for _, i := range x.itemsOf(p) {
		if i.runningAt(x.now) {
			return i
		}
	}
	return nil
}

// planNow returns the slug of a subject's plan: the one it began with, unless its subscription was changed since.
func (x *tx) planNow(subject, began string) string {
	rows := tableSubscriptionItems.find(x, "subject", subject)
	if len(rows) == 0 {
		return began
	}
	for _, i := range rows {
		if plan := tablePlans.get(x, i.PlanID); plan != nil && i.runningAt(x.now) {
			return plan.Slug
		}
	}
	return ""
}

// forgetSubscription removes what happened to a subject's subscription.
func (x *tx) forgetSubscription(subject string) {
	for _, i := range tableSubscriptionItems.find(x, "subject", subject) {
		tableSubscriptionItems.delete(x, i.ID)
		for _, r := range tableRedemptions.find(x, "item", i.ID) {
			tableRedemptions.delete(x, r.ID)
		}
	}
}

func listSubscriptionItems(c *call) (any, error) {
	kind, planID, status, search := c.query.Get("payer_type"), c.query.Get("plan_id"), c.query.Get("status"), c.query.Get("query")
	free, _ := c.queryBool("include_free")
	subjects := slices.Concat(c.query["user_id"], c.query["organization_id"])
	var rows []*subscriptionItem
	for _, p := range c.tx.payers() {
		named := len(subjects) == 0 || slices.Contains(subjects, p.subject)
		if named && (kind == "" || p.kind == kind) && c.tx.payerMatches(p, search) {
			rows = append(rows, c.tx.itemsOf(p)...)
		}
	}
	now := c.tx.now
	rows = keep(rows, func(i *subscriptionItem) bool {
		wanted := status == "" || i.statusAt(now) == status || (status == "free_trial" && i.trialAt(now)) ||
			(status == "active" && i.runningAt(now))
		return wanted && (planID == "" || i.PlanID == planID) && (free || c.tx.amountOf(i) > 0)
	})
	slices.Reverse(rows)
	slices.SortStableFunc(rows, func(a, b *subscriptionItem) int { return cmp.Compare(b.CreatedAt, a.CreatedAt) })
	return pageOf(c, rows, c.tx.wireSubscriptionItem)
}

// amountOf is what a period of an item costs, in cents.
func (x *tx) amountOf(i *subscriptionItem) int64 {
	if price := tablePrices.get(x, i.PriceID); price != nil {
		return price.feeFor(i.Annual)
	}
	return 0
}

// monthlyOf is what a month of an item costs, in cents.
func (x *tx) monthlyOf(i *subscriptionItem) int64 {
	if price := tablePrices.get(x, i.PriceID); price != nil {
		return price.monthly(i.Annual)
	}
	return 0
}

func subscriptionOf(c *call, p *payer) (any, error) {
	if c.tx.runningItem(p) == nil {
		return nil, errNotFound("subscription")
	}
	return c.tx.wireSubscription(p), nil
}

// subscriptionItem finds the item of the path.
func (c *call) subscriptionItem() (*subscriptionItem, error) {
	id := c.param("subscription_item_id")
	if i := c.tx.itemByID(id); i != nil {
		return i, nil
	}
	return nil, errNotFound("subscription item")
}

func (x *tx) itemByID(id string) *subscriptionItem {
	if i := tableSubscriptionItems.get(x, id); i != nil {
		return i
	}
	for _, p := range x.payers() {
		for _, i := range x.itemsOf(p) {
			if i.ID == id {
				return i
			}
		}
	}
	return nil
}

// storeItem keeps a changed item and announces it under the name of what happened.
func (x *tx) storeItem(event string, i *subscriptionItem) {
	i.UpdatedAt = x.now
	tableSubscriptionItems.put(x, i)
	x.emitItem(event, i)
}

// stop ends an item now, or at the end of its period. An upcoming one is abandoned.
func (x *tx) stop(i *subscriptionItem, now bool) *subscriptionItem {
	next := *i
	_, end := i.periodAt(x.now)
	event := "canceled"
	switch {
	case i.statusAt(x.now) == "upcoming":
		event, end = "abandoned", x.now
	case now:
		event, end = "ended", x.now
	}
	if next.CanceledAt == nil {
		next.CanceledAt = &x.now
	}
	next.EndAt = &end
	x.storeItem(event, &next)
	return &next
}

func cancelSubscriptionItem(c *call) (any, error) {
	i, err := c.subscriptionItem()
	if err != nil {
		return nil, err
	}
	switch i.statusAt(c.tx.now) {
	case "ended", "abandoned":
		return nil, errNotFound("subscription item")
	}
	now, _ := c.queryBool("end_now")
	i = c.tx.stop(i, now)
	c.tx.emitSubscription(i.Subject)
	return c.tx.wireSubscriptionItem(i), nil
}

func extendFreeTrial(c *call) (any, error) {
	var in struct {
		ExtendTo time.Time `json:"extend_to"`
	}
	if err := c.decode(&in); err != nil {
		return nil, errParamFormat("extend_to", "an RFC 3339 timestamp")
	}
	i, err := c.subscriptionItem()
	if err != nil {
		return nil, err
	}
	to := in.ExtendTo.UnixMilli()
	switch {
	case !i.trialAt(c.tx.now):
		return nil, errBadRequest("subscription_item_not_in_free_trial", "the subscription item is not in a free trial")
	case to <= c.tx.now:
		return nil, errParamValue("extend_to", "in the future")
	case to > *i.TrialEndAt+365*24*time.Hour.Milliseconds():
		return nil, errParamValue("extend_to", "at most 365 days after the end of the trial")
	case to != *i.TrialEndAt:
		next := *i
		next.TrialEndAt = &to
		if next.EndAt != nil {
			next.EndAt = &to // a canceled trial lasts to its end
		}
		c.tx.storeItem("updated", &next)
		c.tx.emitSubscription(i.Subject)
		i = &next
	}
	return c.tx.wireOlderItem(i), nil
}

// createPriceTransition moves an item to another price: at once to one that costs as much or more and out of a trial,
// at the end of the period to a cheaper one. A new period begins with the new price; nothing is prorated.
func createPriceTransition(c *call) (any, error) {
	var in struct {
		From string `json:"from_price_id"`
		To   string `json:"to_price_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	i, err := c.subscriptionItem()
	if err != nil {
		return nil, err
	}
	to, err := c.tx.checkTransition(i, in.From, in.To)
	if err != nil {
		return nil, err
	}
	x := c.tx
	next := &subscriptionItem{ID: x.newID("csub_item_"), Subject: i.Subject, PlanID: to.PlanID, PriceID: to.ID, StartAt: x.now, CreatedAt: x.now}
	immediate := to.Amount >= x.monthlyOf(i) || i.trialAt(x.now)
	before := x.replaceItem(x.payerOf(i.Subject), i, next, immediate)
	if immediate && to.Amount > 0 {
		x.charge(next, to.Amount)
	}
	x.emitSubscription(i.Subject)
	return x.wireTransition(before, next), nil
}

// replaceItem ends an item, if there is one, and begins the next: at once, or when the period of the one before is
// over. It returns the one before as it has become.
func (x *tx) replaceItem(p *payer, before, next *subscriptionItem, immediate bool) *subscriptionItem {
	for _, other := range x.itemsOf(p) {
		if other.statusAt(x.now) == "upcoming" {
			x.stop(other, true)
		}
	}
	event := "active"
	if before != nil {
		before = x.stop(before, immediate)
		if !immediate {
			event, next.StartAt = "upcoming", *before.EndAt
		}
	}
	x.storeItem(event, next)
	return before
}

func (x *tx) checkTransition(i *subscriptionItem, from, to string) (*billingPrice, error) {
	price := tablePrices.get(x, to)
	if price == nil {
		return nil, errNotFound("price")
	}
	switch {
	case !i.runningAt(x.now):
		return nil, errConflict("subscription_item_not_active", "the subscription item is not active")
	case from != i.PriceID:
		return nil, errParamValue("from_price_id", "the price of the subscription item")
	case to == from:
		return nil, errParamValue("to_price_id", "another price than the item has")
	case tablePlans.get(x, price.PlanID).PayerType != x.payerOf(i.Subject).kind:
		return nil, errParamValue("to_price_id", "a price for payers of this kind")
	}
	return price, nil
}
