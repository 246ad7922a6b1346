//go:build unix

package databases_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// world is a local Clerk.
type world struct {
	*clerktest.Server
	client *clerk.Client
	secret string // of webhooks
	also   bool   // the tables on request are there
}

func newWorld(t *testing.T) *world {
	t.Helper()
	srv := clerktest.NewServer(t)
	client, err := clerk.NewClient(srv.SecretKey(), clerk.WithBaseURL(srv.URL()))
	if err != nil {
		t.Fatal(err)
	}
	return &world{Server: srv, client: client, secret: clerkwebhook.NewSecret()}
}

// config is the configuration of a Mirror of this world.
func (w *world) config() clerkmirror.Config {
	config := clerkmirror.Config{Client: w.client, RequestsPerSecond: -1}
	if w.also {
		config.Also = everyKind()
	}
	return config
}

// everyKind is what [clerkmirror.Config].Also can ask for.
func everyKind() []clerkwebhook.Kind {
	return []clerkwebhook.Kind{clerkmirror.KindRole, clerkmirror.KindOrganizationInvitation, clerkmirror.KindInvitation}
}

// handler returns the handler of a Mirror for the events of this world.
func (w *world) handler(t *testing.T, m *clerkmirror.Mirror) *clerkwebhook.Handler {
	t.Helper()
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{w.secret}, Now: w.Clock().Now})
	if err != nil {
		t.Fatal(err)
	}
	h, err := m.Handler(verifier, clerkwebhook.WithErrorReporter(func(_ context.Context, event *clerkwebhook.Event, err error) {
		t.Logf("webhook %v: %v", event, err)
	}))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// deliver makes Clerk send its later events to a handler.
func (w *world) deliver(t *testing.T, h http.Handler) *clerktest.WebhookEndpoint {
	t.Helper()
	receiver := httptest.NewServer(h)
	t.Cleanup(receiver.Close)
	endpoint, err := w.AddWebhookWithSecret(receiver.URL, w.secret)
	if err != nil {
		t.Fatal(err)
	}
	return endpoint
}

// populate makes users, organizations and memberships.
func (w *world) populate(t *testing.T, users int) {
	t.Helper()
	org := w.CreateOrganization(clerktest.Organization{Name: "Engines", PublicMetadata: map[string]any{"plan": "big"}})
	for i := range users {
		u := w.CreateUser(clerktest.User{
			FirstName: fmt.Sprintf("Name %d", i), Username: fmt.Sprintf("name_%d", i), Email: fmt.Sprintf("n%d@example.com", i),
			PublicMetadata: map[string]any{"n": i, "text": "Zoë \"<&>\""}, PrivateMetadata: map[string]any{"secret": true},
		})
		if i%5 == 0 {
			w.AddMember(org.ID, u.ID, "org:member")
		}
	}
}

// columns are the values of a row by column, times as text, JSON decoded.
type columns map[string]any

// truth is what the tables must hold: the columns of every object of Clerk by id.
func (w *world) truth(t *testing.T) map[string]columns {
	t.Helper()
	rows := map[string]columns{}
	for u, err := range w.client.Users.ListAll(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		c := columns{
			"username": value(u.Username), "first_name": value(u.FirstName), "last_name": value(u.LastName),
			"external_id": value(u.ExternalID), "image_url": value(&u.ImageURL), "banned": u.Banned, "locked": u.Locked,
			"created_at": moment(u.CreatedAt), "updated_at": moment(u.UpdatedAt), "last_sign_in_at": moment(clerk.Value(u.LastSignInAt)),
			"primary_email": nil, "data": parsed(t, u.RawJSON()), "public_metadata": parsed(t, u.PublicMetadata),
			"private_metadata": parsed(t, u.PrivateMetadata), "unsafe_metadata": parsed(t, u.UnsafeMetadata),
		}
		for _, e := range u.EmailAddresses {
			if e.ID == clerk.Value(u.PrimaryEmailAddressID) {
				c["primary_email"] = e.EmailAddress
			}
		}
		rows[u.ID] = c
	}
	for o, err := range w.client.Organizations.ListAll(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		rows[o.ID] = columns{
			"name": o.Name, "slug": value(&o.Slug), "image_url": value(&o.ImageURL), "created_by": value(&o.CreatedBy),
			"created_at": moment(o.CreatedAt), "updated_at": moment(o.UpdatedAt), "data": parsed(t, o.RawJSON()),
			"public_metadata": parsed(t, o.PublicMetadata), "private_metadata": parsed(t, o.PrivateMetadata),
		}
	}
	for m, err := range w.client.OrganizationMemberships.ListAllForInstance(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		rows[m.ID] = columns{
			"organization_id": m.Organization.ID, "user_id": m.PublicUserData.UserID, "role": m.Role,
			"created_at": moment(m.CreatedAt), "updated_at": moment(m.UpdatedAt), "data": parsed(t, m.RawJSON()),
			"public_metadata": parsed(t, m.PublicMetadata), "private_metadata": parsed(t, m.PrivateMetadata),
		}
	}
	if w.also {
		w.truthOnRequest(t, rows)
	}
	return rows
}

