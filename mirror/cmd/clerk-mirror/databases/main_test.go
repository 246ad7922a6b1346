//go:build unix

package databases_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"

	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// serversVariable names the servers that the tests start beside SQLite: "postgres", "mysql" or both with a comma.
const serversVariable = "CLERK_MIRROR_SERVERS"

// servers are started once for all tests.
var servers []*server

// creating guards servers, which count their databases.
var creating sync.Mutex

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	if child := os.Getenv(replicaVariable); child != "" {
		return runReplica(child)
	}
	_ = mysql.SetLogger(log.New(io.Discard, "", 0)) // it tells of every connection that was cut
	wanted := []clerkmirror.Dialect{clerkmirror.SQLite}
	for name := range strings.SplitSeq(os.Getenv(serversVariable), ",") {
		if name != "" {
			wanted = append(wanted, clerkmirror.Dialect(name))
		}
	}
	for _, dialect := range wanted {
		started, err := startServer(context.Background(), dialect, nil)
		if err != nil {
			fmt.Fprintln(os.Stderr, "databases:", dialect, err)
			return 1
		}
		defer func() { _ = started.Close() }()
		servers = append(servers, started)
	}
	for _, dialect := range []clerkmirror.Dialect{clerkmirror.PostgreSQL, clerkmirror.MySQL} {
		if !slices.Contains(wanted, dialect) {
			fmt.Fprintf(os.Stderr, "\n*** NOT TESTED: %s. Run make mirror, or set %s=%s.\n\n", dialect, serversVariable, dialect)
		}
	}
	return m.Run()
}

// database is an empty database of one of the servers.
type database struct {
	*server
	driver, dsn string // for sql.Open
}

// open connects once more, as another process would.
func (d *database) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open(d.driver, d.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// eachDatabase runs a test on an empty database of every server.
func eachDatabase(t *testing.T, test func(t *testing.T, d *database)) {
	t.Helper()
	for _, s := range servers {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			test(t, newDatabase(t, s))
		})
	}
}

func newDatabase(t *testing.T, s *server) *database {
	t.Helper()
	creating.Lock()
	defer creating.Unlock()
	driver, dsn, err := s.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &database{server: s, driver: driver, dsn: dsn}
}

// mirror returns a Mirror with its tables on a new connection.
func (d *database) mirror(t *testing.T, config clerkmirror.Config) *clerkmirror.Mirror {
	t.Helper()
	if config.DB == nil {
		config.DB = d.open(t)
	}
	config.Dialect = d.Dialect
	m, err := clerkmirror.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}
