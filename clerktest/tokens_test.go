package clerktest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// claimsOf decodes one part of a token: 0 is the header, 1 the claims.
func claimsOf(t *testing.T, token string, part int) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[part])
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTokens_V2Claims(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t, clerktest.WithAuthorizedParty("https://app.example.com")).Instance
	in.Clock().Freeze()
	who := in.SignedInUser()
	header, claims := claimsOf(t, who.Token, 0), claimsOf(t, who.Token, 1)
	if header["alg"] != "RS256" || header["kid"] != in.ID() || header["cat"] != "cl_B7d4PD111AAA" || header["typ"] != "JWT" {
		t.Errorf("got header %v", header)
	}
	for name, want := range map[string]any{
		"v": 2.0, "sub": who.UserID, "sid": who.SessionID, "azp": "https://app.example.com", "iss": in.Issuer(), "sts": "active",
		"exp": float64(in.Clock().Now().Unix() + 60),
	} {
		if claims[name] != want {
			t.Errorf("claim %s: got %v, want %v", name, claims[name], want)
		}
	}
	if got := fmt.Sprint(claims["fva"]); got != "[0 -1]" {
		t.Errorf("got fva %s, want [0 -1]", got)
	}
	if _, ok := claims["o"]; ok {
		t.Error("a token without an organization has an o claim")
	}
	in.Clock().Advance(150 * time.Second)
	over := in.Explain(who.Token)
	if over.Accepted || over.Reason != "token-expired" {
		t.Errorf("got %+v, want token-expired", over)
	}
	if got := fmt.Sprint(claimsOf(t, in.SessionToken(who.SessionID), 1)["fva"]); got != "[2 -1]" {
		t.Errorf("got fva %s after 150 seconds, want [2 -1]", got)
	}
}

func TestTokens_Bad(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	who := in.SignedInUser()
	if ex := in.Explain(who.Token); !ex.Accepted {
		t.Fatalf("the good token is refused: %+v", ex)
	}
	want := map[clerktest.BadToken]string{
		clerktest.BadExpired: "token-expired", clerktest.BadNotYet: "token-not-active-yet", clerktest.BadIssuedInFuture: "token-iat-in-the-future",
		clerktest.BadNoExpiry: "token-verification-failed", clerktest.BadNoSubject: "token-verification-failed",
		clerktest.BadWrongKey: "token-invalid-signature", clerktest.BadUnknownKey: "jwk-kid-mismatch", clerktest.BadIssuer: "token-verification-failed",
		clerktest.BadAuthorizedParty: "", clerktest.BadTemplateCategory: "token-type-mismatch", clerktest.BadMachineCategory: "token-type-mismatch",
		clerktest.BadOAuthType: "token-invalid", clerktest.BadAlgorithmNone: "token-invalid-algorithm", clerktest.BadAlgorithmHMAC: "token-invalid-algorithm",
		clerktest.BadAlgorithmPSS: "token-invalid-algorithm", clerktest.BadCritical: "token-invalid", clerktest.BadPending: "session-pending",
		clerktest.BadTampered: "token-invalid-signature", clerktest.BadNoSignature: "token-invalid-signature", clerktest.BadPadding: "token-invalid",
		clerktest.BadTwoParts: "token-invalid", clerktest.BadNotJSON: "token-invalid", clerktest.BadHuge: "token-invalid",
	}
	for _, kind := range clerktest.BadTokens() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			reason, listed := want[kind]
			if !listed {
				t.Fatal("the test does not know this kind")
			}
			if ex := in.Explain(in.BadSessionToken(kind, who.SessionID)); ex.Reason != reason {
				t.Errorf("got reason %q, want %q: %+v", ex.Reason, reason, ex.Checks)
			}
		})
	}
}

func TestTokens_Rotation(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	who := in.SignedInUser()
	published := func() int { return len(must(t, in, "GET", "/jwks", "").object["keys"].([]any)) }
	first := in.SigningKeys()[0].ID
	second := in.AddKey()
	if got := published(); got != 2 {
		t.Errorf("got %d keys, want 2", got)
	}
	if got := claimsOf(t, in.SessionToken(who.SessionID), 0)["kid"]; got != first {
		t.Errorf("an added key signs before UseKey")
	}
	in.UseKey(second)
	if got := claimsOf(t, in.SessionToken(who.SessionID), 0)["kid"]; got != second {
		t.Errorf("got kid %v, want the second key", got)
	}
	if ex := in.Explain(who.Token); !ex.Accepted {
		t.Errorf("a token of the old key is refused while the key is published: %s", ex.Reason)
	}
	in.RetireKey(first)
	if ex := in.Explain(who.Token); ex.Reason != "jwk-kid-mismatch" {
		t.Errorf("got %q for a token of a retired key, want jwk-kid-mismatch", ex.Reason)
	}
	fresh := in.SessionToken(who.SessionID)
	in.ReplaceKey()
	if ex := in.Explain(fresh); ex.Reason != "token-invalid-signature" {
		t.Errorf("got %q after the key's material changed, want token-invalid-signature", ex.Reason)
	}
	in.DisturbJWKS(clerktest.JWKSFault{Empty: true})
	if got := published(); got != 0 {
		t.Errorf("got %d keys in the empty drill, want 0", got)
	}
	in.DisturbJWKS(clerktest.JWKSFault{Status: http.StatusInternalServerError})
	refused(t, send(t, in, "GET", "/jwks", ""), 500, "internal_clerk_error")
	in.DisturbJWKS(clerktest.JWKSFault{})
	before := in.JWKSFetches()
	if got := published(); got != 1 || in.JWKSFetches() != before+1 {
		t.Errorf("got %d keys and %d fetches, want 1 and %d", got, in.JWKSFetches(), before+1)
	}
}

