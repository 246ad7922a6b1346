package clerkmirror

import (
	"strings"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// table describes the table of a kind of object. Values travel as text and each database converts them: the columns of
// the object first, then those that every table has.
type table struct {
	kind    clerkwebhook.Kind
	name    string
	columns []column

	upsert     string // up to VALUES
	onConflict string
	remove     string // one row, with its conflict clause
}

// column is a column that is written.
type column struct {
	name string
	cast string // type on PostgreSQL; empty for TEXT
}

const timestamp = "timestamptz"

// bookkeeping are the columns that every table has beside those of the object.
func bookkeeping() []column {
	return []column{{"data", "jsonb"}, {"data_raw", ""}, {"version", "bigint"}, {"observed", "bigint"}, {"change_mark", "bigint"}}
}

func newTables(config Config) map[clerkwebhook.Kind]*table {
	tables := map[clerkwebhook.Kind]*table{
		clerkwebhook.KindUser: {name: "users", columns: []column{
			{"id", ""}, {"primary_email", ""}, {"username", ""}, {"first_name", ""}, {"last_name", ""}, {"external_id", ""},
			{"image_url", ""}, {"banned", "boolean"}, {"locked", "boolean"}, {"created_at", timestamp}, {"updated_at", timestamp},
			{"last_sign_in_at", timestamp},
		}},
		clerkwebhook.KindOrganization: {name: "organizations", columns: []column{
			{"id", ""}, {"name", ""}, {"slug", ""}, {"image_url", ""}, {"created_by", ""}, {"created_at", timestamp},
			{"updated_at", timestamp},
		}},
		clerkwebhook.KindMembership: {name: "memberships", columns: []column{
			{"id", ""}, {"organization_id", ""}, {"user_id", ""}, {"role", ""}, {"created_at", timestamp}, {"updated_at", timestamp},
		}},
	}
	for kind, t := range tables {
		t.kind = kind
		t.name = config.tableName(t.name)
		t.columns = append(t.columns, bookkeeping()...)
		t.prepare(config.Dialect, config.EraseDeleted)
	}
	return tables
}

// columnNames returns the names of the columns that are written.
func (t *table) columnNames() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

// userValues returns the columns of a user.
func userValues(u *clerk.User) []any {
	return []any{
		u.ID, text(primaryEmail(u)), text(u.Username), text(u.FirstName), text(u.LastName), text(u.ExternalID), text(&u.ImageURL),
		flag(u.Banned), flag(u.Locked), moment(u.CreatedAt), moment(u.UpdatedAt), moment(clerk.Value(u.LastSignInAt)),
	}
}

// primaryEmail returns the address that the user marked as the primary one.
func primaryEmail(u *clerk.User) *string {
	if u.PrimaryEmailAddressID == nil {
		return nil
	}
	for i := range u.EmailAddresses {
		if u.EmailAddresses[i].ID == *u.PrimaryEmailAddressID {
			return &u.EmailAddresses[i].EmailAddress
		}
	}
	return nil
}

// organizationValues returns the columns of an organization.
func organizationValues(o *clerk.Organization) []any {
	var createdBy any
	if isID(o.CreatedBy) {
		createdBy = o.CreatedBy
	}
	return []any{
		o.ID, text(&o.Name), text(&o.Slug), text(&o.ImageURL), createdBy, moment(o.CreatedAt), moment(o.UpdatedAt),
	}
}

// membershipValues returns the columns of a membership.
func membershipValues(key clerkwebhook.Key, m *clerk.OrganizationMembership) []any {
	return []any{key.ID, key.OrganizationID, key.UserID, text(&m.Role), moment(m.CreatedAt), moment(m.UpdatedAt)}
}

// text returns a string as every database takes it, nil for none: PostgreSQL has no NUL and nobody has invalid UTF-8.
// The column data_raw keeps what was sent.
func text(s *string) any {
	if s == nil || *s == "" {
		return nil
	}
	return strings.ToValidUTF8(strings.ReplaceAll(*s, "\x00", "\uFFFD"), "\uFFFD")
}

// flag returns a boolean that every database reads.
func flag(b bool) any {
	if b {
		return "1"
	}
	return "0"
}

// moment returns a time of Clerk in UTC, nil for never and for years that no database has. PostgreSQL is told in the
// statement that it is UTC; the others have no time zone to apply.
func moment(t clerk.Timestamp) any {
	at := t.Time()
	if at.IsZero() || at.Year() < 1 || at.Year() > 9999 {
		return nil
	}
	return stamp(at)
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05.000") }
