package clerktest

import (
	"net/http"
	"time"
)

// sentForm is a form of a page that has changed something. It does not do so again, whether it is sent by a double
// click or by somebody who came back to it.
type sentForm struct {
	Once      string `json:"once"`
	ExpiresAt int64  `json:"expires_at"`
}

var tableSentForms = &table[*sentForm]{name: "sent_forms", id: func(f *sentForm) string { return f.Once }}

// Bounds of the forms that are remembered.
const (
	sentFormLife = time.Hour
	maxSentForms = 10_000
	maxOnce      = 64 // bytes
)

// checkShownTo refuses a form that was shown to somebody else than who is signed in now. A form that does not say to whom
// is sent by a program.
func (c *pageCall) checkShownTo() error {
	if shown := c.values.Get("shown_to"); shown == "" || c.session == nil || c.session.UserID == shown {
		return nil
	}
	return errConflict("form_shown_to_another", "Somebody else is signed in by now than when this form was shown. Nothing was changed. Here is how things are now.")
}

// sendOnce refuses a form that was sent before. A form without the mark of a page is sent by a program, as often as it
// likes.
func (c *pageCall) sendOnce() error {
	once := c.values.Get("once")
	switch {
	case once == "":
		return nil
	case len(once) > maxOnce:
		return errBadRequest("form_invalid", "This form has a mark that no page has given it.")
	case tableSentForms.get(c.tx, once) != nil:
		return newError(http.StatusConflict, "form_sent_already", "sent already", "This form was sent before, and nothing was changed again. Here is how things are now.")
	}
	tableSentForms.dropOldest(c.tx, func(f *sentForm) bool { return f.ExpiresAt <= c.tx.now || tableSentForms.size(c.tx) >= maxSentForms })
	tableSentForms.put(c.tx, &sentForm{Once: once, ExpiresAt: c.tx.time.Add(sentFormLife).UnixMilli()})
	return nil
}
