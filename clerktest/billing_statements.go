package clerktest

import (
	"cmp"
	"slices"
	"time"
)

// billingStatement lists what a payer paid. Statements come from seeds and from charges of price transitions.
type billingStatement struct {
	ID        string           `json:"id"`
	Subject   string           `json:"subject"` // the id of the user or of the organization
	Status    string           `json:"status"`  // open or closed
	CreatedAt int64            `json:"created_at"`
	Payments  []billingPayment `json:"payments"` // oldest first
}

// billingPayment is an attempt to collect money for a subscription item.
type billingPayment struct {
	ID         string `json:"id"`
	PaymentID  string `json:"payment_id"`
	ItemID     string `json:"item_id"`
	Amount     int64  `json:"amount"`      // cents
	ChargeType string `json:"charge_type"` // checkout or recurring
	Status     string `json:"status"`      // pending, paid or failed
	CreatedAt  int64  `json:"created_at"`
}

var tableStatements = &table[*billingStatement]{
	name: "billing_statements",
	id:   func(s *billingStatement) string { return s.ID },
	indexes: map[string]func(*billingStatement) []string{
		"subject": func(s *billingStatement) []string { return []string{s.Subject} },
	},
}

func listStatements(c *call) (any, error) {
	rows := tableStatements.all(c.tx)
	slices.Reverse(rows)
	slices.SortStableFunc(rows, func(a, b *billingStatement) int { return cmp.Compare(b.CreatedAt, a.CreatedAt) })
	return pageOf(c, rows, c.tx.wireStatement)
}

// statement finds the statement of the path.
func (c *call) statement() (*billingStatement, error) {
	return rowOf(c, tableStatements, "statementID", "statement")
}

func listStatementPayments(c *call) (any, error) {
	s, err := c.statement()
	if err != nil {
		return nil, err
	}
	rows := make([]*billingPayment, len(s.Payments))
	for i := range s.Payments {
		rows[len(rows)-1-i] = &s.Payments[i]
	}
	return pageOf(c, rows, func(p *billingPayment) paymentWire { return c.tx.wirePayment(s, p) })
}

// charge books a payment on the open statement of an item's payer.
func (x *tx) charge(i *subscriptionItem, amount int64) {
	next := billingStatement{ID: x.newID("cstmt_"), Subject: i.Subject, Status: "open", CreatedAt: x.now}
	for _, s := range tableStatements.find(x, "subject", i.Subject) {
		if s.Status == "open" {
			next = *s
		}
	}
	p := x.newPayment(i, amount)
	next.Payments = append(slices.Clone(next.Payments), p)
	tableStatements.put(x, &next)
	x.emitPayment(&next, p, i)
}

// newPayment is a paid charge of today.
func (x *tx) newPayment(i *subscriptionItem, amount int64) billingPayment {
	return billingPayment{
		ID: x.newID("cpatt_"), PaymentID: x.newID("cpay_"), ItemID: i.ID, Amount: amount, ChargeType: "checkout", Status: "paid", CreatedAt: x.now,
	}
}

func (x *tx) forgetStatements(subject string) {
	for _, s := range tableStatements.find(x, "subject", subject) {
		tableStatements.delete(x, s.ID)
	}
}

// seedStatement is a statement of a seed, for the user or the organization that it names.
type seedStatement struct {
	ID           string        `json:"id"`
	User         string        `json:"user"`         // e-mail address
	Organization string        `json:"organization"` // slug
	Status       string        `json:"status"`
	CreatedAt    *int64        `json:"created_at"`
	Payments     []seedPayment `json:"payments"`
}

type seedPayment struct {
	ID         string `json:"id"`
	Amount     *int64 `json:"amount"`
	ChargeType string `json:"charge_type"`
	Status     string `json:"status"`
	CreatedAt  *int64 `json:"created_at"`
}

// payer is the one payer that the statement names.
func (s *seedStatement) payer(x *tx) (*payer, error) {
	if (s.User == "") == (s.Organization == "") {
		return nil, errParamValue("user", "given, or organization, and not both")
	}
	if s.User != "" {
		if u := x.userByEmail(s.User); u != nil {
			return userPayer(u), nil
		}
		return nil, errNotFound("user")
	}
	if o := tableOrganizations.first(x, "slug", s.Organization); o != nil {
		return organizationPayer(o), nil
	}
	return nil, errNotFound("organization")
}

func (s *seedStatement) apply(x *tx) error {
	p, err := s.payer(x)
	if err != nil {
		return err
	}
	item := x.runningItem(p)
	if item == nil {
		return errParamValue("user", "somebody whose plan is in billing_plans")
	}
	row := &billingStatement{ID: cmp.Or(s.ID, x.newID("cstmt_")), Subject: p.subject, Status: cmp.Or(s.Status, "closed"), CreatedAt: x.now}
	switch {
	case tableStatements.get(x, row.ID) != nil:
		return errTaken("id")
	case row.Status != "open" && row.Status != "closed":
		return errParamValue("status", "open or closed")
	}
	if s.CreatedAt != nil {
		row.CreatedAt = *s.CreatedAt
	}
	for i := range s.Payments {
		payment, err := s.Payments[i].row(x, item, row.CreatedAt)
		if err != nil {
			return err
		}
		row.Payments = append(row.Payments, payment)
	}
	slices.SortStableFunc(row.Payments, func(a, b billingPayment) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) })
	tableStatements.put(x, row)
	return nil
}

func (p *seedPayment) row(x *tx, item *subscriptionItem, at int64) (billingPayment, error) {
	row := x.newPayment(item, x.amountOf(item))
	row.ID, row.ChargeType, row.Status = cmp.Or(p.ID, row.ID), cmp.Or(p.ChargeType, "recurring"), cmp.Or(p.Status, "paid")
	row.CreatedAt = at
	if p.Amount != nil {
		row.Amount = *p.Amount
	}
	if p.CreatedAt != nil {
		row.CreatedAt = *p.CreatedAt
	}
	switch {
	case row.Amount < 0:
		return row, errParamValue("amount", "not negative")
	case !slices.Contains([]string{"pending", "paid", "failed"}, row.Status):
		return row, errParamValue("status", "pending, paid or failed")
	case !slices.Contains([]string{"checkout", "recurring"}, row.ChargeType):
		return row, errParamValue("charge_type", "checkout or recurring")
	}
	return row, nil
}

// dayOf is the midnight (UTC) before a time in milliseconds.
func dayOf(ms int64) int64 { return time.UnixMilli(ms).UTC().Truncate(24 * time.Hour).UnixMilli() }
