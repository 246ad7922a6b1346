package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// What our key set promises; see the RemoteKeySet of the SDK.
const (
	keysLive     = clerkauth.DefaultKeyTTL
	keysSoft     = keysLive / 5 * 4
	keysStale    = clerkauth.DefaultKeyMaxStale
	keysPause    = 10 * time.Second // longest time without a load for an unknown key id
	failurePause = 2 * time.Second  // longest time without a load after a failure
)

// keyHistory is what a key server did until a step of a sequence, as far as one client could see it.
type keyHistory struct {
	now      time.Time
	state    keyState
	serves   []servedKey
	lastFail time.Time // when it was asked last and failed
	seen     []seenKeys
}

// seenKeys is what a key server answered with at a time, to whoever asked it.
type seenKeys struct {
	at    time.Time
	keys  []servedKey
	pause bool // after a failure, in which we do not ask
}

func (s seenKeys) has(id string) bool {
	return slices.ContainsFunc(s.keys, func(key servedKey) bool { return key.ID == id })
}

func (h *keyHistory) visit(now time.Time, answer *backendAnswer) {
	h.now = now
	if answer != nil {
		h.state, h.serves = stateOfKeys(*answer), keysOf(*answer)
	}
}

// leave notes what could be seen at this step.
func (h *keyHistory) leave() {
	if h.state != keysServed {
		h.lastFail = h.now
		return
	}
	h.seen = append(h.seen, seenKeys{h.now, h.serves, h.pausing()})
}

func (h *keyHistory) has(id string) bool { return seenKeys{keys: h.serves}.has(id) }

// had reports whether a key was served within a time.
func (h *keyHistory) had(id string, within time.Duration) bool {
	return slices.ContainsFunc(h.seen, func(s seenKeys) bool { return h.now.Sub(s.at) < within && s.has(id) })
}

// kept reports whether a client must have a key: it was asked for, and never taken back.
func (h *keyHistory) kept(id string) bool {
	asked := slices.ContainsFunc(h.seen, func(s seenKeys) bool { return !s.pause && h.now.Sub(s.at) < keysStale-keysLive })
	return asked && !slices.ContainsFunc(h.seen, func(s seenKeys) bool { return !s.has(id) })
}

func (h *keyHistory) pausing() bool {
	return !h.lastFail.IsZero() && h.now.Sub(h.lastFail) < failurePause
}

// postponing reports whether the keys were loaded so lately that another load has to wait: until then an unknown key id
// is our trouble.
func (h *keyHistory) postponing() bool {
	return len(h.seen) > 0 && h.now.Sub(h.seen[len(h.seen)-1].at) < keysPause
}

func (h *keyHistory) failing() bool { return h.state != keysServed || h.pausing() }

// explains reports whether our reason may stand in place of theirs; no reason is signed in.
func (h *keyHistory) explains(theirs, ours, kid string) bool {
	switch ours {
	case "", "token-invalid-signature": // The key is kept.
		switch theirs {
		case "jwk-remote-failed-to-load", "unexpected-error":
			return h.failing() && h.had(kid, keysStale)
		case "jwk-kid-mismatch":
			return h.failing() && h.had(kid, keysStale) || h.had(kid, keysLive)
		}
	case "jwk-kid-mismatch": // It was taken back, or is not asked for again yet.
		last := seenKeys{}
		if len(h.seen) > 0 {
			last = h.seen[len(h.seen)-1]
		}
		return h.state == keysServed && !h.has(kid) || !last.has(kid) || h.now.Sub(last.at) < keysPause
	case "jwk-remote-failed-to-load":
		return (h.failing() || h.postponing()) && !h.kept(kid)
	}
	return false
}

// keySequence explains the steps of a sequence one by one.
func (d *difference) keySequence() *difference {
	if d.Mode != "sequence" || !d.only("step ") {
		return nil
	}
	var h keyHistory
	for i := range d.Steps {
		step := &d.Steps[i]
		what := fmt.Sprintf("step %d (%s) ", i, step.TokenVariant)
		if step.Options != nil { // another client, which starts with nothing
			if slices.ContainsFunc(d.lines, func(line string) bool { return strings.HasPrefix(line, what) }) {
				return nil
			}
			continue
		}
		var answer *backendAnswer
		if i == 0 && step.Bapi == nil {
			answer = &d.route("/jwks")[0]
		} else if step.Bapi != nil {
			answer = &step.Bapi.Routes[0].Responses[0]
		}
		h.visit(time.UnixMilli(step.NowMS), answer)
		_, token := (&scenario{Request: step.Request}).authorization()
		p, _ := peekAt(token)
		kid, _ := p.header["kid"].(string)
		if !d.stepExplained(what, &h, kid, &d.want.Steps[i]) {
			return nil
		}
		h.leave()
	}
	return d.nothing()
}

func (d *difference) stepExplained(what string, h *keyHistory, kid string, want *recorded) bool {
	theirs, ours := text(want.Reason), text(want.Reason)
	if got, ok := d.got(what + "reason"); ok {
		ours = got
	}
	status := want.Status
	if got, ok := d.got(what + "status"); ok {
		status = got
	}
	if (status == "signed-in") != (ours == "") {
		return false
	}
	return d.fetchesExplained(what, h, kid, len(want.Calls)) && (theirs == ours || h.explains(theirs, ours, kid))
}

// fetchesExplained allows one load ahead of time, where the keys may be old enough for it, one for a key that is not in the
// set, and the second attempt after a failure. A load in the background counts at the step where it ends.
func (d *difference) fetchesExplained(what string, h *keyHistory, kid string, most int) bool {
	count, ok := d.got(what + "fetches")
	if !ok {
		return true
	}
	fetches, err := strconv.Atoi(count)
	if err != nil {
		return false
	}
	if !h.kept(kid) {
		most = max(most, 1)
	}
	if len(h.seen) > 0 && h.now.Sub(h.seen[0].at) >= keysSoft {
		most++
	}
	if h.failing() {
		most++
	}
	return fetches <= most
}