func TestTokens_Template(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", LastName: "Lovelace", PublicMetadata: map[string]any{"roles": []string{"a"}}})
	session := in.CreateSession(u.ID, "")
	must(t, in, "POST", "/jwt_templates", `{"name":"hasura","lifetime":300,"claims":{"name":"{{user.full_name}}","mail":"<{{user.primary_email_address}}>",
		"roles":"{{user.public_metadata.roles}}","org":"{{org.name || 'none'}}","nested":[{"id":"{{user.id}}"}]}}`)
	token := must(t, in, "POST", "/sessions/"+session+"/tokens/hasura", "").text("jwt")
	claims := claimsOf(t, token, 1)
	for name, want := range map[string]string{
		"name": "Ada Lovelace", "mail": "<ada@example.com>", "roles": "[a]", "org": "none", "nested": "[map[id:" + u.ID + "]]", "sid": "<nil>",
	} {
		if got := fmt.Sprint(claims[name]); got != want {
			t.Errorf("claim %s: got %s, want %s", name, got, want)
		}
	}
	if got := claims["exp"].(float64) - claims["iat"].(float64); got != 300 {
		t.Errorf("got a life of %v seconds, want 300", got)
	}
	if ex := in.Explain(token); ex.Reason != "token-type-mismatch" {
		t.Errorf("got %q for a template's token, want token-type-mismatch", ex.Reason)
	}
	refused(t, send(t, in, "POST", "/sessions/"+session+"/tokens/none", ""), 404, "resource_not_found")
	refused(t, send(t, in, "POST", "/jwt_templates", `{"name":"x","claims":{"sub":"me"}}`), 422, "jwt_template_reserved_claim")
}

func TestTokens_Organization(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{})
	in.SetUserPlan(u.ID, "free", "chat")
	in.DefineRole("billing", "invoices:read", "invoices:write", "reports:read")
	org := in.CreateOrganization(clerktest.Organization{Name: "Acme", Plan: "pro", Features: []string{"export"}})
	in.AddMember(org.ID, u.ID, "billing")
	who := in.SignIn(u.ID, org.ID)
	v2 := claimsOf(t, who.Token, 1)
	want := map[string]string{
		"pla": "u:free,o:pro", "fea": "u:chat,o:export,o:invoices,o:reports",
		"o": "map[fpm:0,3,1 id:" + org.ID + " per:read,write rol:billing slg:acme]",
	}
	for name, w := range want {
		if got := fmt.Sprint(v2[name]); got != w {
			t.Errorf("claim %s: got %s, want %s", name, got, w)
		}
	}
	v1 := claimsOf(t, in.SessionToken(who.SessionID, clerktest.TokenV1()), 1)
	if v1["org_id"] != org.ID || v1["org_role"] != "org:billing" || v1["org_slug"] != "acme" || v1["v"] != nil || v1["o"] != nil {
		t.Errorf("got version 1 claims %v", v1)
	}
	if got := fmt.Sprint(v1["org_permissions"]); got != "[org:invoices:read org:invoices:write org:reports:read]" {
		t.Errorf("got permissions %s", got)
	}
	in.ActivateOrganization(who.SessionID, "")
	if _, ok := claimsOf(t, in.SessionToken(who.SessionID), 1)["o"]; ok {
		t.Error("a token of the personal account has an o claim")
	}
	in.RequireTasks(who.SessionID, "choose-organization")
	in.Impersonate(who.SessionID, "user_actor")
	in.VerifyFactors(who.SessionID, 0, 0)
	claims := claimsOf(t, in.SessionToken(who.SessionID), 1)
	if claims["sts"] != "pending" || claims["act"].(map[string]any)["sub"] != "user_actor" || fmt.Sprint(claims["fva"]) != "[0 0]" {
		t.Errorf("got %v", claims)
	}
}
