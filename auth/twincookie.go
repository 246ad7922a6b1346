package clerkauth

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
)

// maxTwins is how many values of one cookie are looked at. A browser sends several where cookies of one name were set
// for the host and for its parent domains.
const maxTwins = 4

// maxCookieDomains bounds the domains for which a cookie is removed.
const maxCookieDomains = 6

// addTwin notes a further value of a cookie.
func (c *cookies) addTwin(i int, value string) {
	if c.twins == nil {
		c.twins = map[int][]string{}
	}
	values := c.twins[i]
	if values == nil {
		values = []string{c.value[i]}
	}
	if len(values) < maxTwins && !slices.Contains(values, value) {
		values = append(values, value)
	}
	c.twins[i] = values
}

// all returns the values of a cookie that are not empty.
func (c *cookies) all(i int) []string {
	values, repeats := c.twins[i]
	switch {
	case repeats:
		return slices.DeleteFunc(slices.Clone(values), func(value string) bool { return value == "" })
	case c.value[i] == "":
		return nil
	}
	return []string{c.value[i]}
}

// settleTwins decides which of several cookies of one name counts: of session tokens the first that is alive, of times
// at which the client changed the latest, of all others the first that is not empty. The order in the header does not
// tell: the cookie of the parent domain comes first when it is older.
func (v *visit) settleTwins(ctx context.Context) {
	c := &v.cookies
	for i := range c.twins {
		values := c.all(i)
		if len(values) == 0 {
			continue
		}
		c.value[i] = values[0]
		switch i {
		case atSession, atSessionS:
			c.value[i] = v.liveSession(ctx, values)
		case atClientUAT, atClientUATS:
			c.value[i] = largest(values, leadingDigits)
		case atRedirects:
			c.value[i] = largest(values, redirectCount)
		}
	}
	v.tokens = [2]presented{}
	v.choose()
}

func largest(values []string, number func(string) int64) string {
	return slices.MaxFunc(values, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
}

// liveSession returns the first token that is good. Where none is, it is the youngest that a refresh or a handshake
// would renew, or the first of all.
func (v *visit) liveSession(ctx context.Context, values []string) string {
	best, bestAt := values[0], int64(-1)
	for _, text := range values {
		p := presented{text: text, borrowed: !v.req.owned}
		v.a.read(&p)
		if p.claims == nil || v.a.foreignIssuer(p.claims) {
			continue
		}
		at, _ := p.issuedAt()
		_, refusal := v.a.verify(ctx, &p, &jwtPolicy{as: asCredential, call: v.call})
		if refusal == nil || errors.Is(refusal, ErrUnavailable) {
			return text
		}
		if at > bestAt && (refusal.recoverable() || refusal.Reason == ReasonSessionTokenMissingAZP) {
			best, bestAt = text, at
		}
	}
	return best
}

// withoutTwins puts lines in front of the Set-Cookie lines of an answer that remove cookies of which there are several,
// for this host and for its parent domains. These are the cookies that the answer sets anew, and the results of
// handshakes, which are used up.
func (v *visit) withoutTwins(lines []string) []string {
	var cleared []string
	for i, name := range v.a.flow.names {
		if len(v.cookies.twins[i]) < 2 {
			continue
		}
		usedUp := v.exchanged && (i == atNonce || i == atHandshake)
		if !usedUp && !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, name+"=") }) {
			continue
		}
		cleared = append(cleared, name+"=; Path=/; Max-Age=0")
		for _, domain := range cookieDomains(v.address().host) {
			cleared = append(cleared, name+"=; Path=/; Domain="+domain+"; Max-Age=0")
		}
	}
	return append(cleared, lines...)
}

// cookieDomains returns the domains for which a host can have cookies: itself and its parents. An address has none.
// Browsers ignore those that are public suffixes.
func cookieDomains(host string) []string {
	host, _, _ = strings.Cut(host, ":")
	if _, err := netip.ParseAddr(host); err == nil || strings.HasPrefix(host, "[") {
		return nil
	}
	var domains []string
	for strings.Contains(host, ".") {
		domains = append(domains, host)
		_, host, _ = strings.Cut(host, ".")
	}
	return domains[max(0, len(domains)-maxCookieDomains):]
}
