package adaptertest

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// tenants are instances of one local Clerk by name. The table grows while the application runs.
type tenants struct {
	config Config
	mu     sync.Mutex
	byName map[string]*clerktest.Instance
}

func (k *clerk) newTenants(t *testing.T, count int) *tenants {
	t.Helper()
	all := &tenants{config: k.config(), byName: map[string]*clerktest.Instance{}}
	for i := range count {
		all.add(tenantName(i), k.server.NewInstance(t))
	}
	return all
}

func tenantName(i int) string { return "tenant" + strconv.Itoa(i) + ".example.com" }

func (s *tenants) add(name string, instance *clerktest.Instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byName[name] = instance
}

func (s *tenants) find(name string) (Config, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	instance, ok := s.byName[name]
	if !ok {
		return Config{}, false
	}
	config := s.config
	config.SecretKey, config.PublishableKey = instance.SecretKey(), instance.PublishableKey()
	return config, true
}

// Tenant returns the configuration of the instance with this name, and false where there is none. The answer changes
// while the application runs.
func (c Config) Tenant(name string) (Config, bool) { return c.tenants.find(name) }

// instances are requests to a route that chooses the instance by the host.
func instances(k *clerk, all *tenants) []testCase {
	ours, theirs := all.byName[tenantName(0)].SignedInUser(lasting), all.byName[tenantName(1)].SignedInUser(lasting)
	return []testCase{
		{
			name: "the host chooses the instance", path: RouteInstance, host: tenantName(0), header: bearer(ours.Token),
			status: 200, runs: 1, userID: ours.UserID,
		},
		{
			name: "another host chooses another instance", path: RouteInstance, host: tenantName(1), header: cookies(theirs.Token),
			status: 200, runs: 1, userID: theirs.UserID,
		},
		{
			name: "a host of no instance is not found", path: RouteInstance, host: "nobody.example.com", header: bearer(ours.Token),
			status: 404, kind: "not_found", reason: "unknown-instance",
		},
		{
			name: "the main instance is no tenant", path: RouteInstance, header: bearer(k.session("ada", nil)),
			status: 404, kind: "not_found", reason: "unknown-instance",
		},
	}
}

// checkInstances sends tokens of many instances to many hosts at once, to an application that keeps only a few of them:
// a token counts at its own instance and nowhere else. Then a host appears.
func checkInstances(t *testing.T, app *client, k *clerk, all *tenants) {
	t.Helper()
	const requests, workers = 240, 8
	people := make([]clerktest.SignedIn, len(all.byName))
	for i := range people {
		people[i] = all.byName[tenantName(i)].SignedInUser(lasting)
	}
	var group sync.WaitGroup
	for worker := range workers {
		random := rand.New(rand.NewPCG(1, uint64(worker))) //nolint:gosec // which requests come is no secret
		group.Go(func() {
			for range requests / workers {
				host, person := random.IntN(len(people)), random.IntN(len(people))
				tc := testCase{path: RouteInstance, host: tenantName(host), header: bearer(people[person].Token)}
				if random.IntN(2) == 0 {
					tc.header = cookies(people[person].Token)
				}
				a, err := app.try(t.Context(), tc)
				switch {
				case err != nil:
					t.Error(err)
				case host != person && (a.status != 401 && a.status != 503 || len(a.identities) != 0):
					// 503 says that the keys were loaded a moment ago and are not loaded again for an unknown one.
					t.Errorf("a token of %s at %s: got status %d, want 401 or 503", tenantName(person), tc.host, a.status)
				case host == person && (a.status != 200 || len(a.identities) != 1 || a.identities[0].UserID != people[person].UserID):
					t.Errorf("a token at its own %s: got status %d and %+v, want the user", tc.host, a.status, a.identities)
				}
			}
		})
	}
	group.Wait()

	late := testCase{path: RouteInstance, host: "late.example.com", status: 404, kind: "not_found", reason: "unknown-instance"}
	app.check(t, late)
	instance := k.server.NewInstance(t)
	all.add(late.host, instance)
	person := instance.SignedInUser(lasting)
	app.check(t, testCase{path: late.path, host: late.host, header: bearer(person.Token), status: 200, runs: 1, userID: person.UserID})
}
