package clerktest

import (
	"encoding/json"
	"slices"

	"github.com/clerkgo/clerk-go/clerktest/internal/route"
	"github.com/clerkgo/clerk-go/clerktest/internal/webauthn"
)

// ownPasskeysFamily is the part of the Frontend API about the passkeys of the user.
func ownPasskeysFamily() family {
	return family{
		tables: []anyTable{tableNewPasskeys},
		frontend: map[string]frontendEndpoint{
			"postPasskey":                {write: sensitive(beginPasskey)},
			"attemptPasskeyVerification": {write: finishPasskey},
			"readPasskey":                {read: readOwnPasskey},
			"patchPasskey":               {write: renamePasskey},
			"deletePasskey":              {write: sensitive(deleteOwnPasskey)},
		},
		userGone: func(x *tx, userID string) { tableNewPasskeys.deleteAll(x, "user", userID) },
	}
}

// newPasskey is a passkey that a browser was asked to make.
type newPasskey struct {
	ID        string             `json:"id"`
	UserID    string             `json:"user_id"`
	Request   factorVerification `json:"request"`
	CreatedAt int64              `json:"created_at"`
}

var tableNewPasskeys = &table[*newPasskey]{
	name:    "new_passkeys",
	id:      func(p *newPasskey) string { return p.ID },
	indexes: map[string]func(*newPasskey) []string{"user": func(p *newPasskey) []string { return []string{p.UserID} }},
}

// ownPasskeyWire is a passkey as its owner sees it.
type ownPasskeyWire struct {
	ID           string                  `json:"id"`
	Object       string                  `json:"object"`
	Name         string                  `json:"name"`
	LastUsedAt   *int64                  `json:"last_used_at"`
	Verification *factorVerificationWire `json:"verification"`
	CreatedAt    int64                   `json:"created_at"`
	UpdatedAt    int64                   `json:"updated_at"`
}

