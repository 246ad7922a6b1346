package clerkauth_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

const instanceHeader = "X-Instance"

// instanceTable is what applications have in a database.
type instanceTable struct {
	server *clerktest.Server
	opened atomic.Int64

	mu     sync.Mutex
	byName map[string]*clerktest.Instance
}

func newInstanceTable(t *testing.T, names ...string) *instanceTable {
	t.Helper()
	table := &instanceTable{server: clerktest.NewServer(t), byName: map[string]*clerktest.Instance{}}
	for _, name := range names {
		table.add(t, name)
	}
	return table
}

func (s *instanceTable) add(t *testing.T, name string) *clerktest.Instance {
	t.Helper()
	instance := s.server.NewInstance(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byName[name] = instance
	return instance
}

func (s *instanceTable) open(_ context.Context, name string) (clerkauth.Config, error) {
	s.opened.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	instance, ok := s.byName[name]
	if !ok {
		return clerkauth.Config{}, clerkauth.ErrUnknownInstance
	}
	return clerkauth.Config{SecretKey: instance.SecretKey(), PublishableKey: instance.PublishableKey(), APIURL: s.server.URL()}, nil
}

func (s *instanceTable) instances(t *testing.T, change func(*clerkauth.InstancesConfig)) *clerkauth.Instances {
	t.Helper()
	config := clerkauth.InstancesConfig{Name: instanceOf, Open: s.open}
	if change != nil {
		change(&config)
	}
	instances, err := clerkauth.NewInstances(config)
	if err != nil {
		t.Fatal(err)
	}
	return instances
}

func instanceOf(req clerkauth.Request) string {
	if values := req.Header(instanceHeader); len(values) == 1 {
		return values[0]
	}
	return ""
}

func instanceRequest(name, token string) clerkauth.Request {
	header := http.Header{instanceHeader: {name}, "Authorization": {"Bearer " + token}}
	return clerkauth.Request{Header: func(name string) []string { return header[name] }}
}

func TestInstances_OpenOnce(t *testing.T) {
	t.Parallel()
	table := newInstanceTable(t, "acme")
	user := table.byName["acme"].SignedInUser()
	begin := make(chan struct{})
	instances := table.instances(t, func(config *clerkauth.InstancesConfig) {
		config.Open = func(ctx context.Context, name string) (clerkauth.Config, error) {
			<-begin
			return table.open(ctx, name)
		}
	})
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() {
			if state := instances.Authenticate(t.Context(), instanceRequest("acme", user.Token)); state.UserID() != user.UserID {
				t.Errorf("got %v, want the user", state)
			}
		})
	}
	close(begin)
	callers.Wait()
	if got := table.opened.Load(); got != 1 {
		t.Errorf("the instance was opened %d times, want once", got)
	}
}

