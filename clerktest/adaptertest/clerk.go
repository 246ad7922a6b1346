package adaptertest

import (
	"crypto/sha1" //nolint:gosec // Clerk derives cookie names from SHA-1; nothing is protected by it.
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

const (
	frontendAPI = "adaptertest.clerk.accounts.dev"
	signInURL   = "https://accounts.example.com/sign-in"
	devBrowser  = "__clerk_db_jwt=dvb_2adaptertest"
	orgID       = "org_2adaptertestadaptertestadapt"
)

// lasting makes tokens that outlast a run of all tests: they are minted at its start and presented at any time later.
var lasting = clerktest.TokenTTL(time.Hour)

// clerk is the local Clerk of one run and mints all credentials.
type clerk struct {
	server *clerktest.Server
	other  *clerktest.Instance // whose keys the application does not know

	live, revoked, expired machineTokens

	mu       sync.Mutex
	sessions map[string]clerktest.SignedIn // by name
}

func newClerk(t *testing.T) *clerk {
	t.Helper()
	k := &clerk{
		server:   clerktest.NewServer(t, clerktest.WithFrontendAPI(frontendAPI)),
		sessions: map[string]clerktest.SignedIn{},
	}
	k.other = k.server.NewInstance(t)
	k.mintMachineTokens(t)
	return k
}

func (k *clerk) config() Config {
	return Config{
		SecretKey: k.server.SecretKey(), PublishableKey: k.server.PublishableKey(), APIURL: k.server.URL(), SignInURL: signInURL,
		otherSecretKey: k.other.SecretKey(), otherPublishableKey: k.other.PublishableKey(),
	}
}

// outage is a configuration whose API answers nothing but errors.
func (k *clerk) outage(t *testing.T) Config {
	t.Helper()
	config := k.config()
	config.APIURL = Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "out of order", http.StatusInternalServerError)
	}))
	return config
}

func (k *clerk) signedIn(name string) clerktest.SignedIn {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.sessions[name]
	if !ok {
		s = k.server.SignedInUser()
		k.sessions[name] = s
	}
	return s
}

// user returns the id of the person called name.
func (k *clerk) user(name string) string { return k.signedIn(name).UserID }

// claims changes the claims of a token.
type claims func(set func(name string, value any))

// session returns a token of the person called name: an administrator of an organization with the permission and the
// plan that the routes demand, verified just now. The edit comes last.
func (k *clerk) session(name string, edit claims) string {
	return k.server.SessionToken(k.signedIn(name).SessionID, tokenOptions(edit)...)
}

func tokenOptions(edit claims) []clerktest.TokenOption {
	opts := []clerktest.TokenOption{
		lasting,
		clerktest.TokenClaim("o", map[string]any{"id": orgID, "slg": "acme", "rol": "admin", "per": "create,read", "fpm": "3"}),
		clerktest.TokenClaim("fea", "o:invoices"),
		clerktest.TokenClaim("pla", "o:"+Plan),
		clerktest.TokenClaim("fva", []int{0, -1}),
	}
	if edit != nil {
		edit(func(name string, value any) { opts = append(opts, clerktest.TokenClaim(name, value)) })
	}
	return opts
}

// pending is a session with open tasks.
func pending(set func(string, any)) { set("sts", "pending") }

// stale is a session that was verified an hour ago.
func stale(set func(string, any)) { set("fva", []int{60, -1}) }

// expired is a token of two minutes ago.
func expired(set func(string, any)) {
	now := time.Now().Unix()
	set("iat", now-120)
	set("nbf", now-130)
	set("exp", now-60)
}

// member is a session without permissions, in an organization without a plan.
func member(set func(string, any)) {
	set("o", map[string]any{"id": orgID, "slg": "acme", "rol": "member", "per": "read", "fpm": "1"})
	set("pla", "o:free")
}

// foreign returns a token that is signed with a key of another instance.
func (k *clerk) foreign() string { return k.other.SignedInUser(lasting).Token }

// tampered breaks the signature of a token.
func tampered(token string) string {
	at := strings.LastIndexByte(token, '.') + 20
	replacement := "A"
	if token[at] == 'A' {
		replacement = "B"
	}
	return token[:at] + replacement + token[at+1:]
}

// cookies are those of a browser on a development instance.
func cookies(token string) http.Header {
	return http.Header{"Cookie": {devBrowser + "; __client_uat=" + clientUAT() + "; __session=" + token}}
}

// suffixedCookies have the names that tell instances on one domain apart.
func (k *clerk) suffixedCookies(token string) http.Header {
	sum := sha1.Sum([]byte(k.server.PublishableKey())) //nolint:gosec // see the import
	suffix := "_" + base64.RawURLEncoding.EncodeToString(sum[:])[:8] + "="
	return http.Header{"Cookie": {
		"__clerk_db_jwt" + suffix + "dvb_2adaptertest; __client_uat" + suffix + clientUAT() + "; __session" + suffix + token,
	}}
}

func clientUAT() string { return strconv.FormatInt(time.Now().Unix()-60, 10) }

// handshake returns the token by which Clerk hands over a session, ready for a query.
func (k *clerk) handshake(token string) string {
	lines := []string{"__session=" + token + "; Path=/; Max-Age=315360000; SameSite=Lax", "__client_uat=" + clientUAT() + "; Path=/"}
	return url.QueryEscape(k.server.SessionToken(k.signedIn("ada").SessionID,
		lasting, clerktest.TokenClaim("handshake", lines), clerktest.TokenHeader("cat", nil)))
}
