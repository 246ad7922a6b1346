package clerktest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// m2mToken is an opaque token that one machine shows another. Those in JWT form are not kept.
type m2mToken struct {
	ID      string          `json:"id"`
	Subject string          `json:"subject"` // the machine's id
	Claims  json.RawMessage `json:"claims"`  // see orderedJSON
	Scopes  []string        `json:"scopes"`
	credential
}

type m2mTokenWire struct {
	Object     string          `json:"object"`
	ID         string          `json:"id"`
	Subject    string          `json:"subject"`
	Claims     json.RawMessage `json:"claims"`
	Scopes     []string        `json:"scopes"`
	Token      string          `json:"token,omitzero"`
	LastUsedAt *int64          `json:"last_used_at"`
	credentialWire
}

var tableM2MTokens = &table[*m2mToken]{
	name: "m2m_tokens",
	id:   func(t *m2mToken) string { return t.ID },
	indexes: map[string]func(*m2mToken) []string{
		"secret":  func(t *m2mToken) []string { return []string{t.Secret} },
		"subject": func(t *m2mToken) []string { return []string{t.Subject} },
	},
}

func m2mTokensFamily() family {
	return family{
		tables: []anyTable{tableM2MTokens},
		endpoints: map[string]endpoint{
			"getM2MTokens":   {read: listM2MTokens, auth: authMachineOrKey},
			"createM2MToken": {write: createM2MToken, auth: authMachineOrKey, keys: true},
			"revokeM2MToken": {write: revokeM2MToken, auth: authMachineOrKey},
			"verifyM2MToken": {read: verifyM2MToken, auth: authMachineOrKey},
		},
	}
}

func (x *tx) wireM2MToken(t *m2mToken) m2mTokenWire {
	return m2mTokenWire{
		Object: "machine_to_machine_token", ID: t.ID, Subject: t.Subject, Claims: t.Claims, Scopes: orNone(t.Scopes),
		credentialWire: x.wireCredential(&t.credential),
	}
}

func listM2MTokens(c *call) (any, error) {
	subject := c.query.Get("subject")
	if c.machine != "" && c.machine != subject {
		return nil, errForbidden("machine_unauthorized", "a machine sees its own tokens only")
	}
	withRevoked, _ := c.queryBool("revoked")
	withExpired, _ := c.queryBool("expired")
	rows := keep(tableM2MTokens.find(c.tx, "subject", subject), func(t *m2mToken) bool {
		return (withRevoked || !t.Revoked) && (withExpired || !expiredAt(t.Expiration, c.tx.now))
	})
	return pageOf(c, rows, c.tx.wireM2MToken)
}

func createM2MToken(c *call) (any, error) {
	var in struct {
		Format   string          `json:"token_format"`
		Lifetime field[float64]  `json:"seconds_until_expiration"`
		Claims   json.RawMessage `json:"claims"`
		Reuse    field[int64]    `json:"min_remaining_ttl_seconds"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	m := tableMachines.get(c.tx, c.machine)
	if m == nil {
		return nil, newError(401, "machine_secret_key_required", "unauthorized", "an M2M token is made with a machine's secret key")
	}
	if !in.Lifetime.Set {
		in.Lifetime = field[float64]{Set: true, Value: float64(m.DefaultTokenTTL)}
	}
	expiration, err := c.tx.expirationIn(in.Lifetime)
	if err != nil {
		return nil, err
	}
	t := &m2mToken{
		ID: newHexID("mt_"), Subject: m.ID, Claims: orderedJSON(in.Claims), Scopes: c.tx.machineScopes(m.ID),
		credential: c.tx.newCredential("mt_", expiration),
	}
	switch earlier := c.tx.reusableM2MToken(t, in.Reuse); {
	case in.Format == "jwt":
		t.Secret, err = c.tx.signM2MToken(t)
	case earlier != nil:
		t = earlier
	default:
		tableM2MTokens.put(c.tx, t)
	}
	wire := c.tx.wireM2MToken(t)
	wire.Token = t.Secret
	return wire, err
}

// reusableM2MToken is an earlier token of the same machine, claims and scopes that lives for at least so many seconds
// more, nil when there is none or none is wanted.
func (x *tx) reusableM2MToken(t *m2mToken, seconds field[int64]) *m2mToken {
	if !seconds.given() {
		return nil
	}
	for _, earlier := range tableM2MTokens.find(x, "subject", t.Subject) {
		fresh := earlier.validAt(x.now) && (earlier.Expiration == nil || *earlier.Expiration >= x.now+seconds.Value*1000)
		if fresh && bytes.Equal(earlier.Claims, t.Claims) && slices.Equal(earlier.Scopes, t.Scopes) {
			return earlier
		}
	}
	return nil
}

// signM2MToken makes the JWT form. It lives for an hour when the token would never expire, as a JWT has to.
func (x *tx) signM2MToken(t *m2mToken) (string, error) {
	kid, key, err := x.signer()
	if err != nil {
		return "", err
	}
	var custom map[string]json.RawMessage
	if json.Unmarshal(t.Claims, &custom) != nil {
		return "", errParamFormat("claims", "an object in a JWT")
	}
	claims := make(map[string]any, len(custom))
	for name, value := range custom {
		claims[name] = value
	}
	expires := x.now + 3600*1000
	if t.Expiration != nil {
		expires = *t.Expiration
	}
	claims["iss"], claims["sub"], claims["jti"] = x.inst.Issuer(), t.Subject, t.ID
	claims["iat"], claims["nbf"], claims["exp"] = x.now/1000, x.now/1000, expires/1000
	claims["aud"], claims["scopes"] = orNone(t.Scopes), strings.Join(t.Scopes, " ")
	return signJWT(key, map[string]string{"alg": "RS256", "typ": "JWT", "kid": kid, "cat": categoryM2M}, claims)
}

func revokeM2MToken(c *call) (any, error) {
	var in struct {
		Reason field[string] `json:"revocation_reason"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t := tableM2MTokens.get(c.tx, c.param("m2m_token_id"))
	if t == nil || (c.machine != "" && c.machine != t.Subject) {
		return nil, errNotFound("machine token")
	}
	t = tableM2MTokens.update(c.tx, t.ID, func(t *m2mToken) { t.revoke(in.Reason.pointer(), c.tx.now) })
	return c.tx.wireM2MToken(t), nil
}

func verifyM2MToken(c *call) (any, error) {
	var in struct {
		Token string `json:"token"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t := tableM2MTokens.first(c.tx, "secret", in.Token)
	if t == nil || !t.validAt(c.tx.now) || (c.machine != "" && !slices.Contains(t.Scopes, c.machine)) {
		return nil, errNotFound("machine token")
	}
	return c.tx.wireM2MToken(t), nil
}

// orderedJSON is raw in the one form that equal claims share: null when there are none, no spaces, keys in order.
func orderedJSON(raw json.RawMessage) json.RawMessage {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nullJSON
	}
	out, err := json.Marshal(v)
	if err != nil {
		return nullJSON
	}
	return out
}
