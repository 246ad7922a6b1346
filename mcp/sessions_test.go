package clerkmcp_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

const initialize = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}`

// beginning answers as a server that begins a session.
func beginning(id string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Mcp-Session-Id", id)
		if err := http.NewResponseController(w).Flush(); err != nil {
			panic(err)
		}
	}
}

func TestGuard_BindsSessionsToTheirOwner(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newServer(t)
	s.answer = beginning("s1")
	ada := sign(t, now, fields{"org_id": "org_a"})
	s.post(ada, initialize)
	s.answer = nil
	use := func(token string) int { return s.post(token, call("1", "read"), "Mcp-Session-Id", "s1").Code }
	for name, test := range map[string]struct {
		token string
		want  int
	}{
		"the owner":                    {ada, 200},
		"the owner with a new client":  {sign(t, now, fields{"org_id": "org_a", "client_id": "client_2", "scope": "mcp:read mcp:write"}), 200},
		"another user":                 {sign(t, now, fields{"org_id": "org_a", "sub": "user_eve"}), 404},
		"the user without the company": {sign(t, now, nil), 404},
		"the user in another company":  {sign(t, now, fields{"org_id": "org_b"}), 404},
		"nobody":                       {"", 401},
	} {
		if got := use(test.token); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
	wantRefusal(t, s.post(ada, call("1", "read"), "Mcp-Session-Id", "s2"), 404, -32013, "1", "")
	if w := s.post(ada, call("1", "read"), "Mcp-Session-Id", "s1", "Mcp-Session-Id", "s2"); w.Code != 400 {
		t.Errorf("two session ids: got %d, want 400", w.Code)
	}
}

func TestGuard_ForgetsASessionThatEnded(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ada := sign(t, time.Now(), nil)
	s.answer = beginning("s1")
	s.post(ada, initialize)
	remove := func() int {
		return s.do(http.MethodDelete, "", "Authorization", "Bearer "+ada, "Mcp-Session-Id", "s1").Code
	}
	s.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) }
	if got := remove(); got != 405 {
		t.Errorf("got %d, want the handler's 405", got)
	}
	s.answer = nil
	if got := remove(); got != 200 {
		t.Errorf("after a refused end: got %d, want 200", got)
	}
	if got := remove(); got != 404 {
		t.Errorf("after the end: got %d, want 404", got)
	}
}

func TestGuard_BoundsSessions(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.MaxSessions, c.PublicDiscovery = 2, true })
	ada := sign(t, time.Now(), nil)
	begin := func(token, id string) {
		s.answer = beginning(id)
		s.post(token, initialize)
		s.answer = nil
	}
	use := func(id string) int { return s.post(ada, call("1", "read"), "Mcp-Session-Id", id).Code }
	begin(ada, "a")
	begin(ada, "b")
	use("a")
	for i := range 10 {
		begin("", "anonymous"+strconv.Itoa(i))
	}
	if got := use("b"); got != 200 {
		t.Errorf("anonymous sessions push out others: got %d, want 200", got)
	}
	use("a")
	begin(ada, "c")
	for id, want := range map[string]int{"a": 200, "b": 404, "c": 200} {
		if got := use(id); got != want {
			t.Errorf("%s: got %d, want %d", id, got, want)
		}
	}
	if got := use("anonymous9"); got != 200 {
		t.Errorf("an anonymous session taken over: got %d, want 200", got)
	}
	if got := use("a"); got+use("c") != 604 {
		t.Errorf("taking over a session pushes out none: got %d", got)
	}
}

func TestGuard_AnAnonymousSessionGetsOneOwner(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.PublicDiscovery = true })
	s.answer = beginning("s1")
	s.post("", initialize)
	s.answer = nil
	if w := s.post("", list, "Mcp-Session-Id", "s1"); w.Code != 200 {
		t.Errorf("anonymous: got %d, want 200", w.Code)
	}
	if w := s.post(sign(t, time.Now(), nil), list, "Mcp-Session-Id", "s1"); w.Code != 200 {
		t.Errorf("the first user: got %d, want 200", w.Code)
	}
	if w := s.post(sign(t, time.Now(), fields{"sub": "user_eve"}), list, "Mcp-Session-Id", "s1"); w.Code != 404 {
		t.Errorf("another user: got %d, want 404", w.Code)
	}
	if w := s.post("", list, "Mcp-Session-Id", "s1"); w.Code != 401 {
		t.Errorf("anonymous afterwards: got %d, want 401", w.Code)
	}
}

func TestGuard_StatelessServers(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.Stateless = true })
	if w := s.post(sign(t, time.Now(), nil), list, "Mcp-Session-Id", "made-up"); w.Code != 200 || s.header.Get("Mcp-Session-Id") != "" {
		t.Errorf("got %d and session %q, want it passed on without", w.Code, s.header.Get("Mcp-Session-Id"))
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	state := func(m clerkauth.MachineIdentity) *clerkauth.RequestState { return clerkauth.NewMachineState(&m) }
	seen := map[string]string{}
	for name, s := range map[string]*clerkauth.RequestState{
		"a user":                 state(clerkauth.MachineIdentity{TokenType: clerkauth.TokenOAuth, Subject: "user_1"}),
		"a user of a company":    state(clerkauth.MachineIdentity{TokenType: clerkauth.TokenOAuth, Subject: "user_1", OrgID: "org_1"}),
		"the key of a user":      state(clerkauth.MachineIdentity{TokenType: clerkauth.TokenAPIKey, Subject: "user_1"}),
		"the key of a company":   state(clerkauth.MachineIdentity{TokenType: clerkauth.TokenAPIKey, Subject: "org_1"}),
		"a machine":              state(clerkauth.MachineIdentity{TokenType: clerkauth.TokenM2M, Subject: "mch_1"}),
		"another machine":        state(clerkauth.MachineIdentity{TokenType: clerkauth.TokenM2M, Subject: "mch_2"}),
		"a subject with a split": state(clerkauth.MachineIdentity{TokenType: clerkauth.TokenOAuth, Subject: "user_1org_1"}),
	} {
		owner := clerkmcp.Owner(s)
		if len(owner) != 32 || seen[owner] != "" {
			t.Errorf("%s has %q, as %s has", name, owner, seen[owner])
		}
		seen[owner] = name
	}
	if got := clerkmcp.Owner(nil); got != "" {
		t.Errorf("nobody has %q, want nothing", got)
	}
	a := state(clerkauth.MachineIdentity{TokenType: clerkauth.TokenOAuth, Subject: "user_1", ClientID: "a"})
	b := state(clerkauth.MachineIdentity{TokenType: clerkauth.TokenOAuth, Subject: "user_1", ClientID: "b"})
	if clerkmcp.Owner(a) != clerkmcp.Owner(b) {
		t.Error("the owner depends on the client")
	}
}
