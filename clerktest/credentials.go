package clerktest

// credential is what API keys, M2M tokens and OAuth access tokens are made of: a secret that is good until it is
// revoked or expires.
type credential struct {
	Secret           string  `json:"secret"`
	Revoked          bool    `json:"revoked"`
	RevocationReason *string `json:"revocation_reason"`
	Expiration       *int64  `json:"expiration"` // milliseconds, nil never expires
	CreatedAt        int64   `json:"created_at"`
	UpdatedAt        int64   `json:"updated_at"`
}

// credentialWire is the part of their answers about it.
type credentialWire struct {
	Revoked          bool    `json:"revoked"`
	RevocationReason *string `json:"revocation_reason"`
	Expired          bool    `json:"expired"`
	Expiration       *int64  `json:"expiration"`
	CreatedAt        int64   `json:"created_at"`
	UpdatedAt        int64   `json:"updated_at"`
}

// newCredential returns a credential whose secret has this prefix.
func (x *tx) newCredential(prefix string, expiration *int64) credential {
	return credential{Secret: newHexID(prefix), Expiration: expiration, CreatedAt: x.now, UpdatedAt: x.now}
}

func (x *tx) wireCredential(c *credential) credentialWire {
	return credentialWire{c.Revoked, c.RevocationReason, expiredAt(c.Expiration, x.now), c.Expiration, c.CreatedAt, c.UpdatedAt}
}

func (c *credential) validAt(now int64) bool { return !c.Revoked && !expiredAt(c.Expiration, now) }

// revoke ends the credential. What was revoked before keeps its reason.
func (c *credential) revoke(reason *string, now int64) {
	if !c.Revoked {
		c.Revoked, c.RevocationReason, c.UpdatedAt = true, reason, now
	}
}

// maxLifetime is the longest life of a credential in seconds, as good as for ever.
const maxLifetime = 1e12

// expirationIn is the time in milliseconds that lies so many seconds ahead, nil without a number.
func (x *tx) expirationIn(seconds field[float64]) (*int64, error) {
	if !seconds.given() {
		return nil, nil
	}
	if seconds.Value <= 0 {
		return nil, errParamValue("seconds_until_expiration", "more than 0")
	}
	at := x.now + int64(min(seconds.Value, maxLifetime)*1000)
	return &at, nil
}
