package clerktest

// The pages ask for passkeys in two steps: a form makes the request, and the next page has a form with the options, which the
// script fills in with the answer of the browser.

// passkeyView is a request for the browser: what pages.js calls, and its options as JSON.
type passkeyView struct {
	Call    string // create or get
	Options string
}

// passkeySent is the request that a sign-in waits for, nil when there is none.
func passkeySent(v *factorVerification) *passkeyView {
	if v == nil || v.Strategy != "passkey" || v.Status != "unverified" {
		return nil
	}
	return &passkeyView{"get", v.Nonce}
}

// actPasskey begins a sign-in with whatever passkey the person chooses.
func actPasskey(c *pageCall) (redirectAnswer, error) {
	return c.afterSignInStep(c.step(createSignIn, map[string]any{"strategy": "passkey"}))
}

// newPasskeyOf is the passkey that the person is about to make on the account page.
func (c *pageCall) newPasskeyOf() *newPasskey {
	if !c.query.Has("passkey") {
		return nil
	}
	return tableNewPasskeys.first(c.tx, "user", c.user.ID)
}

// actAddPasskey asks the browser for a new passkey.
func actAddPasskey(c *pageCall) (redirectAnswer, error) {
	if c.session == nil {
		return c.signInFirst(), nil
	}
	if err := c.step(sensitive(beginPasskey), nil); err != nil {
		return redirectAnswer{}, err
	}
	query := c.r.URL.Query()
	query.Set("passkey", "new")
	return redirectAnswer{location: "user?" + query.Encode()}, nil
}

// actSavePasskey keeps the passkey that the browser has made.
func actSavePasskey(c *pageCall) (redirectAnswer, error) {
	if c.session == nil {
		return c.signInFirst(), nil
	}
	made := c.newPasskeyOf()
	if made == nil {
		return c.withoutPasskey(), nil
	}
	fields := map[string]any{"strategy": "passkey", "public_key_credential": c.values.Get("public_key_credential")}
	return c.withoutPasskey(), c.step(finishPasskey, fields, "passkey_id", made.ID)
}

// actDropPasskey removes a passkey of the person.
func actDropPasskey(c *pageCall) (redirectAnswer, error) {
	if c.session == nil {
		return c.signInFirst(), nil
	}
	return c.withoutPasskey(), c.step(sensitive(deleteOwnPasskey), nil, "passkey_id", c.values.Get("passkey_id"))
}

// withoutPasskey is the account page once more, without a passkey to make.
func (c *pageCall) withoutPasskey() redirectAnswer {
	here := *c.r.URL
	query := here.Query()
	query.Del("passkey")
	here.RawQuery = query.Encode()
	return redirectAnswer{location: "user" + queryOf(&here)}
}

// passkeyOffered reports whether people may sign in with a passkey and nothing else.
func (x *tx) passkeyOffered() bool {
	return x.userSettings().firstFactor("passkey", "passkey") && tableUsers.count(x, "has", "passkey") > 0
}
