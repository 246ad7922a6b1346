package clerktest

import (
	"strings"
)

// paymentMethod is a card that a payer has saved. No gateway knows it: payments are booked and no money moves.
type paymentMethod struct {
	ID        string `json:"id"`
	Subject   string `json:"subject"`
	Token     string `json:"token"` // by which the gateway knows it
	CardType  string `json:"card_type"`
	Last4     string `json:"last4"`
	Default   bool   `json:"default"`
	CreatedAt int64  `json:"created_at"`
	UpdatedAt int64  `json:"updated_at"`
}

var tablePaymentMethods = &table[*paymentMethod]{
	name:    "billing_payment_methods",
	id:      func(m *paymentMethod) string { return m.ID },
	indexes: map[string]func(*paymentMethod) []string{"subject": func(m *paymentMethod) []string { return []string{m.Subject} }},
}

// ownMethodWire is a payment method as its payer sees it.
type ownMethodWire struct {
	paymentMethodWire
	Default     bool  `json:"is_default"`
	Removable   bool  `json:"is_removable"`
	ExpiryYear  int   `json:"expiry_year"`
	ExpiryMonth int   `json:"expiry_month"`
	CreatedAt   int64 `json:"created_at"`
	UpdatedAt   int64 `json:"updated_at"`
}

// The gateway that a browser is told of; nothing answers there.
const (
	gatewayName    = "stripe"
	gatewayAccount = "acct_emulator"
)

func (x *tx) wirePaymentMethod(m *paymentMethod) ownMethodWire {
	p := x.payerOf(m.Subject)
	return ownMethodWire{
		paymentMethodWire: paymentMethodWire{
			Object: "commerce_payment_method", ID: m.ID, PayerID: p.id(), PaymentType: "card", Gateway: gatewayName, GatewayExternalID: m.Token,
			Last4: m.Last4, Status: "active", CardType: m.CardType,
		},
		Default: m.Default, Removable: !x.paysWith(p, m), ExpiryYear: x.time.Year() + 3, ExpiryMonth: 12, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
	}
}

// paysWith reports whether a plan that costs something is paid by the payment method.
func (x *tx) paysWith(p *payer, m *paymentMethod) bool {
	i := x.runningItem(p)
	return m.Default && i != nil && i.CanceledAt == nil && x.amountOf(i) > 0
}

func listPaymentMethods(c *frontendCall, p *payer) (any, error) {
	return pageOf(c.call, tablePaymentMethods.find(c.tx, "subject", p.subject), c.tx.wirePaymentMethod)
}

// beginPaymentMethod answers what a page needs to show the form of the gateway.
func beginPaymentMethod(*frontendCall, *payer) (any, error) {
	return struct {
		Object string   `json:"object"`
		Secret string   `json:"external_client_secret"`
		ID     string   `json:"external_gateway_id"`
		Order  []string `json:"payment_method_order"`
	}{"commerce_payment_method_initialize", "seti_" + randomHex(12) + "_secret_" + randomHex(12), gatewayAccount, []string{"card"}}, nil
}

func addPaymentMethod(c *frontendCall, p *payer) (any, error) {
	var in struct {
		Gateway string `json:"gateway"`
		Token   string `json:"payment_token"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	m, err := c.tx.savePaymentMethod(p, in.Gateway, in.Token)
	if err != nil {
		return nil, err
	}
	return c.tx.wirePaymentMethod(m), nil
}

// testCards are the cards behind the tokens that the gateway has for tests.
var testCards = map[string]struct{ kind, last4 string }{
	"pm_card_visa": {"visa", "4242"}, "pm_card_mastercard": {"mastercard", "4444"}, "pm_card_amex": {"amex", "8431"},
	"pm_card_discover": {"discover", "9424"}, "pm_card_jcb": {"jcb", "0505"}, "pm_card_unionpay": {"unionpay", "0005"},
}

// savePaymentMethod keeps a card, the first one as the default one. The token tells which card it is; one that the
// gateway has for declined payments is declined.
func (x *tx) savePaymentMethod(p *payer, gateway, token string) (*paymentMethod, error) {
	switch {
	case gateway != gatewayName:
		return nil, errParamValue("gateway", gatewayName)
	case token == "":
		return nil, errParamMissing("payment_token")
	case !strings.HasPrefix(token, "pm_"):
		return nil, errParamFormat("payment_token", "the id of a payment method")
	case strings.Contains(strings.ToLower(token), "declined"):
		return nil, paramError("payment_method_declined", "payment_token", "was declined", "The card was declined. Try another one.")
	}
	card, known := testCards[token]
	if !known {
		card = testCards["pm_card_visa"]
	}
	m := &paymentMethod{
		ID: x.newID("paysource_"), Subject: p.subject, Token: token, CardType: card.kind, Last4: card.last4,
		Default: tablePaymentMethods.count(x, "subject", p.subject) == 0, CreatedAt: x.now, UpdatedAt: x.now,
	}
	tablePaymentMethods.put(x, m)
	return m, nil
}

// paymentMethodOf is a payment method of the payer.
func (x *tx) paymentMethodOf(p *payer, id string) (*paymentMethod, error) {
	if m := tablePaymentMethods.get(x, id); m != nil && m.Subject == p.subject {
		return m, nil
	}
	return nil, errNotFound("payment method")
}

// defaultPaymentMethod is what the payer pays with, nil without a saved card.
func (x *tx) defaultPaymentMethod(p *payer) *paymentMethod {
	for _, m := range tablePaymentMethods.find(x, "subject", p.subject) {
		if m.Default {
			return m
		}
	}
	return nil
}

func removePaymentMethod(c *frontendCall, p *payer) (any, error) {
	m, err := c.tx.paymentMethodOf(p, c.param("paymentMethodID"))
	if err != nil {
		return nil, err
	}
	if c.tx.paysWith(p, m) {
		return nil, errBadRequest("payment_method_in_use", "A plan is paid with this card. Choose another default one first.")
	}
	wire := c.tx.wirePaymentMethod(m)
	wire.Status, wire.Default = "disconnected", false
	tablePaymentMethods.delete(c.tx, m.ID)
	if left := tablePaymentMethods.find(c.tx, "subject", p.subject); m.Default && len(left) > 0 {
		c.tx.makeDefault(p, left[0].ID)
	}
	return wire, nil
}

func chooseDefaultPaymentMethod(c *frontendCall, p *payer) (any, error) {
	var in struct {
		ID string `json:"payment_method_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.ID == "" {
		return nil, errParamMissing("payment_method_id")
	}
	m, err := c.tx.paymentMethodOf(p, in.ID)
	if err != nil {
		return nil, err
	}
	c.tx.makeDefault(p, m.ID)
	return c.tx.wirePaymentMethod(tablePaymentMethods.get(c.tx, m.ID)), nil
}

func (x *tx) makeDefault(p *payer, id string) {
	for _, m := range tablePaymentMethods.find(x, "subject", p.subject) {
		if m.Default != (m.ID == id) {
			tablePaymentMethods.update(x, m.ID, func(m *paymentMethod) { m.Default, m.UpdatedAt = m.ID == id, x.now })
		}
	}
}
