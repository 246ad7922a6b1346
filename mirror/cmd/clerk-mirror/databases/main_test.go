//go:build unix

package databases_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	clerkmirror "github.com/clerkgo/clerk-go/mirror"
	"github.com/clerkgo/clerk-go/mirror/cmd/clerk-mirror/internal/dbserver"
)

// serversVariable names the servers that the tests start beside SQLite: "postgres", "mysql" or both with a comma.
const serversVariable = "CLERK_MIRROR_SERVERS"

// servers are started once for all tests.
var servers []*dbserver.Server

// creating guards servers, which count their databases.
var creating sync.Mutex

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	if child := os.Getenv(replicaVariable); child != "" {
		return runReplica(child)
	}
	wanted := []clerkmirror.Dialect{clerkmirror.SQLite}
	for name := range strings.SplitSeq(os.Getenv(serversVariable), ",") {
		if name != "" {
			wanted = append(wanted, clerkmirror.Dialect(name))
		}
	}
	for _, dialect := range wanted {
		server, err := dbserver.Start(context.Background(), dialect)
		if err != nil {
			fmt.Fprintln(os.Stderr, "databases:", dialect, err)
			return 1
		}
		defer func() { _ = server.Close() }()
		servers = append(servers, server)
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
	*dbserver.Server
	driver, dsn string
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
	for _, server := range servers {
		t.Run(server.Name, func(t *testing.T) {
			t.Parallel()
			test(t, newDatabase(t, server))
		})
	}
}

func newDatabase(t *testing.T, server *dbserver.Server) *database {
	t.Helper()
	creating.Lock()
	defer creating.Unlock()
	driver, dsn, err := server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &database{Server: server, driver: driver, dsn: dsn}
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
