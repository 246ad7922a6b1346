package clerktest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/clerkgo/clerk-go/clerktest/internal/webauthn"
)

// passkeyTime is how long a browser has to answer a request for a passkey.
const passkeyTime = 10 * time.Minute

// passkeyRequest is the challenge of a request for a passkey, and for which host it is.
type passkeyRequest struct {
	Challenge []byte `json:"challenge"`
	RPID      string `json:"rp_id"`
}

// newPasskeyRequest makes a challenge for the page that asks.
func (c *frontendCall) newPasskeyRequest() (*passkeyRequest, error) {
	u, err := url.Parse(c.r.Header.Get("Origin"))
	if err != nil || u.Hostname() == "" {
		return nil, errBadRequest("origin_missing", "Passkeys belong to a page: the Origin header is missing.")
	}
	challenge := make([]byte, 32)
	if _, err := rand.Read(challenge); err != nil {
		return nil, err
	}
	return &passkeyRequest{Challenge: challenge, RPID: u.Hostname()}, nil
}

// ceremony is what the answer to the request has to be for: the host, and a page of the application on it.
func (x *tx) ceremony(r *passkeyRequest) *webauthn.Ceremony {
	return &webauthn.Ceremony{Challenge: r.Challenge, RPID: r.RPID, Origin: func(origin string) bool {
		u, err := url.Parse(origin)
		return err == nil && (u.Hostname() == r.RPID || strings.HasSuffix(u.Hostname(), "."+r.RPID)) && x.applicationOrigin(origin)
	}}
}

func base64url(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// credentialNames are passkeys as the options of a request name them.
func credentialNames(list []passkey) []map[string]string {
	out := []map[string]string{}
	for _, p := range list {
		if len(p.Key) > 0 {
			out = append(out, map[string]string{"type": "public-key", "id": p.CredentialID})
		}
	}
	return out
}

// askPasskey asks for a passkey of a user, or of anybody where u is nil.
func (c *frontendCall) askPasskey(u *user) (*factorVerification, error) {
	settings := c.tx.userSettings()
	if !settings.enabled("passkey") {
		return nil, paramError("strategy_for_user_invalid", "strategy", "is not possible", "There are no passkeys here.")
	}
	request, err := c.newPasskeyRequest()
	if err != nil {
		return nil, err
	}
	var allowed []passkey
	if u != nil {
		if allowed = u.Passkeys; len(credentialNames(allowed)) == 0 {
			return nil, paramError("strategy_for_user_invalid", "strategy", "is not possible", "This account has no passkey.")
		}
	}
	nonce, err := json.Marshal(map[string]any{
		"challenge": base64url(request.Challenge), "timeout": passkeyTime.Milliseconds(), "rpId": request.RPID,
		"userVerification": "required", "allowCredentials": credentialNames(allowed),
	})
	return &factorVerification{
		Strategy: "passkey", Passkey: request, Nonce: string(nonce),
		oneTimeCode: oneTimeCode{Status: "unverified", ExpireAt: c.tx.time.Add(passkeyTime).UnixMilli()},
	}, err
}

// provePasskey checks the answer of an authenticator. A challenge is good for one answer. Whose passkey it is tells the
// passkey; where u is given it has to be that user's.
func (c *frontendCall) provePasskey(v *factorVerification, answer string, u *user) (*user, error) {
	switch {
	case v.Passkey == nil || v.Status != "unverified":
		return nil, errNotPrepared()
	case v.ExpireAt <= c.tx.now:
		v.Status = "expired"
		return nil, counted(paramError("verification_expired", "public_key_credential", "has expired", "That took too long. Try again."))
	}
	owner, err := c.tx.usePasskey(v, answer, u)
	if err != nil {
		v.Status = "failed"
		return nil, counted(errPasskey(err))
	}
	if err := c.tx.checkReturn(owner); err != nil {
		return nil, err
	}
	v.Status = "verified"
	return owner, nil
}

var errPasskeyUnknown = errors.New("the passkey belongs to no account")

// usePasskey finds the passkey that has answered, verifies the answer and notes that the passkey was used.
func (x *tx) usePasskey(v *factorVerification, raw string, u *user) (*user, error) {
	answer, err := webauthn.ParseAnswer(raw)
	if err != nil {
		return nil, err
	}
	id := base64url(answer.ID)
	owner := tableUsers.first(x, "passkey", id)
	if owner == nil || (u != nil && owner.ID != u.ID) || (len(answer.UserHandle) > 0 && string(answer.UserHandle) != owner.ID) {
		return nil, errPasskeyUnknown
	}
	at := slices.IndexFunc(owner.Passkeys, func(p passkey) bool { return p.CredentialID == id })
	p := owner.Passkeys[at]
	count, strong, err := x.ceremony(v.Passkey).Use(answer, &webauthn.Credential{ID: answer.ID, Key: p.Key, SignCount: p.SignCount})
	if err != nil {
		return nil, err
	}
	v.Strong = strong
	p.SignCount, p.LastUsedAt = count, x.now
	return tableUsers.update(x, owner.ID, func(u *user) {
		u.Passkeys = slices.Clone(u.Passkeys)
		u.Passkeys[at] = p
	}), nil
}

// errPasskey tells a person why a passkey was refused.
func errPasskey(err error) *apiError {
	long := "The passkey could not be verified. Try again."
	switch {
	case errors.Is(err, errPasskeyUnknown):
		return paramError("passkey_not_registered", "public_key_credential", "is unknown", "This passkey belongs to no account here.")
	case errors.Is(err, webauthn.ErrOrigin), errors.Is(err, webauthn.ErrParty):
		long = "The passkey is for another page."
	case errors.Is(err, webauthn.ErrCounter):
		long = "This passkey seems to be a copy of another one."
	}
	return paramError("passkey_verification_failed", "public_key_credential", "is invalid", long)
}
