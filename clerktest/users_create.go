package clerktest

// User describes a user to create from Go. The zero value gets an e-mail address of its own.
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
		ExternalID: given(u.ExternalID), Password: given(u.Password), SkipPasswordChecks: field[bool]{Set: true, Value: true},
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