func wireOwnPasskey(p *passkey) ownPasskeyWire {
	w := ownPasskeyWire{ID: p.ID, Object: "passkey", Name: p.Name, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
	if p.LastUsedAt > 0 {
		w.LastUsedAt = &p.LastUsedAt
	}
	if v := p.Verification; v != nil {
		w.Verification = &factorVerificationWire{Object: v.Object, Status: v.Status, Strategy: v.Strategy, Attempts: v.Attempts, ExpireAt: v.ExpireAt}
	}
	return w
}

// maxPasskeys is how many passkeys somebody may have.
const maxPasskeys = 10

// beginPasskey answers what the browser has to make.
func beginPasskey(c *frontendCall) (any, error) {
	settings, s := c.tx.userSettings(), c.tx.settings()
	switch {
	case !settings.enabled("passkey"):
		return nil, errForbidden("passkey_not_enabled", "There are no passkeys here.")
	case len(c.user.Passkeys) >= maxPasskeys:
		return nil, errQuota("passkey_quota_exceeded", "This account has as many passkeys as it may have.")
	}
	request, err := c.newPasskeyRequest()
	if err != nil {
		return nil, err
	}
	nonce, err := json.Marshal(map[string]any{
		"rp":        map[string]string{"id": request.RPID, "name": s.applicationName()},
		"user":      map[string]string{"id": base64url([]byte(c.user.ID)), "name": c.user.identifier(), "displayName": c.user.identifier()},
		"challenge": base64url(request.Challenge), "timeout": passkeyTime.Milliseconds(), "attestation": "none",
		"pubKeyCredParams": []map[string]any{{"type": "public-key", "alg": webauthn.ES256}, {"type": "public-key", "alg": webauthn.RS256}},
		"authenticatorSelection": map[string]any{
			"residentKey": "required", "requireResidentKey": true, "userVerification": "required",
		},
		"excludeCredentials": credentialNames(c.user.Passkeys),
	})
	if err != nil {
		return nil, err
	}
	row := &newPasskey{ID: c.tx.newID("idn_"), UserID: c.user.ID, CreatedAt: c.tx.now, Request: factorVerification{
		Strategy: "passkey", Passkey: request, Nonce: string(nonce),
		oneTimeCode: oneTimeCode{Status: "unverified", ExpireAt: c.tx.time.Add(passkeyTime).UnixMilli()},
	}}
	tableNewPasskeys.deleteAll(c.tx, "user", c.user.ID)
	tableNewPasskeys.put(c.tx, row)
	return ownPasskeyWire{
		ID: row.ID, Object: "passkey", Name: "Passkey", Verification: row.Request.wire(), CreatedAt: row.CreatedAt, UpdatedAt: row.CreatedAt,
	}, nil
}

// finishPasskey keeps the passkey that the browser has made.
func finishPasskey(c *frontendCall) (any, error) {
	var in factorInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	row := tableNewPasskeys.get(c.tx, c.param("passkey_id"))
	if row == nil || row.UserID != c.user.ID {
		return nil, errNotFound("passkey")
	}
	tableNewPasskeys.delete(c.tx, row.ID)
	if row.Request.ExpireAt <= c.tx.now {
		return nil, counted(paramError("verification_expired", "public_key_credential", "has expired", "That took too long. Try again."))
	}
	answer, err := webauthn.ParseAnswer(in.Credential)
	if err != nil {
		return nil, counted(errPasskey(err))
	}
	made, err := c.tx.ceremony(row.Request.Passkey).Register(answer)
	if err != nil {
		return nil, counted(errPasskey(err))
	}
	id := base64url(made.ID)
	if tableUsers.first(c.tx, "passkey", id) != nil {
		return nil, counted(paramError("passkey_already_exists", "public_key_credential", "is taken", "This passkey is registered already."))
	}
	p := passkey{
		ID: row.ID, Name: "Passkey", CredentialID: id, Key: made.Key, SignCount: made.SignCount, CreatedAt: row.CreatedAt, UpdatedAt: c.tx.now,
		Verification: &verification{Object: "verification_passkey", Status: "verified", Strategy: "passkey", ExpireAt: &row.Request.ExpireAt},
	}
	c.tx.changeUser(c.user.ID, func(u *user) { u.Passkeys = append(slices.Clone(u.Passkeys), p) })
	c.tx.notifyOwner(c.user, "passkey_added", "A passkey was added", "A passkey was added to your account.")
	return wireOwnPasskey(&p), nil
}

// ownPasskey is the place of the passkey of the path.
func (c *frontendCall) ownPasskey() (int, error) {
	at := slices.IndexFunc(c.user.Passkeys, func(p passkey) bool { return p.ID == c.param("passkey_id") })
	if at < 0 {
		return at, errNotFound("passkey")
	}
	return at, nil
}

func readOwnPasskey(c *frontendCall) (any, error) {
	at, err := c.ownPasskey()
	if err != nil {
		return nil, err
	}
	return wireOwnPasskey(&c.user.Passkeys[at]), nil
}

// maxPasskeyName is how many characters the name of a passkey has at most.
const maxPasskeyName = 255

func renamePasskey(c *frontendCall) (any, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	at, err := c.ownPasskey()
	switch {
	case err != nil:
		return nil, err
	case in.Name == "":
		return nil, errParamNil("name")
	case len(in.Name) > maxPasskeyName:
		return nil, errParamValue("name", "at most 255 characters long")
	}
	c.tx.changeUser(c.user.ID, func(u *user) {
		u.Passkeys = slices.Clone(u.Passkeys)
		u.Passkeys[at].Name, u.Passkeys[at].UpdatedAt = in.Name, c.tx.now
	})
	return wireOwnPasskey(&tableUsers.get(c.tx, c.user.ID).Passkeys[at]), nil
}

func deleteOwnPasskey(c *frontendCall) (any, error) {
	return c.borrow(deletePasskey, route.Param{Name: "user_id", Value: c.user.ID},
		route.Param{Name: "passkey_identification_id", Value: c.param("passkey_id")})
}
