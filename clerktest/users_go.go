package clerktest

// User describes a user to create from Go. The zero value gets an e-mail
// address of its own.
type User struct {
	ID              string // set by CreateUser
	Email           string
	Phone           string
	Username        string
	FirstName       string
	LastName        string
	ExternalID      string
	Password        string
	PublicMetadata  map[string]any
	PrivateMetadata map[string]any
	UnsafeMetadata  map[string]any
}

// SignedIn is a user with a live session and a fresh token.
type SignedIn struct {
	UserID         string
	SessionID      string
	OrganizationID string
	Token          string
}

// CreateUser stores a user and returns it with its id.
func (in *Instance) CreateUser(u User) User {
	if u.Email == "" && u.Phone == "" && u.Username == "" {
		u.Email = "user-" + randomHex(6) + "@example.com"
	}
	err := in.write(func(x *tx) error {
		input, err := u.input()
		if err != nil {
			return err
		}
		made, err := x.newUser(input)
		if err != nil {
			return err
		}
		u.ID = made.ID
		return nil
	})
	if err != nil {
		in.fail("CreateUser", err)
	}
	return u
}

func (u *User) input() (*userInput, error) {
	in := &userInput{
		FirstName: given(u.FirstName), LastName: given(u.LastName), Username: given(u.Username),
		ExternalID: given(u.ExternalID), Password: given(u.Password),
	}
	if u.Email != "" {
		in.Emails.Value = []string{u.Email}
	}
	if u.Phone != "" {
		in.Phones.Value = []string{u.Phone}
	}
	for _, m := range []struct {
		from map[string]any
		to   *field[metadata]
	}{{u.PublicMetadata, &in.Public}, {u.PrivateMetadata, &in.Private}, {u.UnsafeMetadata, &in.Unsafe}} {
		if err := giveMetadata(m.to, m.from); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// given is a field that has a value unless s is empty.
func given(s string) field[string] { return field[string]{Set: s != "", Value: s} }

// CreateSession signs a user in and returns the session's id. A non-empty
// organization becomes the active one.
func (in *Instance) CreateSession(userID, organizationID string) string {
	var id string
	err := in.write(func(x *tx) error {
		u, err := x.findUser(userID)
		if err != nil {
			return err
		}
		f := given(organizationID)
		id = x.startSession(u, "", f.pointer()).ID
		return nil
	})
	if err != nil {
		in.fail("CreateSession", err)
	}
	return id
}

// SessionToken signs a token for a session: version 2, good for 60 seconds,
// unless options say otherwise. The session may be over: verification without
// the network does not notice at Clerk either.
func (in *Instance) SessionToken(sessionID string, opts ...TokenOption) string {
	if err := in.ensureKey(); err != nil {
		in.fail("SessionToken", err)
	}
	var token string
	err := in.read(func(x *tx) (err error) {
		s := tableSessions.get(x, sessionID)
		if s == nil {
			return errNotFound("session")
		}
		token, err = x.mintSession(s, in.newTokenSpec(opts))
		return err
	})
	if err != nil {
		in.fail("SessionToken", err)
	}
	return token
}

// SignedInUser creates a user, a session and a token in one call.
func (in *Instance) SignedInUser(opts ...TokenOption) SignedIn {
	return in.SignIn(in.CreateUser(User{}).ID, "", opts...)
}

// SignIn creates a session and a token for a user. A non-empty organization
// becomes the active one.
func (in *Instance) SignIn(userID, organizationID string, opts ...TokenOption) SignedIn {
	id := in.CreateSession(userID, organizationID)
	return SignedIn{UserID: userID, SessionID: id, OrganizationID: organizationID, Token: in.SessionToken(id, opts...)}
}
