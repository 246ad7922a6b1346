//go:build unix

package databases_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// errMissing is returned where the server is not installed.
var errMissing = errors.New("databases: not installed")

// startTimeout is how long a server may take until it answers.
const startTimeout = 60 * time.Second

// server is a running database server.
type server struct {
	// Name says what it is.
	Name string
	// Dialect is what it speaks.
	Dialect clerkmirror.Dialect

	driver  string // for sql.Open
	address func(database string) string
	admin   string // database to create others from
	kill    string // query for the ids of other connections
	cut     string // statement that ends one
	folder  string
	account *syscall.Credential
	command func() *exec.Cmd
	running *exec.Cmd
	ended   chan struct{} // closed when running has ended
	created int
}

// startServer starts the server of a dialect in a new folder, on which mount is called first unless it is nil. SQLite needs no
// server and has files in a folder.
func startServer(ctx context.Context, dialect clerkmirror.Dialect, mount func(folder string) error) (*server, error) {
	switch dialect {
	case clerkmirror.PostgreSQL:
		return startPostgres(ctx, mount)
	case clerkmirror.MySQL:
		return startMariaDB(ctx, mount)
	default:
		return startSQLite()
	}
}

// Close stops the server and removes its files.
func (s *server) Close() error {
	s.Kill()
	return os.RemoveAll(s.folder)
}

// Kill ends the server at once, as a crash does.
func (s *server) Kill() {
	if s.running == nil {
		return
	}
	_ = syscall.Kill(-s.running.Process.Pid, syscall.SIGKILL)
	<-s.ended
	s.running = nil
}

// Restart ends the server at once and starts it again.
func (s *server) Restart(ctx context.Context) error {
	if s.command == nil {
		return nil
	}
	s.Kill()
	return s.run(ctx)
}

// run starts the process and waits until it answers. One that ends is started again: after a crash PostgreSQL refuses to start
// while processes of the old server are about to end.
func (s *server) run(ctx context.Context) error {
	db, err := sql.Open(s.driver, s.address(s.admin))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var ended chan struct{}
	for {
		if ended == nil {
			if ended, err = s.spawn(); err != nil {
				return err
			}
		}
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ended:
			ended = nil
		case <-ctx.Done():
			return fmt.Errorf("databases: %s does not answer: %w", s.Name, err)
		default:
		}
		<-tick.C
	}
}

// spawn starts the process; the channel is closed when it has ended.
func (s *server) spawn() (chan struct{}, error) {
	cmd := s.command()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.account, Setpgid: true}
	cmd.Dir = s.folder
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.running, s.ended = cmd, make(chan struct{})
	go func(ended chan struct{}) {
		defer close(ended)
		_ = cmd.Wait()
	}(s.ended)
	// Whoever cleans up behind a test that was killed finds the process here.
	return s.ended, os.WriteFile(filepath.Join(s.folder, "pid"), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600)
}

// NewDatabase creates an empty database and returns the driver and the address for sql.Open.
func (s *server) NewDatabase(ctx context.Context) (driver, dsn string, err error) {
	s.created++
	name := "mirror_" + strconv.Itoa(s.created)
	if s.command == nil {
		return s.driver, s.address(name), nil
	}
	db, err := sql.Open(s.driver, s.address(s.admin))
	if err != nil {
		return "", "", err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, "CREATE DATABASE "+name)
	return s.driver, s.address(name), err
}

// Cut ends all connections to the server, in whatever they are doing.
func (s *server) Cut(ctx context.Context) error {
	if s.command == nil {
		return nil
	}
	db, err := sql.Open(s.driver, s.address(s.admin))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	rows, err := db.QueryContext(ctx, s.kill)
	if err != nil {
		return err
	}
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return errors.Join(err, rows.Close())
		}
		ids = append(ids, id)
	}
	if err := errors.Join(rows.Close(), rows.Err()); err != nil {
		return err
	}
	for _, id := range ids {
		_, _ = db.ExecContext(ctx, fmt.Sprintf(s.cut, id)) // some have ended by themselves
	}
	return nil
}

// newFolder makes a folder that belongs to the account of the server.
func newFolder(account string, mount func(folder string) error) (string, *syscall.Credential, error) {
	folder, err := os.MkdirTemp("", "clerk-mirror-")
	if err == nil && mount != nil {
		err = mount(folder)
	}
	if err != nil || os.Geteuid() != 0 || account == "" {
		return folder, nil, err
	}
	who, err := user.Lookup(account)
	if err != nil {
		return folder, nil, errors.Join(errMissing, err)
	}
	uid, _ := strconv.ParseUint(who.Uid, 10, 32)
	gid, _ := strconv.ParseUint(who.Gid, 10, 32)
	credential := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // 32 bits, as parsed
	return folder, credential, os.Chown(folder, int(uid), int(gid))       //nolint:gosec // 32 bits, as parsed
}

// portsTried makes freePort return another port each time.
var portsTried atomic.Int64

// freePort returns a port that nobody listens on. It is below those that the system gives to whoever asks for any, which would take
// it before the server listens, or while it restarts; and processes begin to look at different ones.
func freePort(ctx context.Context) (string, error) {
	const first, ports = 20_000, 10_000
	var taken error
	for range ports {
		port := strconv.FormatInt(first+(16*int64(os.Getpid())+portsTried.Add(1))%ports, 10)
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:"+port)
		if err == nil {
			return port, listener.Close()
		}
		taken = err
	}
	return "", taken
}

// program finds a program of a Debian package.
func program(patterns ...string) (string, error) {
	for _, pattern := range patterns {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", fmt.Errorf("%w: %s", errMissing, patterns[0])
}

// prepare runs a program that makes the files of a server.
func (s *server) prepare(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.account}
	cmd.Dir = s.folder
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("databases: %s: %w: %s", name, err, out)
	}
	return nil
}
