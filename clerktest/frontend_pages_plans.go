package clerktest

// plansView are the plans that somebody may choose on a page.
type plansView struct {
	Payer string
	List  []planView
}

type planView struct {
	Name, Price string
	Now         string // what it is for the payer now, empty for other plans
	Checkout    string // address of its checkout
}

// plans are the plans for a payer, with the way to their checkout.
func (c *pageCall) plans(p *payer) plansView {
	v := plansView{Payer: p.name()}
	for _, plan := range tablePlans.all(c.tx) {
		if plan.PayerType != p.kind {
			continue
		}
		row := planView{Name: plan.Name, Price: priceOf(money(plan.Amount), false), Checkout: c.elsewhere("checkout", "plan_id", plan.Slug)}
		if p.org != nil {
			row.Checkout = c.elsewhere("checkout", "plan_id", plan.Slug, "organization_id", p.subject)
		}
		for _, i := range c.tx.itemsOf(p) {
			status := i.statusAt(c.tx.now)
			switch start, end := i.periodAt(c.tx.now); {
			case i.PlanID != plan.ID:
			case status == "active":
				row.Now, row.Checkout = "active", ""
			case status == "canceled":
				row.Now = "until " + dayText(end)
			case status == "upcoming":
				row.Now = "from " + dayText(start) + " on"
			}
		}
		v.List = append(v.List, row)
	}
	return v
}
