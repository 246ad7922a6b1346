package clerktest

import (
	"time"
)

func usersFamily() family {
	return family{
		tables: []anyTable{tableUsers},
		endpoints: map[string]endpoint{
			"CreateUser":          {write: createUser},
			"GetUser":             getter((*call).user, (*tx).wireUser),
			"GetUserList":         {read: listUsers},
			"GetUsersCount":       {read: countUsers},
			"UpdateUser":          {write: updateUser},
			"DeleteUser":          {write: deleteUser},
			"UpdateUserMetadata":  {write: mergeUserMetadata},
			"ReplaceUserMetadata": {write: replaceUserMetadata},
			"BanUser":             {write: banUser},
			"UnbanUser":           {write: unbanUser},
			"UsersBan":            {write: banUsers},
			"UsersUnban":          {write: unbanUsers},
			"LockUser":            {write: lockUser},
			"UnlockUser":          {write: unlockUser},
		},
	}
}

// user returns the user that the path names.
func (c *call) user() (*user, error) {
	return c.tx.findUser(c.param("user_id"))
}

func (x *tx) findUser(id string) (*user, error) {
	if u := tableUsers.get(x, id); u != nil {
		return u, nil
	}
	return nil, errNotFound("user")
}

// changeUser stores an edited copy of a user, announces it and returns its answer form.
func (x *tx) changeUser(id string, edit func(*user)) *userWire {
	u := tableUsers.update(x, id, func(u *user) {
		had := u.mfaEnabled()
		edit(u)
		u.settleFactors(had, x.now)
		u.UpdatedAt = x.now
	})
	w := x.wireUser(u)
	x.emit("user.updated", w)
	return w
}

func createUser(c *call) (any, error) {
	var in userInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	var checks []func(*user) error
	if !in.SkipRestrictions.Value {
		checks = append(checks, c.tx.checkAccess)
	}
	u, err := c.tx.newUser(&in, checks...)
	if err != nil {
		return nil, err
	}
	return c.tx.wireUser(u), nil
}

// newUser checks the input, stores the user and announces it. The steps see the user before that: they refuse or
// complete it.
func (x *tx) newUser(in *userInput, steps ...func(*user) error) (*user, error) {
	if err := in.checkIdentity(); err != nil {
		return nil, err
	}
	u := &user{
		ID: x.newID("user_"), CreatedAt: x.now, UpdatedAt: x.now, DeleteSelf: true, CreateOrganization: true,
		PublicMetadata: emptyMetadata, PrivateMetadata: emptyMetadata, UnsafeMetadata: emptyMetadata,
	}
	if err := in.applyIdentifiers(x, u); err != nil {
		return nil, err
	}
	if err := in.applyTo(x, u); err != nil {
		return nil, err
	}
	u.settleFactors(false, x.now)
	for _, step := range steps {
		if err := step(u); err != nil {
			return nil, err
		}
	}
	tableUsers.put(x, u)
	x.emit("user.created", x.wireUser(u))
	x.inviteByDomain(u)
	return u, nil
}

func updateUser(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	var in userInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	next := *u
	if err := in.applyPrimaries(&next); err != nil {
		return nil, err
	}
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	if in.SignOut.given() && in.SignOut.Value {
		c.tx.endSessions(u.ID, "revoked")
	}
	wire := c.tx.changeUser(u.ID, func(u *user) { *u = next })
	c.tx.notifyPrimary(u, in.NotifyPrimary.Value)
	return wire, nil
}

func deleteUser(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	c.tx.removeUser(u)
	return deletedUser(u), nil
}

func deletedUser(u *user) deletedObject {
	gone := deleted("user", u.ID)
	gone.ExternalID = u.ExternalID
	return gone
}

// removeUser deletes a user with everything that belongs to it.
func (x *tx) removeUser(u *user) {
	x.endSessions(u.ID, "removed")
	tableSessions.deleteAll(x, "user", u.ID)
	for _, m := range tableMemberships.find(x, "user", u.ID) {
		x.dropMembership(m)
	}
	for _, fn := range x.inst.emulator.userGone {
		fn(x, u.ID)
	}
	tableUsers.delete(x, u.ID)
	x.emit("user.deleted", deletedUser(u))
}

