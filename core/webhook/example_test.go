package clerkwebhook_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// Example receives a delivery. A test signs it; in production Clerk does.
func Example() {
	secret := clerkwebhook.NewSecret() // in production: clerkwebhook.NewFromEnv()
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{secret}})
	if err != nil {
		panic(err)
	}
	handler, err := clerkwebhook.NewHandler(verifier, clerkwebhook.Callbacks{
		UserCreated: func(_ context.Context, event *clerkwebhook.Event, user *clerk.User) error {
			fmt.Println(event.ID, "says hello to", clerk.Value(user.FirstName))
			return nil
		},
	})
	if err != nil {
		panic(err)
	}

	body := `{"object":"event","type":"user.created","data":{"id":"user_1","first_name":"Ada"}}`
	signer, err := clerkwebhook.NewSigner(secret)
	if err != nil {
		panic(err)
	}
	for range 2 { // deliveries repeat
		r := httptest.NewRequest(http.MethodPost, "/webhooks", strings.NewReader(body))
		r.Header = signer.Sign("msg_1", time.Now(), []byte(body))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// msg_1 says hello to Ada
	// 204
	// 204
}

func ExampleVerifier_Verify() {
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{"whsec_dGhlIGZpcnN0IHNpZ25pbmcgc2VjcmV0"}})
	if err != nil {
		panic(err)
	}
	_, err = verifier.Verify(http.Header{"Svix-Id": {"msg_1"}}, []byte("{}"))
	var refusal *clerkwebhook.Error
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Reason, refusal.Headers, refusal.StatusCode())
	}
	// Output: missing-headers [svix-timestamp svix-signature] 400
}

func ExampleDataAs() {
	event, err := clerkwebhook.ParseEvent([]byte(`{"type":"user.updated","timestamp":1716883200,"data":{"id":"user_1"}}`))
	if err != nil {
		panic(err)
	}
	user, err := clerkwebhook.DataAs[clerk.User](event)
	if err != nil {
		panic(err)
	}
	fmt.Println(user.ID, event.Time())
	// Output: user_1 2024-05-28 08:00:00 +0000 UTC
}

// names is a copy of the users of an instance, in memory where a service has its database.
type names struct {
	mu   sync.Mutex
	rows map[string]*clerkwebhook.Record
}

// Apply stores a record that is newer than the stored one.
func (n *names) Apply(_ context.Context, record *clerkwebhook.Record) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	old, known := n.rows[record.ID]
	if !known || record.Supersedes(old.UpdatedAt, old.ObservedAt, old.Deleted) {
		n.rows[record.ID] = record
	}
	return nil
}

// Keys yields what is stored and not deleted.
func (n *names) Keys(_ context.Context, kind clerkwebhook.Kind) iter.Seq2[clerkwebhook.Key, error] {
	return func(yield func(clerkwebhook.Key, error) bool) {
		n.mu.Lock()
		rows := maps.Clone(n.rows)
		n.mu.Unlock()
		for _, row := range rows {
			if row.Kind == kind && !row.Deleted && !yield(row.Key, nil) {
				return
			}
		}
	}
}

func ExampleNewReconciler() {
	table := &names{rows: map[string]*clerkwebhook.Record{}}
	reconciler, err := clerkwebhook.NewReconciler(clerkwebhook.ReconcilerConfig{Table: table})
	if err != nil {
		panic(err)
	}
	callbacks := reconciler.Callbacks() // for NewHandler

	for _, body := range []string{ // the later state arrives first
		`{"type":"user.updated","timestamp":1790000002000,"data":{"id":"user_1","first_name":"Ada","updated_at":1790000002000}}`,
		`{"type":"user.created","timestamp":1790000001000,"data":{"id":"user_1","first_name":"A.","updated_at":1790000001000}}`,
	} {
		event, err := clerkwebhook.ParseEvent([]byte(body))
		if err != nil {
			panic(err)
		}
		user, err := clerkwebhook.DataAs[clerk.User](event)
		if err != nil {
			panic(err)
		}
		if err := callbacks.UserUpdated(context.Background(), event, user); err != nil {
			panic(err)
		}
	}
	fmt.Println(clerk.Value(table.rows["user_1"].User.FirstName))

	// What no event told: the source is clerkwebhook.ClientSource(client).
	result, err := reconciler.Backfill(context.Background(), clerkwebhook.Source{
		Users: func(context.Context) iter.Seq2[*clerk.User, error] { return func(func(*clerk.User, error) bool) {} },
		User:  func(context.Context, string) (*clerk.User, error) { return nil, clerk.ErrNotFound },
	})
	fmt.Println(result.Deleted, table.rows["user_1"].Deleted, err)
	// Output:
	// Ada
	// 1 true <nil>
}
