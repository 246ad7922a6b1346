package clerktest

import "errors"

// verifyPage asks somebody who is signed in for a factor again, when a page was to change what the instance wants a recent proof
// for. It leads back to the account page, where the change is made once more.
func verifyPage() *webPage {
	const first, second = "attemptSessionReverificationFirstFactor", "attemptSessionReverificationSecondFactor"
	return &webPage{
		path: "/verify", title: "Verify that it is you", show: showVerify,
		acts: map[string]func(*pageCall) (redirectAnswer, error){
			"password":    verifyStep(first, "password"),
			"send":        verifyStep("prepareSessionReverificationFirstFactor", ""),
			"code":        verifyStep(first, ""),
			"send_second": verifyStep("prepareSessionReverificationSecondFactor", ""),
			"code_second": verifyStep(second, ""),
			"cancel":      func(c *pageCall) (redirectAnswer, error) { return redirectAnswer{location: c.elsewhere("user")}, nil },
		},
	}
}

// wantsReverification reports whether a change was refused until a factor is given again.
func wantsReverification(err error) bool {
	var refused *apiError
	return errors.As(err, &refused) && len(refused.items) > 0 && refused.items[0].Code == codeReverification
}

// verifyFirst begins a reverification and leads to its page. Who has no second factor is asked for the first one.
func (c *pageCall) verifyFirst() (any, error) {
	err := c.change(false, func() error {
		return c.operate("startSessionReverification", map[string]any{"level": "second_factor"}, "session_id", c.session.ID)
	})
	return redirectAnswer{location: c.elsewhere("verify")}, err
}

func showVerify(c *pageCall) (any, error) {
	if c.session == nil {
		return c.signInFirst(), nil
	}
	r := tableReverifications.get(c.tx, c.session.ID)
	if r == nil {
		return redirectAnswer{location: c.elsewhere("user")}, nil
	}
	v := &signInView{Step: "first", Name: displayName(c.user)}
	if r.status() == "needs_second_factor" {
		v.Step, v.Factors = "second", factorViews(c.tx.secondFactors(c.user))
		v.waitFor(r.Second)
		return v, nil
	}
	v.Factors = factorViews(c.tx.firstFactorsAgain(c.user))
	v.waitFor(r.First)
	return v, nil
}

// verifyStep is a step of the reverification that the session has begun, by the operation of the Frontend API for it. Without a
// strategy the form names it.
func verifyStep(operation, strategy string) func(*pageCall) (redirectAnswer, error) {
	return func(c *pageCall) (redirectAnswer, error) {
		if c.session == nil {
			return c.signInFirst(), nil
		}
		fields := map[string]any{}
		c.addFactor(fields, strategy)
		if err := c.operate(operation, fields, "session_id", c.session.ID); err != nil {
			return redirectAnswer{}, err
		}
		if tableReverifications.get(c.tx, c.session.ID) != nil {
			return redirectAnswer{location: c.elsewhere("verify")}, nil
		}
		return redirectAnswer{location: c.elsewhere("user", "verified", "1")}, nil
	}
}
