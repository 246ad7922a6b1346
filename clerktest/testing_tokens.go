package clerktest

import (
	"time"
)

// testingToken gets a browser past bot protection.
type testingToken struct {
	Token     string `json:"token"`
	ExpiresAt int64  `json:"expires_at"`
}

var tableTestingTokens = &table[*testingToken]{name: "testing_tokens", id: func(t *testingToken) string { return t.Token }}

// testingTokenLifetime is how long a testing token gets a browser past bot protection.
const testingTokenLifetime = time.Hour

func testingTokensFamily() family {
	return family{
		tables:    []anyTable{tableTestingTokens},
		endpoints: map[string]endpoint{"CreateTestingToken": {write: createTestingToken}},
	}
}

func createTestingToken(c *call) (any, error) {
	tableTestingTokens.dropOldest(c.tx, func(old *testingToken) bool { return old.ExpiresAt <= c.tx.now })
	t := &testingToken{Token: randomHex(24), ExpiresAt: c.tx.time.Add(testingTokenLifetime).UnixMilli()}
	tableTestingTokens.put(c.tx, t)
	return struct {
		Object    string `json:"object"`
		Token     string `json:"token"`
		ExpiresAt int64  `json:"expires_at"` // seconds, unlike every other time
	}{"testing_token", t.Token, t.ExpiresAt / 1000}, nil
}

// checkHuman refuses a sign-up without a testing token where bot protection is on. The check itself is a service of the
// internet, so nothing else gets past it here.
func (c *frontendCall) checkHuman() error {
	if !c.tx.userSettings().SignUp.CaptchaEnabled {
		return nil
	}
	if t := tableTestingTokens.get(c.tx, c.query.Get("__clerk_testing_token")); t != nil && t.ExpiresAt > c.tx.now {
		return nil
	}
	return errBadRequest("captcha_invalid", "Bot protection is on: use a testing token, or turn it off in the instance's user settings.")
}
