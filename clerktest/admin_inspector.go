package clerktest

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

var adminInspectorRoutes = []adminRoute{
	{http.MethodGet, "/requests", listRequests},
	{http.MethodGet, "/requests/{id}", showRequest},
	{http.MethodGet, "/changes", countChanges},
}

// adminRequest is a request in a list.
type adminRequest struct {
	RequestRecord
	API   string `json:"api"`   // backend, frontend or keys
	Stray bool   `json:"stray"` // its key belongs to no instance
	Loop  int    `json:"loop"`  // of a handshake, how many the same page asked for within loopWindow, if that is a loop
}

// listRequests lists the requests of an instance, oldest first, and with the first instance those that belong to none.
// The parameters are last, after (an id), api, failed and text.
func listRequests(in *Instance, r *http.Request) (any, error) {
	query := r.URL.Query()
	var after int64
	if text := query.Get("after"); text != "" {
		var err error
		if after, err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, errParamFormat("after", "the id of a request")
		}
	}
	text := strings.ToLower(query.Get("text"))
	out := []adminRequest{}
	for _, row := range in.inspected() {
		switch {
		case row.ID <= after && !row.Stray,
			query.Get("api") != "" && row.API != query.Get("api"),
			query.Get("failed") == "true" && row.Status > 0 && row.Status < 400,
			text != "" && !strings.Contains(strings.ToLower(row.Method+" "+row.Path+" "+row.Operation+" "+row.ErrorCode+" "+strconv.Itoa(row.Status)), text):
		default:
			out = append(out, row)
		}
	}
	return newest(r, out)
}

func (in *Instance) inspected() []adminRequest {
	entries := in.requests.entries()
	loops := handshakeLoops(entries)
	out := make([]adminRequest, 0, len(entries))
	for _, entry := range entries {
		out = append(out, adminRequest{entry.RequestRecord, entry.api, false, loops[entry.ID]})
	}
	if in != in.emulator.first {
		return out
	}
	for _, entry := range in.emulator.strays.entries() {
		out = append(out, adminRequest{entry.RequestRecord, entry.api, true, 0})
	}
	slices.SortStableFunc(out, func(a, b adminRequest) int { return a.At.Compare(b.At) })
	return out
}

// A page that asks for so many handshakes in such a time, by the machine's clock, is in a loop: its server sends the
// browser back each time it returns.
const (
	loopLength = 4
	loopWindow = 10 * time.Second
)

// handshakeLoops returns, by request id, how many handshakes of the same browser for the same page fell into the time
// before, where that makes a loop.
func handshakeLoops(entries []*loggedRequest) map[int64]int {
	loops, seen := map[int64]int{}, map[string][]*loggedRequest{}
	for _, entry := range entries {
		if entry.Operation != "handshakeClient" || entry.exchange == nil {
			continue
		}
		x := entry.exchange
		key := x.requestHeader.Get("User-Agent") + "\n" + handshakePage(x.query)
		recent := slices.DeleteFunc(seen[key], func(old *loggedRequest) bool { return x.began.Sub(old.exchange.began) > loopWindow })
		recent = append(recent, entry)
		seen[key] = recent
		if len(recent) >= loopLength {
			for _, part := range recent {
				loops[part.ID] = len(recent)
			}
		}
	}
	return loops
}

// handshakePage is the page that a handshake leads back to, without what handshakes add to its address.
func handshakePage(query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return query
	}
	page, err := url.Parse(values.Get("redirect_url"))
	if err != nil {
		return values.Get("redirect_url")
	}
	return page.Scheme + "://" + page.Host + page.Path
}

// adminExchange is a request with all that went over the wire. Secrets are hidden, see hideSecrets.
type adminExchange struct {
	adminRequest
	URL      string         `json:"url"`
	Request  adminMessage   `json:"request"`
	Response adminMessage   `json:"response"`
	Tokens   []carriedToken `json:"tokens"`
	Page     string         `json:"page,omitzero"` // that a handshake leads back to
}

// adminMessage is one direction of an exchange.
type adminMessage struct {
	Headers [][2]string `json:"headers"`
	Body    string      `json:"body"`
	Length  int64       `json:"length"`
	Cut     bool        `json:"cut"` // the body was longer than what is kept, or is not kept any more
}

func describeMessage(header http.Header, b body) adminMessage {
	m := adminMessage{Headers: [][2]string{}, Length: b.length, Cut: int64(len(b.kept)) < b.length}
	for name, values := range header {
		for _, value := range values {
			m.Headers = append(m.Headers, [2]string{name, hideHeader(name, value)})
		}
	}
	slices.SortFunc(m.Headers, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	if strings.HasPrefix(header.Get("Content-Type"), "image/") || strings.HasPrefix(header.Get("Content-Type"), "multipart/") {
		m.Cut = m.Length > 0
		return m
	}
	m.Body = hideSecrets(strings.ToValidUTF8(string(b.kept), "\uFFFD"))
	return m
}

func showRequest(in *Instance, r *http.Request) (any, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, errNotFound("request")
	}
	stray := r.URL.Query().Get("stray") == "true" && in == in.emulator.first
	log := in.requests
	if stray {
		log = in.emulator.strays
	}
	entries := log.entries()
	at := slices.IndexFunc(entries, func(entry *loggedRequest) bool { return entry.ID == id })
	if at < 0 || entries[at].exchange == nil {
		return nil, errNotFound("request")
	}
	entry := entries[at]
	x := entry.exchange
	out := adminExchange{
		adminRequest: adminRequest{entry.RequestRecord, entry.api, stray, handshakeLoops(entries)[entry.ID]},
		URL:          "http://" + x.host + x.path,
		Request:      describeMessage(x.requestHeader, x.requestBody),
		Response:     describeMessage(x.responseHeader, x.responseBody),
		Tokens:       in.carriedTokens(x),
	}
	if x.query != "" {
		out.URL += "?" + hideSecrets(x.query)
	}
	if entry.Operation == "handshakeClient" {
		out.Page = handshakePage(x.query)
	}
	return out, nil
}

// countChanges returns numbers that change when there is something new to show: requests, events, messages of the
// outbox, attempts of deliveries.
func countChanges(in *Instance, _ *http.Request) (any, error) {
	in.requests.mu.Lock()
	requests := in.requests.last
	in.requests.mu.Unlock()
	strays := in.emulator.strays
	strays.mu.Lock()
	requests += strays.last
	strays.mu.Unlock()
	_, events, _ := in.events.since(math.MaxInt)
	var deliveries strings.Builder
	for _, ep := range in.Webhooks() {
		ep.mu.Lock()
		fmt.Fprintf(&deliveries, "%s %d %d %d ", ep.settings.ID, ep.attempts, len(ep.held), len(ep.queue))
		ep.mu.Unlock()
	}
	outbox := ""
	_ = in.read(func(x *tx) error {
		if m := tableEmails.newest(x); m != nil {
			outbox = m.ID
		}
		if m := tableTexts.newest(x); m != nil {
			outbox += m.ID
		}
		return nil
	})
	return map[string]string{
		"requests": strconv.FormatInt(requests, 10), "events": strconv.Itoa(events), "deliveries": deliveries.String(), "outbox": outbox,
	}, nil
}
