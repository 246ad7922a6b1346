package main

import (
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver of PostgreSQL
	_ "modernc.org/sqlite"             // the driver of SQLite

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// settings are the flags and the environment.
type settings struct {
	addr     string
	path     string
	interval time.Duration
	rate     float64
	schema   string
	prefix   string
	erase    bool
	changes  bool
	also     []clerkwebhook.Kind
	once     bool
	check    bool

	databaseURL string
	secretKey   string
	apiURL      string
	webhookKey  string
}

func parse(args []string, getenv func(string) string, stderr io.Writer) (*settings, error) {
	s := &settings{
		databaseURL: getenv("DATABASE_URL"), secretKey: getenv("CLERK_SECRET_KEY"), apiURL: getenv("CLERK_API_URL"),
		webhookKey: getenv("CLERK_WEBHOOK_SIGNING_SECRET"),
	}
	flags := flag.NewFlagSet("clerk-mirror", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8090", "address to listen on")
	flags.StringVar(&s.path, "path", "/webhooks", "path of the webhooks")
	flags.DurationVar(&s.interval, "interval", time.Hour, "time between two looks for drift")
	flags.Float64Var(&s.rate, "rate", clerkmirror.DefaultRequestsPerSecond, "requests per second to Clerk at most")
	flags.StringVar(&s.schema, "schema", "", "schema of the tables on PostgreSQL, database on MySQL")
	flags.StringVar(&s.prefix, "prefix", clerkmirror.DefaultPrefix, "prefix of the tables")
	flags.BoolVar(&s.erase, "erase", false, "empty the rows of what was deleted")
	flags.BoolVar(&s.changes, "changes", false, "fill the change feed")
	flags.Func("also", "kinds to keep in tables of their own as well, with commas: role, organization_invitation, invitation",
		func(names string) error {
			for name := range strings.SplitSeq(names, ",") {
				s.also = append(s.also, clerkwebhook.Kind(name))
			}
			return nil
		})
	flags.BoolVar(&s.once, "once", false, "bring the tables up to date and end")
	flags.BoolVar(&s.check, "check", false, "compare the tables with Clerk, change nothing, and end with status 3 if they differ")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case s.secretKey == "":
		return nil, errors.New("CLERK_SECRET_KEY is not set")
	case s.interval <= 0:
		return nil, errors.New("-interval must be positive")
	case !s.once && !s.check && s.webhookKey == "":
		return nil, errors.New("CLERK_WEBHOOK_SIGNING_SECRET is not set; it is needed unless -once or -check is given")
	}
	return s, nil
}

// defaultDatabase is used without DATABASE_URL.
const defaultDatabase = "sqlite:clerk.db"

// open opens the database that DATABASE_URL names.
func (s *settings) open() (*sql.DB, clerkmirror.Dialect, error) {
	address := s.databaseURL
	if address == "" {
		address = defaultDatabase
	}
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "postgres", "postgresql":
		db, err := sql.Open("pgx", address)
		return db, clerkmirror.PostgreSQL, err
	case "mysql", "mariadb":
		dsn, err := mysqlDSN(address)
		if err != nil {
			return nil, "", err
		}
		db, err := sql.Open("mysql", dsn)
		return db, clerkmirror.MySQL, err
	case "sqlite", "file":
		path := strings.TrimPrefix(rest, "//")
		db, err := sql.Open("sqlite", "file:"+path+
			"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate")
		return db, clerkmirror.SQLite, err
	default:
		return nil, "", errors.New("the address in DATABASE_URL starts with none of postgres, mysql and sqlite")
	}
}

// mysqlDSN makes the address that the driver of MySQL takes out of a URL. Errors do not repeat it, as it has a password.
func mysqlDSN(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", errors.New("DATABASE_URL is not a URL with a host")
	}
	config := mysql.NewConfig()
	config.Net, config.Addr, config.DBName = "tcp", u.Host, strings.TrimPrefix(u.Path, "/")
	if u.Port() == "" {
		config.Addr = u.Host + ":3306"
	}
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	config.TLSConfig = u.Query().Get("tls")
	return config.FormatDSN(), nil
}

// mirror returns the Mirror on a database.
func (s *settings) mirror(
	db *sql.DB, dialect clerkmirror.Dialect, progress func(clerkmirror.Progress),
) (*clerkmirror.Mirror, error) {
	var opts []clerk.ClientOption
	if s.apiURL != "" {
		opts = append(opts, clerk.WithBaseURL(s.apiURL))
	}
	client, err := clerk.NewClient(s.secretKey, opts...)
	if err != nil {
		return nil, err
	}
	return clerkmirror.New(clerkmirror.Config{
		DB: db, Dialect: dialect, Client: client, Schema: s.schema, Prefix: s.prefix, EraseDeleted: s.erase,
		RecordChanges: s.changes, RequestsPerSecond: s.rate, Progress: progress, Also: s.also,
	})
}

// handler returns the handler of the webhooks.
func (s *settings) handler(
	m *clerkmirror.Mirror, onError clerkwebhook.HandlerOption,
) (*clerkwebhook.Handler, error) {
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{s.webhookKey}})
	if err != nil {
		return nil, err
	}
	return m.Handler(verifier, onError)
}
