//go:build unix

package databases_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

const (
	// seedsVariable says how many random schedules TestChaos runs.
	seedsVariable = "CLERK_MIRROR_SEEDS"
	// largeVariable says how many of them TestChaos_Large runs, one on each server by default, and usersVariable with how
	// many users.
	largeVariable, usersVariable = "CLERK_MIRROR_LARGE_SEEDS", "CLERK_MIRROR_USERS"
)

func fromEnv(t *testing.T, name string, otherwise int) int {
	t.Helper()
	if os.Getenv(name) == "" {
		return otherwise
	}
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// chaos is two replicas and a backfill, each a process, with a network between Clerk and them that loses, doubles, reverses
// and delays deliveries, and somebody who kills processes and restarts the database.
type chaos struct {
	*world
	t     *testing.T
	d     *database
	db    *sql.DB
	roles [2]role

	mu           sync.Mutex
	r            *rand.Rand
	replicas     [2]*replica
	filler       *replica
	stash        []delivery
	acknowledged map[string]bool
	orders       int // that were accepted

	rolesLeft int // of those that were made, in Clerk
}

// delivery is a message on its way.
type delivery struct {
	id   string
	body []byte
}

// TestChaos runs random schedules: at the end every column equals what Clerk says, every message that a replica took was
// handled once, and every order refers to its user.
func TestChaos(t *testing.T) { //nolint:paralleltest // it restarts the servers that the other tests use
	schedules(t, fromEnv(t, seedsVariable, 3), func(t *testing.T, s *server, seed int) {
		newChaos(t, s, uint64(seed), 700).run(25) //nolint:gosec // not negative
	})
}

// TestChaos_Large has as many users as a product.
func TestChaos_Large(t *testing.T) { //nolint:paralleltest // as above
	schedules(t, fromEnv(t, largeVariable, len(servers)), func(t *testing.T, s *server, seed int) {
		newChaos(t, s, 1000+uint64(seed), fromEnv(t, usersVariable, 2000)).run(60) //nolint:gosec // not negative
	})
}

// schedules runs a number of schedules, those of different servers at the same time.
func schedules(t *testing.T, n int, run func(t *testing.T, s *server, seed int)) {
	t.Helper()
	for i, s := range servers {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			for seed := i; seed < n; seed += len(servers) {
				t.Run(strconv.Itoa(seed), func(t *testing.T) { run(t, s, seed) })
			}
		})
	}
}

func newChaos(t *testing.T, s *server, seed uint64, users int) *chaos {
	t.Helper()
	d := newDatabase(t, s)
	c := &chaos{
		world: newWorld(t), t: t, d: d, db: d.open(t), r: rand.New(rand.NewPCG(seed, 42)), acknowledged: map[string]bool{},
	}
	for i := range users {
		c.CreateUser(clerktest.User{FirstName: fmt.Sprintf("First %d", i), Email: fmt.Sprintf("u%d@example.com", i)})
	}
	c.also = true
	d.mirror(t, clerkmirror.Config{DB: c.db, Also: everyKind()})
	id := "TEXT"
	if d.Dialect == clerkmirror.MySQL {
		id = "VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin"
	}
	execute(t, c.db, "CREATE TABLE app_messages (id VARCHAR(191) NOT NULL)",
		"CREATE TABLE orders (user_id "+id+" NOT NULL, FOREIGN KEY (user_id) REFERENCES clerk_users (id))")
	for i := range c.roles {
		c.roles[i] = role{
			Driver: d.driver, DSN: d.dsn, Dialect: d.Dialect, URL: c.URL(), Key: c.SecretKey(), WebhookSecret: c.secret,
			JWTKey: c.JWTKey(), ClockOffset: time.Duration(i) * time.Minute, PerSecond: -1,
		}
		c.replicas[i] = c.roles[i].start(t)
	}
	t.Cleanup(func() {
		for _, p := range append(c.replicas[:], c.filler) {
			if p != nil {
				p.kill()
			}
		}
	})
	return c
}

