//go:build unix

package databases_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	_ "github.com/go-sql-driver/mysql" // the driver
	_ "github.com/jackc/pgx/v5/stdlib" // the driver
	_ "modernc.org/sqlite"             // the driver

	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

func startPostgres(ctx context.Context, mount func(folder string) error) (*server, error) {
	bin, err := program("/usr/lib/postgresql/*/bin/postgres", "/usr/bin/postgres")
	if err != nil {
		return nil, err
	}
	s := &server{
		Name: "PostgreSQL", Dialect: clerkmirror.PostgreSQL, driver: "pgx", admin: "postgres",
		kill: "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
		cut:  "SELECT pg_terminate_backend(%d)",
	}
	if s.folder, s.account, err = newFolder("postgres", mount); err != nil {
		return nil, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.folder, "data")
	initdb := filepath.Join(filepath.Dir(bin), "initdb")
	if err := s.prepare(ctx, initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"); err != nil {
		return nil, err
	}
	s.address = func(database string) string {
		return "postgres://postgres@127.0.0.1:" + port + "/" + database + "?sslmode=disable"
	}
	s.command = func() *exec.Cmd {
		return exec.Command(bin, "-D", data, "-p", port, "-k", s.folder, "-c", "listen_addresses=127.0.0.1",
			"-c", "max_wal_size=4GB", "-c", "shared_buffers=256MB", "-c", "log_min_messages=panic")
	}
	return s, s.run(ctx)
}

func startMariaDB(ctx context.Context, mount func(folder string) error) (*server, error) {
	bin, err := program("/usr/sbin/mariadbd", "/usr/sbin/mysqld")
	if err != nil {
		return nil, err
	}
	install, err := program("/usr/bin/mariadb-install-db")
	if err != nil {
		return nil, err
	}
	s := &server{
		Name: "MariaDB", Dialect: clerkmirror.MySQL, driver: "mysql", admin: "mysql",
		kill: "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND command <> 'Daemon'",
		cut:  "KILL %d",
	}
	if s.folder, s.account, err = newFolder("mysql", mount); err != nil {
		return nil, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.folder, "data")
	if err := s.prepare(ctx, install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db"); err != nil {
		return nil, err
	}
	s.address = func(database string) string { return "root@tcp(127.0.0.1:" + port + ")/" + database }
	s.command = func() *exec.Cmd {
		return exec.Command(bin, "--no-defaults", "--datadir="+data, "--port="+port, "--bind-address=127.0.0.1",
			"--socket="+filepath.Join(s.folder, "s"), "--innodb-buffer-pool-size=256M", "--innodb-log-file-size=256M")
	}
	return s, s.run(ctx)
}

// startSQLite has a folder for the files of the databases.
func startSQLite() (*server, error) {
	folder, err := os.MkdirTemp("", "clerk-mirror-")
	return &server{
		Name: "SQLite", Dialect: clerkmirror.SQLite, driver: "sqlite", folder: folder,
		address: func(database string) string {
			return "file:" + filepath.Join(folder, database+".db") +
				"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate"
		},
	}, err
}
