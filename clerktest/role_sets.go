package clerktest

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// roleSet is a choice of roles that organizations of one kind may give their members.
type roleSet struct {
	ID          string   `json:"id"`
	Key         string   `json:"key"`
	Name        string   `json:"name"`
	Description *string  `json:"description"`
	Type        string   `json:"type"` // initial or custom
	Roles       []string `json:"roles"`
	DefaultRole string   `json:"default_role"`
	CreatorRole string   `json:"creator_role"`
	CreatedAt   int64    `json:"created_at"`
	UpdatedAt   int64    `json:"updated_at"`
}

type roleSetWire struct {
	Object      string            `json:"object"`
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Key         string            `json:"key"`
	Description *string           `json:"description"`
	Roles       []roleSetItemWire `json:"roles"`
	DefaultRole *roleSetItemWire  `json:"default_role"`
	CreatorRole *roleSetItemWire  `json:"creator_role"`
	Type        string            `json:"type"`
	Migration   *struct{}         `json:"role_set_migration"`
	CreatedAt   int64             `json:"created_at"`
	UpdatedAt   int64             `json:"updated_at"`
}

type roleSetItemWire struct {
	Object       string  `json:"object"`
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	Key          string  `json:"key"`
	Description  *string `json:"description"`
	MembersCount int64   `json:"members_count"`
	HasMembers   bool    `json:"has_members"`
	CreatedAt    int64   `json:"created_at"`
	UpdatedAt    int64   `json:"updated_at"`
}

var roleSetKeyPattern = regexp.MustCompile(`^role_set:[a-z0-9_]+$`)

var tableRoleSets = &table[*roleSet]{
	name:    "role_sets",
	id:      func(s *roleSet) string { return s.ID },
	indexes: map[string]func(*roleSet) []string{"key": func(s *roleSet) []string { return []string{s.Key} }},
}

func roleSetsFamily() family {
	return family{
		tables: []anyTable{tableRoleSets},
		endpoints: map[string]endpoint{
			"ListRoleSets":         {read: listRoleSets},
			"CreateRoleSet":        {write: createRoleSet},
			"GetRoleSet":           getter((*call).roleSet, (*tx).wireRoleSet),
			"UpdateRoleSet":        {write: updateRoleSet},
			"ReplaceRoleSet":       {write: replaceRoleSet},
			"AddRolesToRoleSet":    {write: updateRoleSet}, // its fields are a part of those
			"ReplaceRoleInRoleSet": {write: replaceRoleInRoleSet},
		},
	}
}

