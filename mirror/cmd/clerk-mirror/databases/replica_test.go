//go:build unix

package databases_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// replicaVariable makes the test binary a replica: its value is a role.
const replicaVariable = "CLERK_MIRROR_TEST_REPLICA"

// role is what a replica does.
type role struct {
	Driver, DSN   string
	Dialect       clerkmirror.Dialect
	URL, Key      string // of Clerk
	WebhookSecret string
	JWTKey        string
	ClockOffset   time.Duration
	Backfill      bool // run a backfill and end, rather than serve
	PerSecond     float64
}

// runReplica is the main function of a replica.
func runReplica(text string) int {
	_ = mysql.SetLogger(log.New(io.Discard, "", 0)) // it tells of every connection that was cut
	var r role
	err := json.Unmarshal([]byte(text), &r)
	if err == nil {
		err = r.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "replica:", err)
		return 1
	}
	return 0
}

func (r *role) run() error {
	db, err := sql.Open(r.Driver, r.DSN)
	if err != nil {
		return err
	}
	client, err := clerk.NewClient(r.Key, clerk.WithBaseURL(r.URL))
	if err != nil {
		return err
	}
	m, err := clerkmirror.New(clerkmirror.Config{
		DB: db, Dialect: r.Dialect, Client: client, RecordChanges: true, RequestsPerSecond: r.PerSecond, Also: everyKind(),
		Events: clerkwebhook.Callbacks{Other: func(ctx context.Context, event *clerkwebhook.Event) error {
			_, err := clerkmirror.TxFromContext(ctx).ExecContext(ctx, "INSERT INTO app_messages VALUES ('"+event.ID+"')")
			return err
		}},
	})
	if err != nil {
		return err
	}
	if r.Backfill {
		return r.backfill(m)
	}
	if err := persist(func() error { return m.Migrate(context.Background()) }); err != nil {
		return err
	}
	return r.serve(db, m)
}

// persist tries again while the database is away.
func persist(do func() error) (err error) {
	for range 300 {
		if err = do(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond) // another process restarts the database
	}
	return err
}

// backfill goes on until a backfill has ended.
func (r *role) backfill(m *clerkmirror.Mirror) error {
	return persist(func() error {
		_, err := m.Backfill(context.Background())
		if errors.Is(err, clerkmirror.ErrBusy) {
			time.Sleep(time.Second) // the lease of one that was killed lapses
		}
		return err
	})
}

// serve receives webhooks and orders, and prints its address.
func (r *role) serve(db *sql.DB, m *clerkmirror.Mirror) error {
	verifier, err := clerkwebhook.New(clerkwebhook.Config{
		Secrets: []string{r.WebhookSecret}, Now: func() time.Time { return time.Now().Add(r.ClockOffset) },
	})
	if err != nil {
		return err
	}
	webhooks, err := m.Handler(verifier)
	if err != nil {
		return err
	}
	authn, err := clerkauth.New(clerkauth.Config{JWTKey: r.JWTKey, HeaderOnly: true})
	if err != nil {
		return err
	}
	order := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		user := clerkauth.FromContext(req.Context()).UserID()
		if _, err := db.ExecContext(req.Context(), "INSERT INTO orders (user_id) VALUES ('"+user+"')"); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux := http.NewServeMux()
	mux.Handle("/webhooks", webhooks)
	mux.Handle("/orders", clerkauth.Middleware(authn)(clerkauth.RequireAuth()(m.Middleware(order))))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	return http.Serve(listener, mux)
}

// replica is a running replica.
type replica struct {
	cmd *exec.Cmd
	url string
}

// start starts a process of this test binary with a role.
func (r role) start(t *testing.T) *replica {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	p := &replica{cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), replicaVariable+"="+string(text))
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if !r.Backfill {
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatalf("the replica did not start: %v", err)
		}
		p.url = "http://" + strings.TrimSpace(line)
	}
	return p
}

// kill ends the process at once and waits for it.
func (p *replica) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	_ = p.cmd.Wait()
}
