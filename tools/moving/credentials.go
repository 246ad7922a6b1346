package moving

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	clerkhttp "github.com/clerk/clerk-sdk-go/v2/http"

	clerk "github.com/clerk/clerk-sdk-go/v2"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	core "github.com/clerkgo/clerk-go/core"
)

const origin = "https://app.example.com"

// credential is what a request carries as its Authorization headers.
type credential struct {
	name    string
	headers []string
}

// credentials makes one of each kind. They are of the instance and of the present.
func credentials(ctx context.Context, in *clerktest.Instance) ([]credential, error) {
	user := in.CreateUser(clerktest.User{FirstName: "Ada", LastName: "Lovelace"})
	org := in.CreateOrganization(clerktest.Organization{Name: "Analytical Engines", CreatedBy: user.ID})
	session := in.CreateSession(user.ID, "")
	good := in.SessionToken(session)
	all := []credential{
		{name: "nothing"},
		{"a user name and password (`Basic`)", []string{"Basic YWRhOmxvdmVsYWNl"}},
		{"something that is not a token", []string{"Bearer hello"}},
		{"a session token", []string{"Bearer " + good}},
		{"a session token, `bearer` in lower case", []string{"bearer " + good}},
		{"a session token without the word `Bearer`", []string{good}},
		{"a session token twice", []string{"Bearer " + good, "Bearer " + good}},
		{"a session token of version 1", []string{"Bearer " + in.SessionToken(session, clerktest.TokenV1())}},
		{"a session token with an organization", []string{"Bearer " + in.SessionToken(session, clerktest.TokenOrganization(org.ID))}},
		{"a session token that names no origin (`azp`)", []string{"Bearer " + in.SessionToken(session, clerktest.TokenAuthorizedParty(""))}},
		{"a session token that expired 3 s ago", []string{"Bearer " + in.SessionToken(session, clerktest.TokenTTL(-3*time.Second))}},
	}
	for _, kind := range clerktest.BadTokens() {
		all = append(all, credential{words[kind], []string{"Bearer " + in.BadSessionToken(kind, session)}})
	}
	machines, err := machineCredentials(ctx, in, user.ID)
	return append(all, machines...), err
}

// words says what is wrong with each bad token.
var words = map[clerktest.BadToken]string{
	clerktest.BadExpired:          "a session token that has expired",
	clerktest.BadNotYet:           "one that is not valid yet",
	clerktest.BadIssuedInFuture:   "one that was issued in the future",
	clerktest.BadNoExpiry:         "one that never expires",
	clerktest.BadNoSubject:        "one without a user (`sub`)",
	clerktest.BadWrongKey:         "one signed with another key",
	clerktest.BadUnknownKey:       "one with an unknown key id",
	clerktest.BadIssuer:           "one of another issuer",
	clerktest.BadAuthorizedParty:  "one for another origin",
	clerktest.BadTemplateCategory: "a token of a JWT template",
	clerktest.BadMachineCategory:  "a JWT of a machine",
	clerktest.BadOAuthType:        "a JWT for an OAuth client",
	clerktest.BadAlgorithmNone:    "one without an algorithm",
	clerktest.BadAlgorithmHMAC:    "one signed with HS256",
	clerktest.BadAlgorithmPSS:     "one signed with PS256",
	clerktest.BadCritical:         "one with a critical extension",
	clerktest.BadPending:          "one of a pending session",
	clerktest.BadTampered:         "one that was changed",
	clerktest.BadNoSignature:      "one without a signature",
	clerktest.BadPadding:          "one with `=` padding",
	clerktest.BadTwoParts:         "one with two of its three parts",
	clerktest.BadNotJSON:          "one whose claims are not JSON",
	clerktest.BadHuge:             "one of 64 KB",
}

func machineCredentials(ctx context.Context, in *clerktest.Instance, subject string) ([]credential, error) {
	api := in.API()
	key, err := api.APIKeys.Create(ctx, &core.APIKeyCreateParams{Name: "migration", Subject: subject})
	if err != nil {
		return nil, err
	}
	return []credential{{"an API key", []string{"Bearer " + key.Secret}}}, nil
}

// result is what the four ways of both SDKs make of one credential.
type result struct {
	credential              string
	with, require           string // the official SDK
	exact, middleware, auth string // this one
}

// compare sends every credential through both SDKs.
func compare(ctx context.Context, srv *clerktest.Server) ([]result, error) {
	srv.Clock().Freeze()
	all, err := credentials(ctx, srv.Instance)
	if err != nil {
		return nil, err
	}
	handlers, err := handlers(srv.Instance)
	if err != nil {
		return nil, err
	}
	results := make([]result, 0, len(all))
	for _, c := range all {
		var said [5]string
		for i, h := range handlers {
			said[i] = send(ctx, h, c)
		}
		results = append(results, result{c.name, said[0], said[1], said[2], said[3], said[4]})
	}
	return results, nil
}

// handlers returns the ways in the order of the columns. Each says who it thinks is there.
func handlers(in *clerktest.Instance) ([]http.Handler, error) {
	now := moment(in.Clock().Now())
	official := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, ok := clerk.SessionClaimsFromContext(r.Context())
		say(w, ok)
	})
	ours := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { say(w, clerkauth.FromContext(r.Context()).SignedIn()) })
	options := []clerkhttp.AuthorizationOption{clerkhttp.JSONWebKey(in.JWTKey()), clerkhttp.AuthorizedPartyMatches(origin), clerkhttp.Clock(now)}
	config := clerkauth.Config{
		SecretKey: in.SecretKey(), JWTKey: in.JWTKey(), APIURL: in.URL(), HeaderOnly: true, AuthorizedParties: []string{origin},
		Now: now.Now,
	}
	exact, err := Exact(config, ours)
	if err != nil {
		return nil, err
	}
	authn, err := clerkauth.New(config)
	if err != nil {
		return nil, err
	}
	attach := clerkauth.Middleware(authn)
	return []http.Handler{
		clerkhttp.WithHeaderAuthorization(options...)(official),
		clerkhttp.RequireHeaderAuthorization(options...)(official),
		exact, attach(ours), attach(clerkauth.RequireAuth()(ours)),
	}, nil
}

// moment is a clock that stands still.
type moment time.Time

// Now returns the moment.
func (m moment) Now() time.Time { return time.Time(m) }

func say(w http.ResponseWriter, signedIn bool) {
	if signedIn {
		fmt.Fprint(w, "signed in")
		return
	}
	fmt.Fprint(w, "anonymous")
}

// send returns who is there for a 200, and the status otherwise.
func send(ctx context.Context, h http.Handler, c credential) string {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, origin+"/", nil)
	for _, value := range c.headers {
		r.Header.Add("Authorization", value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code == http.StatusOK {
		return w.Body.String()
	}
	return fmt.Sprint(w.Code)
}

// Table returns the lines of the guide's table: what both SDKs answer to each credential.
func Table(ctx context.Context) ([]string, error) {
	srv, err := clerktest.Start(clerktest.WithAuthorizedParty(origin))
	if err != nil {
		return nil, err
	}
	defer srv.Close()
	results, err := compare(ctx, srv)
	if err != nil {
		return nil, err
	}
	lines := []string{
		"| credential | `WithHeader…` | `RequireHeader…` | step 1 | `Middleware` | `RequireAuth` |",
		"|---|---|---|---|---|---|",
	}
	for _, r := range results {
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", r.credential, r.with, r.require, r.exact, r.middleware, r.auth))
	}
	return lines, nil
}
