package clerkmirror

import (
	"context"
	"iter"
	"strings"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

func userKind() *kind {
	return describe(kind{
		name: clerkwebhook.KindUser, table: "users",
		columns: []column{
			{"id", ""}, {"primary_email", ""}, {"username", ""}, {"first_name", ""}, {"last_name", ""}, {"external_id", ""},
			{"image_url", ""}, {"banned", boolean}, {"locked", boolean}, {"created_at", timestamp}, {"updated_at", timestamp},
			{"last_sign_in_at", timestamp},
		},
		stored:  []clerkwebhook.EventType{clerkwebhook.EventUserCreated, clerkwebhook.EventUserUpdated},
		deleted: []clerkwebhook.EventType{clerkwebhook.EventUserDeleted},
		cursor:  true, byID: true, newest: "-updated_at",
		count: func(ctx context.Context, client *clerk.Client) (int64, error) { return client.Users.Count(ctx, nil) },
	}, userRow, listUsers, getUser)
}

func userRow(u *clerk.User) *row {
	var primary *string
	if address := u.PrimaryEmailAddress(); address != nil {
		primary = &address.EmailAddress
	}
	return &row{key: clerkwebhook.Key{ID: u.ID}, version: millis(u.UpdatedAt), values: []any{
		u.ID, text(primary), text(u.Username), text(u.FirstName), text(u.LastName), text(u.ExternalID), text(&u.ImageURL),
		flag(u.Banned), flag(u.Locked), moment(u.CreatedAt), moment(u.UpdatedAt), moment(clerk.Value(u.LastSignInAt)),
	}}
}

func listUsers(
	ctx context.Context, client *clerk.Client, p part, opt clerk.RequestOption,
) (*clerk.List[clerk.User], error) {
	params := &clerk.UserListParams{Limit: clerk.Int64(p.limit), OrderBy: clerk.String(p.order), UserIDs: p.ids}
	if p.after != "" {
		params.StartingAfter = clerk.String(p.after)
	}
	return client.Users.List(ctx, params, opt)
}

func getUser(
	ctx context.Context, client *clerk.Client, key clerkwebhook.Key, opt clerk.RequestOption,
) (*clerk.User, error) {
	return client.Users.Get(ctx, key.ID, opt)
}

// User returns a user from the table. The error matches [clerk.ErrNotFound] if there is none or the user is deleted.
func (m *Mirror) User(ctx context.Context, id string) (*clerk.User, error) {
	return one[clerk.User](ctx, m, "User", clerkwebhook.KindUser, "id = ?", id)
}

// UserByEmail returns the user whose primary address this is, the one created last if several have it. Addresses change
// hands, so do not use one as a key. The error matches [clerk.ErrNotFound] if there is none.
func (m *Mirror) UserByEmail(ctx context.Context, address string) (*clerk.User, error) {
	return one[clerk.User](ctx, m, "UserByEmail", clerkwebhook.KindUser,
		"primary_email = ? ORDER BY created_at DESC, id DESC LIMIT 1", strings.ToLower(address))
}

// Users yields all users, by id.
func (m *Mirror) Users(ctx context.Context) iter.Seq2[*clerk.User, error] {
	return all[clerk.User](ctx, m, "Users", clerkwebhook.KindUser, "")
}