// truthOnRequest adds the objects of the kinds that are mirrored on request.
func (w *world) truthOnRequest(t *testing.T, rows map[string]columns) {
	t.Helper()
	for r, err := range w.client.OrganizationRoles.ListAll(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		data, _ := parsed(t, r.RawJSON()).(map[string]any)
		rows[r.ID] = columns{
			"role_key": r.Key, "name": r.Name, "description": value(r.Description), "is_creator_eligible": r.IsCreatorEligible,
			"created_at": moment(r.CreatedAt), "updated_at": moment(r.UpdatedAt), "data": data, "permissions": data["permissions"],
		}
	}
	for i, err := range w.client.OrganizationInvitations.ListAllForInstance(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		rows[i.ID] = columns{
			"organization_id": i.OrganizationID, "email_address": i.EmailAddress, "role": i.Role, "inviter_id": value(i.InviterID),
			"status": string(i.Status), "expires_at": moment(clerk.Value(i.ExpiresAt)), "created_at": moment(i.CreatedAt),
			"updated_at": moment(i.UpdatedAt), "public_metadata": parsed(t, i.PublicMetadata), "private_metadata": parsed(t, i.PrivateMetadata),
			"data": without(parsed(t, i.RawJSON()), append(copies(), "url")...),
		}
	}
	for i, err := range w.client.Invitations.ListAll(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		rows[i.ID] = columns{
			"email_address": i.EmailAddress, "status": string(i.Status), "expires_at": moment(clerk.Value(i.ExpiresAt)),
			"created_at": moment(i.CreatedAt), "updated_at": moment(i.UpdatedAt), "data": without(parsed(t, i.RawJSON()), "url"),
			"public_metadata": parsed(t, i.PublicMetadata),
		}
	}
}

// copies are the members of an invitation that are copies of other objects, which events and lists have or have not.
func copies() []string {
	return []string{"role_name", "public_organization_data", "public_inviter_data"}
}

// without returns an object without some members, such as the url of an invitation, which lets in whoever knows it.
func without(object any, members ...string) any {
	if m, ok := object.(map[string]any); ok {
		for _, name := range members {
			delete(m, name)
		}
	}
	return object
}

func value(s *string) any {
	if s == nil || *s == "" {
		return nil
	}
	return *s
}

func moment(t clerk.Timestamp) any {
	if t == 0 {
		return nil
	}
	return t.Time().Format("2006-01-02 15:04:05.000")
}

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	if len(text) == 0 {
		return nil
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// rows reads every live row of the tables.
func (w *world) rows(t *testing.T, d *database, db *sql.DB) map[string]columns {
	t.Helper()
	out := map[string]columns{}
	tables := map[string]string{
		"users": "primary_email username first_name last_name external_id image_url banned locked last_sign_in_at " +
			"public_metadata private_metadata unsafe_metadata",
		"organizations": "name slug image_url created_by public_metadata private_metadata",
		"memberships":   "organization_id user_id role public_metadata private_metadata",
	}
	if w.also {
		tables["roles"] = "role_key name description is_creator_eligible permissions"
		tables["organization_invitations"] = "organization_id email_address role inviter_id status expires_at " +
			"public_metadata private_metadata"
		tables["invitations"] = "email_address status expires_at public_metadata"
	}
	for table, names := range tables {
		d.readTable(t, db, out, "clerk_"+table, append(strings.Fields(names), "created_at", "updated_at", "data"))
	}
	return out
}

func (d *database) readTable(t *testing.T, db *sql.DB, out map[string]columns, table string, names []string) {
	t.Helper()
	query := "SELECT id"
	for _, name := range names {
		query += ", " + d.asText(name)
	}
	rows, err := db.QueryContext(t.Context(), query+" FROM "+table+" WHERE deleted_at IS NULL")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		cells := make([]sql.NullString, len(names))
		into := []any{&id}
		for i := range cells {
			into = append(into, &cells[i])
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out[id] = columns{}
		for i, name := range names {
			out[id][name] = cell(t, name, cells[i])
		}
		if table == "clerk_organization_invitations" {
			out[id]["data"] = without(out[id]["data"], copies()...)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// asText selects a column so that every driver gives its text.
func (d *database) asText(name string) string {
	switch {
	case !strings.HasSuffix(name, "_at"):
		return name
	case d.Dialect == clerkmirror.PostgreSQL:
		return "to_char(" + name + " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS')"
	case d.Dialect == clerkmirror.MySQL:
		return "LEFT(DATE_FORMAT(" + name + ", '%Y-%m-%d %H:%i:%s.%f'), 23)"
	default:
		return name
	}
}

func cell(t *testing.T, name string, c sql.NullString) any {
	t.Helper()
	switch {
	case !c.Valid:
		return nil
	case name == "banned" || name == "locked" || name == "is_creator_eligible":
		return c.String == "1" || c.String == "true"
	case name == "data" || name == "permissions" || strings.HasSuffix(name, "_metadata"):
		return parsed(t, []byte(c.String))
	default:
		return c.String
	}
}

// compare checks that every column equals what Clerk says.
func (w *world) compare(t *testing.T, d *database, db *sql.DB) {
	t.Helper()
	want, got := w.truth(t), w.rows(t, d, db)
	problems := 0
	for id, columns := range want {
		for _, name := range slices.Sorted(maps.Keys(columns)) {
			if !reflect.DeepEqual(got[id][name], columns[name]) {
				if problems++; problems < 10 {
					t.Errorf("%s: %s: got %v, want %v", id, name, got[id][name], columns[name])
				}
			}
		}
	}
	for id := range got {
		if want[id] == nil {
			if problems++; problems < 10 {
				t.Errorf("%s: the table has a row that Clerk has not", id)
			}
		}
	}
	if problems > 0 {
		t.Errorf("%d differences in %d rows of the tables, %d objects of Clerk", problems, len(got), len(want))
	}
}
