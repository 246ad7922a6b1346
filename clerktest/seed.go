package clerktest

import (
	"cmp"
	_ "embed" // seed.schema.json
	"encoding/json"
	"errors"
	"fmt"
)

// SeedSchema is the JSON Schema of seed files.
//
//go:embed seed.schema.json
var SeedSchema string

// seedFile is what a seed file holds. Ids may be pinned; records refer to each other by e-mail address, slug and key.
type seedFile struct {
	Schema        string             `json:"$schema"`
	Permissions   []seedPermission   `json:"permissions"`
	Roles         []seedRole         `json:"roles"`
	Users         []seedUser         `json:"users"`
	Organizations []seedOrganization `json:"organizations"`
	BillingPlans  []seedPlan         `json:"billing_plans"`
	Discounts     []billingDiscount  `json:"billing_discounts"`
	Statements    []seedStatement    `json:"billing_statements"`
	SignUps       []SignUp           `json:"sign_ups"`
	JWTTemplates  []jwtTemplateInput `json:"jwt_templates"` // as the body of CreateJWTTemplate
	UserSettings  json.RawMessage    `json:"user_settings"` // as UserSettings, what is not named stays
}

type seedPlan struct {
	Slug      string   `json:"slug"`
	Name      string   `json:"name"`
	PayerType string   `json:"payer_type"`
	Amount    int64    `json:"amount"`
	Features  []string `json:"features"`
	TrialDays int64    `json:"free_trial_days"`
}

type seedPermission struct {
	Key         string `json:"key"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

type seedRole struct {
	Key         string   `json:"key"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Permissions []string `json:"permissions"`
}

type seedUser struct {
	ID              string          `json:"id"`
	ExternalID      string          `json:"external_id"`
	Email           string          `json:"email"`
	Phone           string          `json:"phone"`
	Username        string          `json:"username"`
	FirstName       string          `json:"first_name"`
	LastName        string          `json:"last_name"`
	Password        string          `json:"password"`
	PublicMetadata  json.RawMessage `json:"public_metadata"`
	PrivateMetadata json.RawMessage `json:"private_metadata"`
	UnsafeMetadata  json.RawMessage `json:"unsafe_metadata"`
	Banned          bool            `json:"banned"`
	Plan            string          `json:"plan"`
	Features        []string        `json:"features"`
}

type seedOrganization struct {
	ID              string          `json:"id"`
	Name            string          `json:"name"`
	Slug            string          `json:"slug"`
	PublicMetadata  json.RawMessage `json:"public_metadata"`
	PrivateMetadata json.RawMessage `json:"private_metadata"`
	Plan            string          `json:"plan"`
	Features        []string        `json:"features"`
	Members         []seedMember    `json:"members"`
}

type seedMember struct {
	Email string `json:"email"`
	Role  string `json:"role"`
}

// Seed adds the records of a seed file, all of them or, if one cannot be added, none. [SeedSchema] describes the file;
// a field that it does not know is an error. Errors name the line and the record, as users[3].
func (in *Instance) Seed(file []byte) error {
	seed, err := decodeSeed(file)
	if err != nil {
		return fmt.Errorf("clerktest: Seed: %w", err)
	}
	err = in.write(func(x *tx) error {
		err := seed.apply(x)
		x.events = nil // a seed is how the world began, not something that happened in it
		return err
	})
	if err != nil {
		return fmt.Errorf("clerktest: Seed: %w", lineOfSeed(file, err))
	}
	return nil
}

// HasUsers reports whether the instance holds any user.
func (in *Instance) HasUsers() (has bool) {
	_ = in.read(func(x *tx) error { has = tableUsers.size(x) > 0; return nil })
	return has
}