// run makes some changes while things go wrong, lets the network calm down, and compares.
func (c *chaos) run(changes int) {
	front := httptest.NewServer(http.HandlerFunc(c.transmit))
	defer front.Close()
	if _, err := c.AddWebhookWithSecret(front.URL, c.secret); err != nil {
		c.t.Fatal(err)
	}
	c.startBackfill()
	var wg sync.WaitGroup
	for n := range changes {
		c.change(&wg, n)
		if c.draw(8) == 0 {
			c.disturb()
		}
	}
	wg.Wait()
	if err := c.FlushWebhooks(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	late := c.stash
	c.stash = nil
	c.mu.Unlock()
	c.heal()
	c.calm(late)
	c.checkLate()
	c.checkFeed(c.heal())
	c.check()
}

func (c *chaos) draw(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.r.IntN(n)
}

func (c *chaos) replica(i int) *replica {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.replicas[i]
}

// transmit is the network between Clerk and the replicas.
func (c *chaos) transmit(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Error(err)
	}
	message := delivery{id: r.Header.Get("Svix-Id"), body: body}
	first := c.draw(2)
	switch fate := c.draw(10); {
	case fate == 0: // lost
	case fate == 1: // twice at once
		var wg sync.WaitGroup
		for i := range c.replicas {
			wg.Go(func() { c.post(r.Context(), i, message) }) //nolint:contextcheck // it is the one of the request
		}
		wg.Wait()
	case fate < 4: // comes much later
		c.keep(message)
	default:
		c.post(r.Context(), first, message)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *chaos) keep(message delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stash = append(c.stash, message)
}

// post hands a message to a replica, signed anew, and keeps it for later if the replica does not take it, as Clerk would.
func (c *chaos) post(ctx context.Context, i int, message delivery) {
	ctx, cancel := context.WithTimeout(ctx, 14*time.Second)
	defer cancel()
	signer, err := clerkwebhook.NewSigner(c.secret)
	if err != nil {
		c.t.Error(err)
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.replica(i).url+"/webhooks", bytes.NewReader(message.body))
	if err != nil {
		c.t.Error(err)
		return
	}
	maps.Copy(req.Header, signer.Sign(message.id, time.Now(), message.body))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.keep(message)
		return
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		c.keep(message)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acknowledged[message.id] = true
}

// startBackfill starts a process that runs the backfill, page by page slowly enough to be killed.
func (c *chaos) startBackfill() {
	if c.filler != nil {
		c.filler.kill()
	}
	r := c.roles[0]
	r.Backfill, r.PerSecond = true, 20
	c.filler = r.start(c.t)
}

// change does something in Clerk.
func (c *chaos) change(wg *sync.WaitGroup, n int) {
	ctx := c.t.Context()
	var err error
	users, listErr := c.client.Users.List(ctx, nil)
	if listErr != nil {
		c.t.Fatal(listErr)
	}
	user := users.Data[c.draw(len(users.Data))].ID
	switch c.draw(9) {
	case 0, 1:
		created := c.CreateUser(clerktest.User{FirstName: "Late", Email: fmt.Sprintf("late%d@example.com", n)})
		c.order(wg, created.ID)
	case 2, 3:
		_, err = c.client.Users.Update(ctx, user, &clerk.UserUpdateParams{FirstName: clerk.String(fmt.Sprint("Renamed ", n))})
	case 4:
		_, err = c.client.Users.Delete(ctx, user)
	case 5:
		org := c.CreateOrganization(clerktest.Organization{Name: fmt.Sprint("Org ", n), CreatedBy: user})
		if c.draw(3) == 0 {
			_, err = c.client.Organizations.Delete(ctx, org.ID)
		}
	case 6:
		err = c.changeRole(n)
	case 7:
		err = c.invite(n)
	default:
		_, err = c.client.Users.UpdateMetadata(ctx, user, &clerk.UserUpdateMetadataParams{
			PublicMetadata: clerk.JSON(map[string]any{"n": n}),
		})
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// changeRole makes a role and, if there are some already, changes or deletes it again.
func (c *chaos) changeRole(n int) error {
	ctx := c.t.Context()
	role, err := c.client.OrganizationRoles.Create(ctx, &clerk.OrganizationRoleCreateParams{
		Name: fmt.Sprint("Role ", n), Key: fmt.Sprint("org:role_", n),
	})
	switch {
	case err != nil:
	case c.draw(3) == 0 && c.rolesLeft < 7:
		c.rolesLeft++
		_, err = c.client.OrganizationRoles.Update(ctx, role.ID, &clerk.OrganizationRoleUpdateParams{Name: clerk.String("Renamed")})
	default: // an instance has ten at most
		_, err = c.client.OrganizationRoles.Delete(ctx, role.ID)
	}
	return err
}

// invite invites somebody to the application and into an organization, and takes some of it back.
func (c *chaos) invite(n int) error {
	ctx, address := c.t.Context(), fmt.Sprintf("guest%d@example.com", n)
	org := c.CreateOrganization(clerktest.Organization{Name: fmt.Sprint("Host ", n)})
	first, err := c.client.Invitations.Create(ctx, &clerk.InvitationCreateParams{EmailAddress: address})
	if err != nil {
		return err
	}
	second, err := c.client.OrganizationInvitations.Create(ctx, org.ID, &clerk.OrganizationInvitationCreateParams{
		EmailAddress: address, Role: "org:member",
	})
	if err != nil {
		return err
	}
	switch c.draw(4) {
	case 0:
		_, err = c.client.Invitations.Revoke(ctx, first.ID)
	case 1:
		_, err = c.client.OrganizationInvitations.Revoke(ctx, org.ID, second.ID, nil)
	case 2:
		_, err = c.client.Organizations.Delete(ctx, org.ID)
	}
	return err
}

// order lets the first request of a new user race with the webhook, on both replicas.
func (c *chaos) order(wg *sync.WaitGroup, userID string) {
	token := c.SignIn(userID, "").Token
	for i := range c.replicas {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 14*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.replica(i).url+"/orders", nil)
			if err != nil {
				c.t.Error(err)
				return
			}
			req.Header.Set("Authorization", "Bearer "+token)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return // the replica was killed
			}
			text, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				c.mu.Lock()
				c.orders++
				c.mu.Unlock()
			} else if strings.Contains(strings.ToLower(string(text)), "foreign key") {
				c.t.Errorf("the order of a new user was refused: %s", text)
			}
		})
	}
}