func TestInstances_CallerGivesUp(t *testing.T) {
	t.Parallel()
	table := newInstanceTable(t, "acme")
	begin := make(chan struct{})
	instances := table.instances(t, func(config *clerkauth.InstancesConfig) {
		config.Open = func(ctx context.Context, name string) (clerkauth.Config, error) {
			<-begin
			return table.open(ctx, name)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := instances.Find(ctx, "acme"); !errors.Is(err, clerkauth.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want an error that answers 503", err)
	}
	close(begin)
	if _, err := instances.Find(t.Context(), "acme"); err != nil || table.opened.Load() != 1 {
		t.Errorf("got %v after %d openings, want the instance of the first", err, table.opened.Load())
	}
}

func TestInstances_DropTheLeastRecent(t *testing.T) {
	t.Parallel()
	table := newInstanceTable(t, "a", "b", "c")
	instances := table.instances(t, func(config *clerkauth.InstancesConfig) { config.Size = 2 })
	for _, step := range []struct {
		name   string
		opened int64
	}{{"a", 1}, {"b", 2}, {"a", 2}, {"c", 3}, {"a", 3}, {"b", 4}, {"a", 4}, {"c", 5}} {
		if _, err := instances.Find(t.Context(), step.name); err != nil {
			t.Fatal(err)
		}
		if got := table.opened.Load(); got != step.opened {
			t.Fatalf("after %s: got %d openings, want %d", step.name, got, step.opened)
		}
	}
	// Names that nobody has take no place.
	for _, name := range []string{"x", "y", "z"} {
		if _, err := instances.Find(t.Context(), name); !errors.Is(err, clerkauth.ErrUnknownInstance) {
			t.Errorf("got %v, want an unknown instance", err)
		}
	}
	before := table.opened.Load()
	if _, err := instances.Find(t.Context(), "a"); err != nil || table.opened.Load() != before {
		t.Errorf("got %v and %d openings, want the instance that was kept", err, table.opened.Load()-before)
	}
}

func TestInstances_Refuse(t *testing.T) {
	t.Parallel()
	table := newInstanceTable(t)
	broken := errors.New("the database is down")
	instances := table.instances(t, func(config *clerkauth.InstancesConfig) {
		config.Open = func(ctx context.Context, name string) (clerkauth.Config, error) {
			switch name {
			case "broken":
				return clerkauth.Config{}, broken
			case "invalid":
				return clerkauth.Config{SecretKey: "pk_test_x"}, nil
			case "panic":
				panic("a map is nil")
			}
			return table.open(ctx, name)
		}
	})
	for name, want := range map[string]struct {
		status int
		reason clerkauth.Reason
	}{
		"":                       {404, clerkauth.ReasonUnknownInstance},
		"nobody":                 {404, clerkauth.ReasonUnknownInstance},
		strings.Repeat("a", 256): {404, clerkauth.ReasonUnknownInstance},
		"broken":                 {503, clerkauth.ReasonUnexpectedError},
		"invalid":                {503, clerkauth.ReasonUnexpectedError},
		"panic":                  {503, clerkauth.ReasonUnexpectedError},
	} {
		state := instances.Authenticate(t.Context(), instanceRequest(name, "token"))
		var refusal *clerkauth.Error
		if err := state.Require(); !errors.As(err, &refusal) || refusal.StatusCode() != want.status || refusal.Reason != want.reason {
			t.Errorf("%.10q: got %v, want %d and %s", name, err, want.status, want.reason)
		}
		if state.SignedIn() || state.Err() == nil || clerkauth.AnswerTo(state.Err()).Status != want.status {
			t.Errorf("%.10q: got %v, want a state that is refused also without a guard", name, state)
		}
		if name == "broken" && !errors.Is(state.Err(), broken) {
			t.Errorf("got %v, want the error of Open in it", state.Err())
		}
	}
	// A page of no instance is not found; it is not sent to a sign-in page.
	if _, redirect := instances.Authenticate(t.Context(), instanceRequest("nobody", "")).SignIn(clerkauth.Request{
		Header: func(string) []string { return []string{"document"} },
	}, clerkauth.ErrUnknownInstance); redirect {
		t.Error("got a redirect to a sign-in page, want none")
	}
}

func TestInstances_Forget(t *testing.T) {
	t.Parallel()
	table := newInstanceTable(t, "acme")
	old := table.byName["acme"].SignedInUser()
	instances := table.instances(t, nil)
	if state := instances.Authenticate(t.Context(), instanceRequest("acme", old.Token)); !state.SignedIn() {
		t.Fatalf("got %v, want the user", state)
	}
	fresh := table.add(t, "acme").SignedInUser()
	instances.Forget("acme")
	if state := instances.Authenticate(t.Context(), instanceRequest("acme", fresh.Token)); state.UserID() != fresh.UserID {
		t.Errorf("got %v, want the user of the new configuration", state)
	}
	if state := instances.Authenticate(t.Context(), instanceRequest("acme", old.Token)); state.SignedIn() {
		t.Error("a token of the configuration before still counts")
	}
}

func TestInstances_ForgetWhileOpening(t *testing.T) {
	t.Parallel()
	table := newInstanceTable(t, "acme")
	entered, leave := make(chan struct{}), make(chan struct{})
	var calls atomic.Int64
	instances := table.instances(t, func(config *clerkauth.InstancesConfig) {
		config.Open = func(ctx context.Context, name string) (clerkauth.Config, error) {
			opened, err := table.open(ctx, name)
			if calls.Add(1) == 1 {
				close(entered)
				<-leave
			}
			return opened, err
		}
	})
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if _, err := instances.Find(t.Context(), "acme"); err != nil {
			t.Error(err)
		}
	})
	<-entered
	fresh := table.add(t, "acme").SignedInUser()
	instances.Forget("acme")
	close(leave)
	waiting.Wait()
	if state := instances.Authenticate(t.Context(), instanceRequest("acme", fresh.Token)); state.UserID() != fresh.UserID {
		t.Errorf("got %v, want the user of the new configuration", state)
	}
}

func TestInstances_StateOfAnother(t *testing.T) {
	t.Parallel()
	table := newInstanceTable(t, "a", "b")
	user := table.byName["a"].SignedInUser()
	instances := table.instances(t, nil)
	outer := instances.Authenticate(t.Context(), instanceRequest("a", user.Token))
	ctx := clerkauth.NewContext(t.Context(), outer)
	if inner := instances.Authenticate(ctx, instanceRequest("b", user.Token)); !outer.SignedIn() || inner.SignedIn() {
		t.Errorf("got %v at its own instance and %v at another, want the first only", outer, inner)
	}
}

func TestInstances_Observer(t *testing.T) {
	t.Parallel()
	seen := &witness{}
	instances := newInstanceTable(t).instances(t, func(config *clerkauth.InstancesConfig) { config.Observer = seen })
	instances.Authenticate(t.Context(), instanceRequest("nobody", ""))
	if got, want := seen.take(), []string{"signed-out unknown-instance cached=false deferred=false"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInstances_ShareTheCaches(t *testing.T) {
	t.Parallel()
	table := newInstanceTable(t, "acme")
	first, second := table.byName["acme"].SignedInUser(), table.byName["acme"].SignedInUser()
	for _, size := range []int{1, 8} {
		seen := &witness{}
		instances := table.instances(t, func(config *clerkauth.InstancesConfig) {
			config.Size, config.CacheSize = 2, 2*size
			config.Open = func(ctx context.Context, name string) (clerkauth.Config, error) {
				opened, err := table.open(ctx, name)
				opened.Observer, opened.TokenCacheSize = seen, 1000 // more than its share
				return opened, err
			}
		})
		for _, token := range []string{first.Token, second.Token, first.Token} {
			instances.Authenticate(t.Context(), instanceRequest("acme", token))
		}
		lines := seen.take()
		if got, want := strings.Contains(lines[len(lines)-1], "cached=true"), size > 1; got != want {
			t.Errorf("a share of %d: got %q, want that the first token is remembered: %t", size, lines, want)
		}
	}
}

func TestNewInstances_Refuses(t *testing.T) {
	t.Parallel()
	open := newInstanceTable(t).open
	for name, config := range map[string]clerkauth.InstancesConfig{
		"no name":         {Open: open},
		"no source":       {Name: instanceOf},
		"a negative size": {Name: instanceOf, Open: open, Size: -1},
		"negative caches": {Name: instanceOf, Open: open, CacheSize: -1},
	} {
		if _, err := clerkauth.NewInstances(config); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestIsMissing(t *testing.T) {
	t.Parallel()
	var authn *clerkauth.Authenticator
	var instances *clerkauth.Instances
	for _, missing := range []clerkauth.RequestAuthenticator{nil, authn, instances} {
		if !clerkauth.IsMissing(missing) {
			t.Errorf("%T: got that it is there", missing)
		}
	}
	if clerkauth.IsMissing(newInstanceTable(t).instances(t, nil)) {
		t.Error("got that instances are missing")
	}
}

func TestRequest_Hostname(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"Acme.Example.com": "acme.example.com", "acme.example.com:8443": "acme.example.com", "acme.example.com.": "acme.example.com",
		"acme.example.com.:80": "acme.example.com", "[::1]:80": "[::1]", "[::1]": "[::1]", "": "",
	} {
		if got := (clerkauth.Request{Host: host}).Hostname(); got != want {
			t.Errorf("%q: got %q, want %q", host, got, want)
		}
	}
}
