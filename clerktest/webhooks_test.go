package clerktest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// receiver is a webhook endpoint of an application: it remembers messages and answers with a status.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	status int
	got    []string // event types
	ids    []string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusNoContent}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ids = append(r.ids, req.Header.Get("Svix-Id"))
		ev, err := clerkwebhook.ParseEvent(body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		r.got = append(r.got, string(ev.Type))
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) types() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func addWebhook(t *testing.T, in *clerktest.Instance, r *receiver, types ...string) *clerktest.WebhookEndpoint {
	t.Helper()
	ep, err := in.AddWebhook(r.URL, types...)
	if err != nil {
		t.Fatal(err)
	}
	return ep
}

func flush(t *testing.T, in *clerktest.Instance) {
	t.Helper()
	if err := in.FlushWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWebhook_SignatureVerifies(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	var verifyErr error
	var verifier *clerkwebhook.Verifier
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, verifyErr = verifier.VerifyRequest(r)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(target.Close)
	ep, err := srv.AddWebhook(target.URL)
	if err != nil {
		t.Fatal(err)
	}
	if verifier, err = clerkwebhook.New(clerkwebhook.Config{Secrets: []string{ep.Secret()}}); err != nil {
		t.Fatal(err)
	}
	srv.CreateUser(clerktest.User{})
	flush(t, srv.Instance)
	if verifyErr != nil {
		t.Errorf("verify: %v", verifyErr)
	}
	if d := srv.Deliveries(); len(d) != 1 || !d[0].Delivered {
		t.Errorf("deliveries = %+v, want one delivered", d)
	}
}

func TestWebhook_ClimbsTheWholeLadder(t *testing.T) {
	t.Parallel()
	srv, r := clerktest.NewServer(t), newReceiver(t)
	srv.Clock().Freeze()
	addWebhook(t, srv.Instance, r)
	r.answer(http.StatusInternalServerError)
	srv.CreateUser(clerktest.User{})
	flush(t, srv.Instance)
	for i, pause := range clerktest.RetryLadder() {
		srv.Clock().Advance(pause - time.Millisecond)
		flush(t, srv.Instance)
		if got := len(srv.Deliveries()); got != i+1 {
			t.Fatalf("attempts just before step %d = %d, want %d", i+1, got, i+1)
		}
		srv.Clock().Advance(time.Millisecond)
		flush(t, srv.Instance)
		if got := len(srv.Deliveries()); got != i+2 {
			t.Fatalf("attempts at step %d = %d, want %d", i+1, got, i+2)
		}
	}
	last := srv.Deliveries()[len(srv.Deliveries())-1]
	if last.NextAttempt != 0 || srv.Webhooks()[0].Pending() != 0 {
		t.Errorf("after the last step: %+v, want nothing left to try", last)
	}
	if ids := slices.Compact(r.ids); len(ids) != 1 {
		t.Errorf("message ids = %v, want the same one on every attempt", ids)
	}
}

func TestWebhook_ARetrySucceeds(t *testing.T) {
	t.Parallel()
	srv, r := clerktest.NewServer(t), newReceiver(t)
	srv.Clock().Freeze()
	addWebhook(t, srv.Instance, r)
	r.answer(http.StatusBadGateway)
	srv.CreateUser(clerktest.User{})
	flush(t, srv.Instance)
	r.answer(http.StatusOK)
	srv.Clock().Advance(5 * time.Second)
	flush(t, srv.Instance)
	d := srv.Deliveries()
	if len(d) != 2 || d[0].Delivered || !d[1].Delivered || d[1].Attempt != 2 {
		t.Errorf("deliveries = %+v, want a failed and a delivered attempt", d)
	}
}

func TestWebhook_Drills(t *testing.T) {
	t.Parallel()
	srv, r := clerktest.NewServer(t), newReceiver(t)
	ep := addWebhook(t, srv.Instance, r, "user.created", "user.deleted")
	client := newClient(srv.Instance)

	ep.Drop(1)
	srv.CreateUser(clerktest.User{})
	flush(t, srv.Instance)
	if got := r.types(); len(got) != 0 {
		t.Errorf("after Drop = %v, want nothing", got)
	}
	ep.Duplicate(1)
	u := srv.CreateUser(clerktest.User{})
	flush(t, srv.Instance)
	if got := r.types(); !slices.Equal(got, []string{"user.created", "user.created"}) {
		t.Errorf("after Duplicate = %v, want two", got)
	}
	ep.Hold()
	v := srv.CreateUser(clerktest.User{})
	for _, id := range []string{u.ID, v.ID} {
		if _, err := client.Users.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, srv.Instance)
	ep.Release(func(events []clerktest.Event) []clerktest.Event { slices.Reverse(events); return events })
	flush(t, srv.Instance)
	want := []string{"user.created", "user.created", "user.deleted", "user.deleted", "user.created"}
	if got := r.types(); !slices.Equal(got, want) {
		t.Errorf("after a reversed Release = %v, want %v", got, want)
	}
	events := srv.Events()
	if err := srv.ReplayEvent(events[0].ID); err != nil {
		t.Fatal(err)
	}
	flush(t, srv.Instance)
	if got := len(r.types()); got != 6 {
		t.Errorf("messages after a replay = %d, want 6", got)
	}
	if err := srv.ReplayEvent("msg_unknown"); err == nil {
		t.Error("ReplayEvent of an unknown event succeeded")
	}
}

func TestInstance_WaitForEvent(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	done := make(chan error, 1)
	go func() {
		_, err := srv.WaitForEvent(t.Context(), "organization.created")
		done <- err
	}()
	srv.CreateUser(clerktest.User{})
	if err := srv.Seed([]byte(`{"organizations": [{"name": "Quiet"}]}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := newClient(srv.Instance).Organizations.Create(t.Context(), &clerk.OrganizationCreateParams{Name: "Loud"}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWebhook_ResetLeavesTheConfiguredOneWithNothingToSend(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	srv := clerktest.NewServer(t, clerktest.WithWebhook(r.URL))
	srv.Clock().Freeze()
	addWebhook(t, srv.Instance, newReceiver(t))
	r.answer(http.StatusInternalServerError)
	srv.CreateUser(clerktest.User{})
	flush(t, srv.Instance)
	secret := srv.Webhooks()[0].Secret()
	srv.Webhooks()[0].Hold()
	srv.Reset()
	if hooks := srv.Webhooks(); len(hooks) != 1 || hooks[0].URL() != r.URL || hooks[0].Secret() != secret || hooks[0].Pending() != 0 {
		t.Fatalf("got %d endpoints after Reset, want the configured one with nothing to send", len(hooks))
	}
	if got := srv.Deliveries(); len(got) != 0 {
		t.Errorf("got deliveries %v after Reset, want none", got)
	}
	srv.CreateUser(clerktest.User{})
	flush(t, srv.Instance)
	if got := r.types(); !slices.Equal(got, []string{"user.created", "user.created"}) {
		t.Errorf("got %v, want one message before and one after Reset", got)
	}
}

func TestWithWebhook_RefusesWhatIsNoURL(t *testing.T) {
	t.Parallel()
	if _, err := clerktest.New(clerktest.WithWebhook("not a url")); err == nil {
		t.Error("New took an address that is no URL")
	}
}

func TestWebhook_ConcurrentChangesArriveInTheOrderOfTheLog(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	r := newReceiver(t)
	addWebhook(t, srv.Instance, r)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 25 {
				srv.CreateUser(clerktest.User{})
			}
		})
	}
	writers.Wait()
	if err := srv.FlushWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, ev := range srv.Events() {
		want = append(want, ev.ID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.ids, want) {
		t.Error("the messages arrived in another order than the event log has")
	}
}

func TestWebhook_TheTroubleOfADeliveryHasNoAddress(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if _, err := srv.AddWebhook(gone.URL + "/hook?key=opensesame"); err != nil {
		t.Fatal(err)
	}
	srv.CreateUser(clerktest.User{Email: "ada@example.com"})
	flush(t, srv.Instance)
	d := srv.Deliveries()
	if len(d) != 1 || d[0].Trouble == "" || strings.Contains(d[0].Trouble, "opensesame") || strings.Contains(d[0].Trouble, "/hook") {
		t.Errorf("got %+v, want one delivery whose trouble has no address", d)
	}
}