type metadataInput struct {
	Public  field[metadata] `json:"public_metadata"`
	Private field[metadata] `json:"private_metadata"`
	Unsafe  field[metadata] `json:"unsafe_metadata"`
}

func (in *metadataInput) check() error {
	for name, f := range map[string]*field[metadata]{
		"public_metadata": &in.Public, "private_metadata": &in.Private, "unsafe_metadata": &in.Unsafe,
	} {
		if f.given() {
			if err := checkMetadata(name, f.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// applyMetadata merges or replaces metadata and refuses what became too large. A nil column does not exist.
func (in *metadataInput) applyMetadata(apply func(*field[metadata], *metadata), public, private, unsafe *metadata) error {
	for _, m := range []struct {
		name   string
		f      *field[metadata]
		column *metadata
	}{{"public_metadata", &in.Public, public}, {"private_metadata", &in.Private, private}, {"unsafe_metadata", &in.Unsafe, unsafe}} {
		if m.column == nil {
			continue
		}
		apply(m.f, m.column)
		if err := checkMetadata(m.name, *m.column); err != nil {
			return err
		}
	}
	return nil
}

// mergeInto lays the given metadata over a column.
func mergeInto(f *field[metadata], column *metadata) {
	if f.given() {
		*column = mergeMetadata(*column, f.Value)
	}
}

// replaceIn stores the given metadata in a column; null empties it.
func replaceIn(f *field[metadata], column *metadata) {
	switch {
	case f.given():
		*column = compactJSON(f.Value)
	case f.Null:
		*column = emptyMetadata
	}
}

func mergeUserMetadata(c *call) (any, error)   { return userMetadata(c, mergeInto) }
func replaceUserMetadata(c *call) (any, error) { return userMetadata(c, replaceIn) }

func userMetadata(c *call, apply func(*field[metadata], *metadata)) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	var in metadataInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	next := *u
	if err := in.applyMetadata(apply, &next.PublicMetadata, &next.PrivateMetadata, &next.UnsafeMetadata); err != nil {
		return nil, err
	}
	return c.tx.changeUser(u.ID, func(u *user) { *u = next }), nil
}

func banUser(c *call) (any, error)   { return setBan(c, true) }
func unbanUser(c *call) (any, error) { return setBan(c, false) }

func setBan(c *call, banned bool) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	return c.tx.ban(u, banned), nil
}

// ban bans a user, which ends all sessions, or lifts the ban.
func (x *tx) ban(u *user, banned bool) *userWire {
	if banned {
		x.endSessions(u.ID, "revoked")
	}
	return x.changeUser(u.ID, func(u *user) { u.Banned = banned })
}

func banUsers(c *call) (any, error)   { return setBans(c, true) }
func unbanUsers(c *call) (any, error) { return setBans(c, false) }

func setBans(c *call, banned bool) (any, error) {
	var in struct {
		UserIDs []string `json:"user_ids"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.UserIDs) == 0 || len(in.UserIDs) > 50 {
		return nil, errParamValue("user_ids", "a list of 1 to 50 ids")
	}
	out := make([]*userWire, 0, len(in.UserIDs))
	for _, id := range in.UserIDs {
		u, err := c.tx.findUser(id)
		if err != nil {
			return nil, err
		}
		out = append(out, c.tx.ban(u, banned))
	}
	return out, nil
}

// lockoutDuration is Clerk's default.
const lockoutDuration = time.Hour

func lockUser(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	return c.tx.lock(u.ID, lockoutDuration), nil
}

// lock locks a user out for a while.
func (x *tx) lock(userID string, d time.Duration) *userWire {
	var until *int64
	if d > 0 {
		until = pointer(x.time.Add(d).UnixMilli())
	}
	return x.changeUser(userID, func(u *user) { u.Locked, u.LockoutExpiresAt = true, until })
}

func unlockUser(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	return c.tx.changeUser(u.ID, func(u *user) { u.Locked, u.LockoutExpiresAt, u.FailedAttempts = false, nil, 0 }), nil
}
