package clerkmirror

import (
	"errors"
	"strings"
)

// The errors that this package adds to those of the database, of Clerk and of the application's own callbacks.
var (
	// ErrConfig is returned by [New] for a [Config] that cannot be used.
	ErrConfig = errors.New("clerkmirror: configuration is not usable")
	// ErrSchema is returned by Migrate when a table exists that has other columns, or that a newer version made.
	ErrSchema = errors.New("clerkmirror: the tables are not those of this version")
	// ErrBusy is returned by Backfill while another replica runs one.
	ErrBusy = errors.New("clerkmirror: another replica runs the backfill")
	// ErrLeaseLost is returned by Backfill when it stood still for so long that another replica took over.
	ErrLeaseLost = errors.New("clerkmirror: another replica took the backfill over")
	// ErrInstance is returned by Backfill when the tables hold the objects of another instance of Clerk.
	ErrInstance = errors.New("clerkmirror: the tables belong to another instance of Clerk")
	// ErrGone is returned by Ensure when the user, organization or membership of a session no longer exists.
	ErrGone = errors.New("clerkmirror: the object of the session exists no more")
	// ErrInvalid marks an object that no table can hold: an id that is not one, or a value that is too long.
	ErrInvalid = errors.New("clerkmirror: object cannot be stored")
)

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