func (s *seedFile) apply(x *tx) error {
	if s.UserSettings != nil {
		if err := x.mergeUserSettings(s.UserSettings); err != nil {
			return &seedRecordError{"user_settings", err}
		}
	}
	for _, part := range []func() error{
		seedAll(x, "permissions", s.Permissions, (*seedPermission).apply),
		seedAll(x, "roles", s.Roles, (*seedRole).apply),
		seedAll(x, "billing_plans", s.BillingPlans, (*seedPlan).apply),
		seedAll(x, "billing_discounts", s.Discounts, (*billingDiscount).apply),
		seedAll(x, "users", s.Users, (*seedUser).apply),
		seedAll(x, "organizations", s.Organizations, (*seedOrganization).apply),
		seedAll(x, "billing_statements", s.Statements, (*seedStatement).apply),
		seedAll(x, "sign_ups", s.SignUps, (*SignUp).apply),
		seedAll(x, "jwt_templates", s.JWTTemplates, func(in *jwtTemplateInput, x *tx) error { _, err := x.newJWTTemplate(in); return err }),
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// seedAll is the step that adds the records of one part.
func seedAll[T any](x *tx, part string, records []T, apply func(*T, *tx) error) func() error {
	return func() error {
		for i := range records {
			if err := apply(&records[i], x); err != nil {
				return &seedRecordError{fmt.Sprintf("%s[%d]", part, i), err}
			}
		}
		return nil
	}
}

func (p *seedPlan) apply(x *tx) error {
	return x.addPlan(&billingPlan{
		Slug: p.Slug, Name: p.Name, PayerType: p.PayerType, Amount: p.Amount, Features: p.Features, TrialDays: p.TrialDays,
	})
}

func (p seedPermission) apply(x *tx) error {
	row := &permission{ID: x.newID("perm_"), Type: "user", CreatedAt: x.now}
	in := permissionInput{Key: given(p.Key), Name: given(p.Name), Description: given(p.Description)}
	if p.Key == "" {
		return errParamMissing("key")
	}
	if err := in.applyTo(x, row); err != nil {
		return err
	}
	tablePermissions.put(x, row)
	return nil
}

// apply adds a role, or changes the one with its key.
func (r seedRole) apply(x *tx) error {
	row := &role{ID: x.newID("role_"), CreatedAt: x.now}
	if earlier := tableRoles.first(x, "key", r.Key); earlier != nil {
		copied := *earlier
		row = &copied
	}
	in := roleInput{
		Key: given(r.Key), Name: given(r.Name), Description: given(r.Description),
		Permissions: field[[]string]{Set: r.Permissions != nil, Value: r.Permissions},
	}
	if r.Key == "" {
		return errParamMissing("key")
	}
	if err := in.applyTo(x, row); err != nil {
		return err
	}
	tableRoles.put(x, row)
	return nil
}

func (s *seedUser) apply(x *tx) error {
	if s.ID != "" && tableUsers.get(x, s.ID) != nil {
		return errTaken("id")
	}
	in := &userInput{
		ExternalID: given(s.ExternalID), FirstName: given(s.FirstName), LastName: given(s.LastName),
		Username: given(s.Username), Password: given(s.Password), Banned: field[bool]{Set: s.Banned, Value: s.Banned},
	}
	in.SkipPasswordChecks = field[bool]{Set: true, Value: true}
	if s.Email != "" {
		in.Emails = field[[]string]{Set: true, Value: []string{s.Email}}
	}
	if s.Phone != "" {
		in.Phones = field[[]string]{Set: true, Value: []string{s.Phone}}
	}
	seedMetadata(&in.Public, s.PublicMetadata)
	seedMetadata(&in.Private, s.PrivateMetadata)
	seedMetadata(&in.Unsafe, s.UnsafeMetadata)
	_, err := x.newUser(in, func(u *user) error {
		u.ID, u.Plan, u.Features = cmp.Or(s.ID, u.ID), s.Plan, s.Features
		return nil
	})
	return err
}

func (s *seedOrganization) apply(x *tx) error {
	if s.ID != "" && tableOrganizations.get(x, s.ID) != nil {
		return errTaken("id")
	}
	in := &organizationInput{Name: given(s.Name), Slug: given(s.Slug)}
	seedMetadata(&in.Public, s.PublicMetadata)
	seedMetadata(&in.Private, s.PrivateMetadata)
	o, err := x.newOrganization(in, func(o *organization) {
		o.ID, o.Plan, o.Features = cmp.Or(s.ID, o.ID), s.Plan, s.Features
	})
	if err != nil {
		return err
	}
	for i, m := range s.Members {
		u := x.userByEmail(m.Email)
		if u == nil {
			return fmt.Errorf("members[%d]: %w", i, errors.New("no user has this e-mail address"))
		}
		if _, err := x.newMembership(o, u, m.Role, nil); err != nil {
			return fmt.Errorf("members[%d]: %w", i, err)
		}
	}
	return nil
}