// disturb breaks something.
func (c *chaos) disturb() {
	var err error
	switch c.draw(4) {
	case 0:
		i := c.draw(2)
		c.replica(i).kill()
		fresh := c.roles[i].start(c.t)
		c.mu.Lock()
		c.replicas[i] = fresh
		c.mu.Unlock()
	case 1:
		c.startBackfill()
	case 2:
		err = c.d.Cut(c.t.Context())
	default:
		err = c.d.Restart(c.t.Context())
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// heal ends the backfill that runs and brings the tables to the state of Clerk.
func (c *chaos) heal() *clerkmirror.Mirror {
	if c.filler != nil {
		c.filler.kill()
		c.filler = nil
	}
	c.db = c.d.open(c.t) // the old connections were cut
	// The lease of a backfill that was killed lapses; nobody waits for it here.
	execute(c.t, c.db, "UPDATE clerk_sync SET lease_until = 0 WHERE name = 'backfill'")
	m := c.d.mirror(c.t, clerkmirror.Config{
		DB: c.db, Client: c.client, RequestsPerSecond: -1, RecordChanges: true, Also: everyKind(),
	})
	for range 2 { // the first one may have gone on in the middle, where its checkpoint was
		if _, err := m.Backfill(c.t.Context()); err != nil {
			c.t.Fatal(err)
		}
	}
	return m
}

// calm delivers what was kept, backwards and some of it twice, until the replicas have taken everything. It is older than
// what the tables have, and must not change them.
func (c *chaos) calm(late []delivery) {
	for range 20 {
		slices.Reverse(late)
		for _, message := range late {
			c.post(c.t.Context(), c.draw(2), message)
			if c.draw(4) == 0 {
				c.post(c.t.Context(), c.draw(2), message)
			}
		}
		if late, c.stash = c.stash, nil; len(late) == 0 {
			return
		}
	}
	c.t.Fatalf("%d messages were not taken in the end", len(late))
}

// checkLate allows that a late event brought something into the tables whose deletion was lost: the next heal finds that. But
// it must not have changed what the tables had.
func (c *chaos) checkLate() {
	got := c.rows(c.t, c.d, c.db)
	for id, want := range c.truth(c.t) {
		if !reflect.DeepEqual(got[id], want) {
			c.t.Errorf("%s: late events left %v, want %v", id, got[id], want)
		}
	}
}

// check compares every column, and what the application wrote.
func (c *chaos) check() {
	c.compare(c.t, c.d, c.db)
	handled := number(c.t, c.db, "SELECT COUNT(*) FROM app_messages")
	if distinct := number(c.t, c.db, "SELECT COUNT(DISTINCT id) FROM app_messages"); handled != distinct {
		c.t.Errorf("%d messages were handled twice", handled-distinct)
	}
	if handled < len(c.acknowledged) {
		c.t.Errorf("%d messages were handled, want all %d that a replica took", handled, len(c.acknowledged))
	}
	if orders := number(c.t, c.db, "SELECT COUNT(*) FROM orders"); orders < c.orders {
		c.t.Errorf("%d orders are there, want all %d that were accepted", orders, c.orders)
	}
}

// checkFeed reads the whole feed: it names every object, and its last word on each is whether that exists.
func (c *chaos) checkFeed(m *clerkmirror.Mirror) {
	last := map[string]clerkmirror.Change{}
	position := int64(0)
	for change, err := range m.Changes(c.t.Context(), 0) {
		if err != nil {
			c.t.Fatal(err)
		}
		if change.Position <= position {
			c.t.Fatalf("position %d comes after %d", change.Position, position)
		}
		position = change.Position
		last[change.ID] = change
	}
	live := c.rows(c.t, c.d, c.db)
	for id := range live {
		if change, ok := last[id]; !ok || change.Deleted {
			c.t.Errorf("%s exists; the last word of the feed is %+v", id, change)
		}
	}
	for id, change := range last {
		if live[id] == nil && !change.Deleted {
			c.t.Errorf("%s does not exist; the last word of the feed is %+v", id, change)
		}
	}
}