func (x *tx) wireRoleSet(s *roleSet) roleSetWire {
	out := roleSetWire{
		Object: "role_set", ID: s.ID, Name: s.Name, Key: s.Key, Description: s.Description, Type: s.Type,
		Roles: []roleSetItemWire{}, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
	for _, key := range s.Roles {
		r := tableRoles.first(x, "key", key)
		if r == nil {
			continue
		}
		members := x.roleSetMembers(s.Key, key)
		item := roleSetItemWire{
			Object: "role_set_item", ID: r.ID, Name: r.Name, Key: r.Key, Description: nilIfEmpty(r.Description),
			MembersCount: int64(len(members)), HasMembers: len(members) > 0, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		}
		out.Roles = append(out.Roles, item)
		if key == s.DefaultRole {
			out.DefaultRole = &item
		}
		if key == s.CreatorRole {
			out.CreatorRole = &item
		}
	}
	return out
}

// roleSetMembers are the memberships with a role in the organizations that use a role set.
func (x *tx) roleSetMembers(setKey, roleKey string) []*membership {
	var out []*membership
	for _, o := range tableOrganizations.all(x) {
		if text(o.RoleSetKey) != setKey {
			continue
		}
		out = append(out, keep(tableMemberships.find(x, "organization", o.ID), func(m *membership) bool { return m.Role == roleKey })...)
	}
	return out
}

func (c *call) roleSet() (*roleSet, error) {
	return c.tx.findRoleSet(c.param("role_set_key_or_id"))
}

func (x *tx) findRoleSet(keyOrID string) (*roleSet, error) {
	if s := tableRoleSets.get(x, keyOrID); s != nil {
		return s, nil
	}
	if s := tableRoleSets.first(x, "key", keyOrID); s != nil {
		return s, nil
	}
	return nil, errNotFound("role set")
}

// initialRoleSet is the role set of new organizations, nil when there is none.
func (x *tx) initialRoleSet() *roleSet {
	for _, s := range tableRoleSets.all(x) {
		if s.Type == "initial" {
			return s
		}
	}
	return nil
}

// roleSetOf is the role set of an organization, nil when it may use every role.
func (x *tx) roleSetOf(o *organization) *roleSet {
	return tableRoleSets.first(x, "key", text(o.RoleSetKey))
}

// creatorRole is the role of somebody who creates the organization.
func (x *tx) creatorRole(o *organization) string {
	if s := x.roleSetOf(o); s != nil {
		return s.CreatorRole
	}
	return x.settings().CreatorRole
}

func listRoleSets(c *call) (any, error) {
	query := c.query.Get("query")
	rows := keep(tableRoleSets.all(c.tx), func(s *roleSet) bool {
		return query == "" || s.ID == query || containsFold(s.Key, query) || containsFold(s.Name, query)
	})
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *roleSet) int{
		"created_at": func(a, b *roleSet) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":       func(a, b *roleSet) int { return cmp.Compare(a.Name, b.Name) },
		"key":        func(a, b *roleSet) int { return cmp.Compare(a.Key, b.Key) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, c.tx.wireRoleSet)
}

type roleSetInput struct {
	Name        field[string]   `json:"name"`
	Key         field[string]   `json:"key"`
	Description field[string]   `json:"description"`
	Type        field[string]   `json:"type"`
	DefaultRole field[string]   `json:"default_role_key"`
	CreatorRole field[string]   `json:"creator_role_key"`
	Roles       field[[]string] `json:"roles"`
	RoleKeys    field[[]string] `json:"role_keys"` // of AddRolesToRoleSet
}

// applyTo checks and stores the fields of every request that changes a role set.
func (in *roleSetInput) applyTo(x *tx, s *roleSet) error {
	if in.Key.given() && in.Key.Value != s.Key {
		if !roleSetKeyPattern.MatchString(in.Key.Value) {
			return errParamFormat("key", "role_set: and a lower-case word")
		}
		if tableRoleSets.first(x, "key", in.Key.Value) != nil {
			return errTaken("key")
		}
	}
	s.Roles = slices.Clone(s.Roles)
	for param, list := range map[string]field[[]string]{"roles": in.Roles, "role_keys": in.RoleKeys} {
		if list.Set && (len(list.Value) == 0 || len(list.Value) > maxRoles) {
			return errParamValue(param, "a list of 1 to 10 role keys")
		}
		for _, key := range list.Value {
			if err := x.checkRole(key); err != nil {
				return err
			}
			if !slices.Contains(s.Roles, key) {
				s.Roles = append(s.Roles, key)
			}
		}
	}
	in.Name.applyValue(&s.Name)
	in.Key.applyValue(&s.Key)
	in.Description.apply(&s.Description)
	in.Type.applyValue(&s.Type)
	in.DefaultRole.applyValue(&s.DefaultRole)
	in.CreatorRole.applyValue(&s.CreatorRole)
	switch {
	case !slices.Contains(s.Roles, s.DefaultRole):
		return errParamValue("default_role_key", "one of the roles of the set")
	case !slices.Contains(s.Roles, s.CreatorRole):
		return errParamValue("creator_role_key", "one of the roles of the set")
	}
	s.UpdatedAt = x.now
	return nil
}

func createRoleSet(c *call) (any, error) {
	var in roleSetInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s := &roleSet{ID: c.tx.newID("role_set_"), Type: "custom", CreatedAt: c.tx.now}
	if !in.Key.given() {
		s.Key = c.tx.freeRoleSetKey(in.Name.Value)
	}
	return c.storeRoleSet(s, &in)
}

// freeRoleSetKey makes a key from a name that no other role set has.
func (x *tx) freeRoleSetKey(name string) string {
	base := "role_set:" + cmp.Or(strings.Trim(notSlug.ReplaceAllString(strings.ToLower(name), "_"), "_"), "roles")
	key := base
	for tableRoleSets.first(x, "key", key) != nil {
		key = base + "_" + randomHex(4)
	}
	return key
}

// storeRoleSet applies a request to a copy of a set and stores it. There is one initial set at most.
func (c *call) storeRoleSet(s *roleSet, in *roleSetInput) (any, error) {
	next := *s
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	tableRoleSets.put(c.tx, &next)
	if next.Type == "initial" {
		tableRoleSets.updateWhere(c.tx, func(other *roleSet) bool { return other.ID != next.ID && other.Type == "initial" },
			func(other *roleSet) { other.Type = "custom" })
	}
	if next.Key != s.Key && s.Key != "" {
		tableOrganizations.updateWhere(c.tx, func(o *organization) bool { return text(o.RoleSetKey) == s.Key },
			func(o *organization) { o.RoleSetKey = &next.Key })
	}
	return c.tx.wireRoleSet(&next), nil
}

func updateRoleSet(c *call) (any, error) {
	var in roleSetInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s, err := c.roleSet()
	if err != nil {
		return nil, err
	}
	return c.storeRoleSet(s, &in)
}

// replaceRoleSet moves the organizations of a set to another one and deletes it.
func replaceRoleSet(c *call) (any, error) {
	var in struct {
		Destination string            `json:"dest_role_set_key"`
		Mappings    map[string]string `json:"reassignment_mappings"`
	}
	if err := json.Unmarshal(c.raw, &in); err != nil {
		return nil, errParamType("reassignment_mappings", "an object of role keys")
	}
	from, err := c.roleSet()
	if err != nil {
		return nil, err
	}
	to, err := c.tx.findRoleSet(in.Destination)
	if err != nil {
		return nil, err
	}
	if to.ID == from.ID {
		return nil, errParamValue("dest_role_set_key", "another role set")
	}
	for _, o := range tableOrganizations.all(c.tx) {
		if text(o.RoleSetKey) != from.Key {
			continue
		}
		for _, m := range tableMemberships.find(c.tx, "organization", o.ID) {
			target := cmp.Or(in.Mappings[m.Role], m.Role)
			if !slices.Contains(to.Roles, target) {
				return nil, errParamValue("reassignment_mappings", "a role of the new set for every role that members have")
			}
			tableMemberships.update(c.tx, m.ID, func(m *membership) { m.Role = target })
		}
		tableOrganizations.update(c.tx, o.ID, func(o *organization) { o.RoleSetKey = &to.Key })
	}
	tableRoleSets.delete(c.tx, from.ID)
	return deleted("role_set", from.ID), nil
}

func replaceRoleInRoleSet(c *call) (any, error) {
	var in struct {
		From string `json:"role_key"`
		To   string `json:"to_role_key"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s, err := c.roleSet()
	if err != nil {
		return nil, err
	}
	switch {
	case in.From == in.To || !slices.Contains(s.Roles, in.From):
		return nil, errParamValue("role_key", "a role of the set, other than to_role_key")
	case tableRoles.first(c.tx, "key", in.To) == nil:
		return nil, errNotFound("organization role")
	}
	for _, m := range c.tx.roleSetMembers(s.Key, in.From) {
		tableMemberships.update(c.tx, m.ID, func(m *membership) { m.Role = in.To })
	}
	s = tableRoleSets.update(c.tx, s.ID, func(s *roleSet) {
		s.Roles = slices.DeleteFunc(slices.Clone(s.Roles), func(key string) bool { return key == in.From || key == in.To })
		s.Roles = append(s.Roles, in.To)
		for _, key := range []*string{&s.DefaultRole, &s.CreatorRole} {
			if *key == in.From {
				*key = in.To
			}
		}
		s.UpdatedAt = c.tx.now
	})
	return c.tx.wireRoleSet(s), nil
}
