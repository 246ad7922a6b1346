package clerkmirror

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// The errors that this package adds to those of the database, of Clerk and of the application's own callbacks.
var (
	// ErrConfig is returned by [New] for a [Config] that cannot be used.
	ErrConfig = errors.New("clerkmirror: configuration is not usable")
	// ErrSchema is returned by Migrate when a table exists that has other columns, or that a newer version made.
	ErrSchema = errors.New("clerkmirror: the tables are not those of this version")
	// ErrBusy is returned by Backfill while another replica runs one, and for half a minute after one that was cut off
	// from the database and could not say that it has ended.
	ErrBusy = errors.New("clerkmirror: another replica runs the backfill, or was cut off in the last 30 seconds")
	// ErrLeaseLost is returned by Backfill when it stood still for so long that another replica took over.
	ErrLeaseLost = errors.New("clerkmirror: another replica took the backfill over")
	// ErrInstance is returned by Backfill when the tables hold the objects of another instance of Clerk.
	ErrInstance = errors.New("clerkmirror: the tables belong to another instance of Clerk")
	// ErrGone is returned by Ensure when the user, organization or membership of a session no longer exists.
	ErrGone = errors.New("clerkmirror: the object of the session exists no more")
	// ErrConnectionLost marks the errors with which drivers report no more than that a connection is of no use any more.
	ErrConnectionLost = errors.New("the database ended the connection: it has restarted, crashed or run out of space, and its log says which")
	// ErrInvalid marks an object that no table can hold: an id that is not one, or a value that is too long.
	ErrInvalid = errors.New("clerkmirror: object cannot be stored")
)

// explain adds ErrConnectionLost to an error that does not say what happened.
func explain(err error) error {
	if err == nil || errors.Is(err, ErrConnectionLost) {
		return err
	}
	if errors.Is(err, driver.ErrBadConn) || strings.Contains(err.Error(), "invalid connection") { // what that of MySQL says
		return fmt.Errorf("%w: %w", err, ErrConnectionLost)
	}
	return err
}

// isTransient reports whether a transaction may succeed when it is run again: it lost a deadlock, could not be
// serialized, or SQLite was busy. It goes by what all drivers have in common.
func isTransient(err error) bool {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return state.SQLState() == "40P01" || state.SQLState() == "40001"
	}
	text := err.Error()
	return strings.Contains(text, "Deadlock found") || strings.Contains(text, "Error 1020") ||
		strings.Contains(text, "database is locked") || strings.Contains(text, "SQLITE_BUSY")
}

// isDuplicate reports whether MySQL refused a row because its key is there already.
func isDuplicate(err error) bool {
	return strings.Contains(err.Error(), "Error 1062") || strings.Contains(err.Error(), "Duplicate entry")
}
