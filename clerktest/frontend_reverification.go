package clerktest

import (
	"slices"
	"strings"
)

// reverificationFamily is the part of the Frontend API by which somebody who is signed in gives a factor again.
func reverificationFamily() family {
	return family{
		tables: []anyTable{tableReverifications},
		frontend: map[string]frontendEndpoint{
			"startSessionReverification":               {write: startReverification},
			"prepareSessionReverificationFirstFactor":  {write: changeReverification("needs_first_factor", prepareFirstAgain)},
			"attemptSessionReverificationFirstFactor":  {write: changeReverification("needs_first_factor", proveFirstAgain)},
			"prepareSessionReverificationSecondFactor": {write: changeReverification("needs_second_factor", prepareSecondAgain)},
			"attemptSessionReverificationSecondFactor": {write: changeReverification("needs_second_factor", proveSecondAgain)},
		},
		userGone: func(x *tx, userID string) { tableReverifications.deleteAll(x, "user", userID) },
	}
}

// reverification is how far somebody is with giving factors again. A session has one at most.
type reverification struct {
	SessionID string              `json:"session_id"`
	UserID    string              `json:"user_id"`
	Level     string              `json:"level"` // first_factor, second_factor or multi_factor
	First     *factorVerification `json:"first"`
	Second    *factorVerification `json:"second"`
}

var tableReverifications = &table[*reverification]{
	name:    "reverifications",
	id:      func(r *reverification) string { return r.SessionID },
	indexes: map[string]func(*reverification) []string{"user": func(r *reverification) []string { return []string{r.UserID} }},
}

// status is the step at which a reverification is.
func (r *reverification) status() string {
	switch {
	case r.Level != "second_factor" && !r.First.verified():
		return "needs_first_factor"
	case r.Level != "first_factor" && !r.Second.verified():
		return "needs_second_factor"
	default:
		return "complete"
	}
}

// verified reports whether the proof is complete.
func (v *factorVerification) verified() bool { return v != nil && v.Status == "verified" }

type reverificationWire struct {
	Object        string                  `json:"object"`
	Level         string                  `json:"level"`
	Status        string                  `json:"status"`
	FirstFactors  []factorWire            `json:"supported_first_factors"`
	SecondFactors []factorWire            `json:"supported_second_factors"`
	First         *factorVerificationWire `json:"first_factor_verification"`
	Second        *factorVerificationWire `json:"second_factor_verification"`
	Session       *frontendSessionWire    `json:"session"`
}

func (c *frontendCall) wireReverification(r *reverification) (any, error) {
	s, err := c.tx.wireFrontendSession(c.session, c.r)
	return reverificationWire{
		Object: "session_reverification", Level: r.Level, Status: r.status(), FirstFactors: c.tx.firstFactorsAgain(c.user),
		SecondFactors: c.tx.secondFactors(c.user), First: r.First.wire(), Second: r.Second.wire(), Session: s,
	}, err
}

// firstFactorsAgain are the first factors that somebody who is signed in can give: no password reset.
func (x *tx) firstFactorsAgain(u *user) []factorWire {
	return slices.DeleteFunc(x.firstFactors(u), func(f factorWire) bool {
		return strings.HasPrefix(f.Strategy, "reset_password_") || f.Strategy == "email_link" || f.Strategy == "enterprise_sso"
	})
}

// startReverification begins anew. Who has no second factor gives the first one.
func startReverification(c *frontendCall) (any, error) {
	var in struct {
		Level string `json:"level"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch in.Level {
	case "first_factor", "second_factor", "multi_factor":
	default:
		return nil, errParamValue("level", "first_factor, second_factor or multi_factor")
	}
	if !c.user.mfaEnabled() {
		in.Level = "first_factor"
	}
	r := &reverification{SessionID: c.session.ID, UserID: c.user.ID, Level: in.Level}
	tableReverifications.put(c.tx, r)
	return c.wireReverification(r)
}

// changeReverification is a step of a reverification that is at the status. Also a refused step is kept, if it was
// counted.
func changeReverification(status string, step func(*frontendCall, *reverification, *factorInput) error) func(*frontendCall) (any, error) {
	return func(c *frontendCall) (any, error) {
		var in factorInput
		if err := c.decode(&in); err != nil {
			return nil, err
		}
		r := tableReverifications.get(c.tx, c.session.ID)
		switch {
		case r == nil:
			return nil, errBadRequest("session_reverification_missing", "Nothing was begun for this session.")
		case r.status() != status:
			return nil, errBadRequest("session_reverification_step_invalid", "This is another step: "+r.status()+".")
		}
		next := *r
		err := step(c, &next, &in)
		tableReverifications.put(c.tx, &next)
		if err != nil {
			return nil, err
		}
		if next.status() == "complete" {
			tableReverifications.delete(c.tx, next.SessionID)
		}
		return c.wireReverification(&next)
	}
}

func prepareFirstAgain(c *frontendCall, r *reverification, in *factorInput) (err error) {
	if in.Strategy == "passkey" {
		r.First, err = c.askPasskey(c.user)
		return err
	}
	r.First, err = c.prepareFactor(c.user, c.tx.firstFactorsAgain(c.user), in)
	return err
}

func proveFirstAgain(c *frontendCall, r *reverification, in *factorInput) error {
	if _, err := chooseFactor(c.tx.firstFactorsAgain(c.user), in); err != nil {
		return err
	}
	switch {
	case in.Strategy == "password":
		if err := c.tx.provePassword(c.user, in.Password); err != nil {
			return err
		}
		r.First = &factorVerification{Strategy: "password", oneTimeCode: oneTimeCode{Status: "verified"}}
	case r.First == nil || r.First.Strategy != in.Strategy:
		return errNotPrepared()
	case in.Strategy == "passkey":
		next := *r.First
		r.First = &next
		if _, err := c.provePasskey(&next, in.Credential, c.user); err != nil {
			return err
		}
	default:
		next := *r.First
		r.First = &next
		if err := c.tx.guessCode(&next, in.Code); err != nil {
			return err
		}
	}
	c.session = tableSessions.update(c.tx, c.session.ID, func(s *session) { s.FirstFactorAt = c.tx.now })
	return nil
}

func prepareSecondAgain(c *frontendCall, r *reverification, in *factorInput) (err error) {
	r.Second, err = c.prepareFactor(c.user, c.tx.secondFactors(c.user), in)
	return err
}

func proveSecondAgain(c *frontendCall, r *reverification, in *factorInput) (err error) {
	if r.Second, err = c.tx.proveSecondFactor(c.user, r.Second, in); err == nil {
		c.session = tableSessions.update(c.tx, c.session.ID, func(s *session) { s.SecondFactorAt = &c.tx.now })
	}
	return err
}
