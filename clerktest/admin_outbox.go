package clerktest

import (
	"cmp"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// outboxMessage is an e-mail or a text message in the outbox.
type outboxMessage struct {
	Email
	Kind  string   `json:"kind"` // email or sms
	Links []string `json:"links"`
}

// linkText finds the links of a message. What they may end in does not belong to a sentence.
var linkText = regexp.MustCompile(`https?://[^\s"'<>]*[^\s"'<>.,;:!?)]`)

// listOutbox lists e-mails and text messages, newest first. The parameter query leaves those whose recipient, subject,
// text or user contain it.
func listOutbox(in *Instance, r *http.Request) (any, error) {
	limit, offset, err := pageParams(r)
	if err != nil {
		return nil, err
	}
	var all []outboxMessage
	for _, m := range in.Emails() {
		all = append(all, outboxMessage{Email: m, Kind: "email"})
	}
	for _, m := range in.TextMessages() {
		all = append(all, outboxMessage{Email{ID: m.ID, To: m.To, UserID: m.UserID, Slug: m.Slug, Body: m.Body, Code: m.Code, SentAt: m.SentAt}, "sms", nil})
	}
	if part := strings.ToLower(r.URL.Query().Get("query")); part != "" {
		all = slices.DeleteFunc(all, func(m outboxMessage) bool {
			return !strings.Contains(strings.ToLower(strings.Join([]string{m.To, m.Subject, m.Body, m.UserID, m.Slug, m.ID}, "\n")), part)
		})
	}
	// Ids of the same millisecond are in the order of sending.
	slices.SortFunc(all, func(a, b outboxMessage) int {
		return cmp.Or(cmp.Compare(b.SentAt, a.SentAt), cmp.Compare(b.ID[4:], a.ID[4:]))
	})
	page := cut(all, limit, offset)
	for i := range page {
		page[i].Links = orNone(linkText.FindAllString(html.UnescapeString(page[i].Body), 20))
	}
	return adminPage{page, len(all)}, nil
}

// markup tells a body of HTML from plain text.
var markup = regexp.MustCompile(`(?i)<(?:!doctype|html|body|p|div|a|br|table|h[1-6]|span|strong|b|em)\b[^>]*>`)

// serveEmailBody serves the body of an e-mail as a page of its own, which may neither run scripts nor load anything
// from elsewhere; the console shows it in a frame without rights.
func serveEmailBody(e *Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := e.guardAdmin(r); err != nil {
			writeAdminError(w, err)
			return
		}
		in := e.first
		if name := r.URL.Query().Get("instance"); name != "" {
			in = e.InstanceByName(name)
		}
		var m *Email
		if in != nil {
			_ = in.read(func(x *tx) error { m = tableEmails.get(x, r.PathValue("id")); return nil })
		}
		if m == nil {
			writeAdminError(w, errNotFound("email"))
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		_, _ = fmt.Fprint(w, "<!doctype html><meta charset=utf-8><base target=_blank><body style=\"font:15px/1.5 system-ui,sans-serif;color:#1c2430;background:#fff;overflow-wrap:anywhere\">", renderEmail(m.Body))
	}
}

// renderEmail returns HTML as it is; of plain text it keeps the lines and makes links of addresses.
func renderEmail(text string) string {
	if markup.MatchString(text) {
		return text
	}
	var out strings.Builder
	out.WriteString(`<div style="white-space:pre-wrap">`)
	at := 0
	for _, link := range linkText.FindAllStringIndex(text, -1) {
		address := html.EscapeString(text[link[0]:link[1]])
		fmt.Fprintf(&out, `%s<a rel="noreferrer" href="%s">%s</a>`, html.EscapeString(text[at:link[0]]), address, address)
		at = link[1]
	}
	out.WriteString(html.EscapeString(text[at:]))
	out.WriteString("</div>")
	return out.String()
}

// adminDelivery is an attempt with the message that it sent.
type adminDelivery struct {
	Delivery
	URL     string       `json:"url"`
	Request adminMessage `json:"request"`
}

func showDelivery(in *Instance, r *http.Request) (any, error) {
	for _, ep := range in.Webhooks() {
		for _, d := range ep.Deliveries() {
			if d.ID != r.PathValue("id") {
				continue
			}
			out := adminDelivery{Delivery: d, URL: ep.URL(), Request: adminMessage{Headers: [][2]string{}, Cut: true}}
			events := in.Events()
			if at := slices.IndexFunc(events, func(ev Event) bool { return ev.ID == d.EventID }); at >= 0 {
				raw, err := events[at].envelope()
				if err != nil {
					return nil, err
				}
				out.Request = describeMessage(ep.signedHeader(events[at], time.UnixMilli(d.At), raw), body{raw, int64(len(raw))})
			}
			return out, nil
		}
	}
	return nil, errNotFound("delivery")
}
