package clerktest

import (
	"encoding/json"
	"slices"

	"github.com/clerkgo/clerk-go/clerktest/internal/route"
)

// backendHandler is a handler of the Backend API. The Frontend API borrows it where both have the same rule: it checks
// the right of the person first, names the records by parameters of the path, and shows the answer as the person may
// see it.
type backendHandler func(*call) (any, error)

// borrow runs a handler of the Backend API. The body has only the fields that the document of the Frontend API lists,
// so that nobody sets by a form what the Backend API alone may set.
func (c *frontendCall) borrow(handle backendHandler, params ...route.Param) (any, error) {
	if err := c.keepListedFields(); err != nil {
		return nil, err
	}
	c.params = slices.Concat(route.Params(params), c.params)
	return handle(c.call)
}

// keepListedFields drops the fields of the body that the document does not list.
func (c *frontendCall) keepListedFields() error {
	body, err := c.bodyFields()
	if err != nil || body == nil {
		return err
	}
	for name := range body {
		if findParam(c.endpoint.op.fields, name) == nil {
			delete(body, name)
		}
	}
	raw, err := json.Marshal(body)
	c.raw = raw
	return err
}

// bodyFields are the fields of the body, nil without a body.
func (c *frontendCall) bodyFields() (fields map[string]json.RawMessage, err error) {
	if len(c.raw) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(c.raw, &fields); err != nil {
		return nil, errBodyInvalid("the body has to be an object")
	}
	return fields, nil
}

// setField gives a field of the body a value that a borrowed handler takes and the form does not have.
func (c *frontendCall) setField(name string, value any) error {
	body, err := c.bodyFields()
	if err != nil {
		return err
	}
	if body == nil {
		body = map[string]json.RawMessage{}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	body[name] = raw
	c.raw, err = json.Marshal(body)
	return err
}

// byMe makes a handler of the Backend API about a user one of the Frontend API about the person who is signed in.
func byMe(handle backendHandler) func(*frontendCall) (any, error) {
	return func(c *frontendCall) (any, error) {
		return c.borrow(handle, route.Param{Name: "user_id", Value: c.user.ID})
	}
}

// asMyUser is byMe for handlers that answer the user.
func asMyUser(handle backendHandler) func(*frontendCall) (any, error) {
	return func(c *frontendCall) (any, error) {
		if _, err := byMe(handle)(c); err != nil {
			return nil, err
		}
		return c.me(), nil
	}
}

// me is the person who is signed in, as the change has left them.
func (c *frontendCall) me() *frontendUserWire {
	c.user = tableUsers.get(c.tx, c.user.ID)
	return c.tx.wireFrontendUser(c.user)
}

// sensitive makes an operation ask for a factor again when the last one was given too long ago.
func sensitive(handle func(*frontendCall) (any, error)) func(*frontendCall) (any, error) {
	return func(c *frontendCall) (any, error) {
		if err := c.checkFresh(); err != nil {
			return nil, err
		}
		return handle(c)
	}
}

// freshFactor is for how many minutes a factor counts as given now.
const freshFactor = 10

// checkFresh refuses a sensitive change where the instance wants reverification and the session's factors are too old:
// the second one of people who have one, else the first.
func (c *frontendCall) checkFresh() error {
	if !c.tx.settings().Reverification {
		return nil
	}
	ages := c.tx.factorAges(c.session, &tokenSpec{})
	age := ages[0]
	if c.user.mfaEnabled() {
		age = ages[1]
	}
	if age >= 0 && age < freshFactor {
		return nil
	}
	return errForbidden(codeReverification, "Verify that it is you, then try again.")
}

// codeReverification is the code of a change that needs a factor again.
const codeReverification = "session_reverification_required"
