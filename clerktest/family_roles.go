package clerktest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

var roleKeyPattern = regexp.MustCompile(`^org:[a-z0-9_]+(:[a-z0-9_]+)*$`)

type roleWire struct {
	Object            string           `json:"object"`
	ID                string           `json:"id"`
	Name              string           `json:"name"`
	Key               string           `json:"key"`
	Description       *string          `json:"description"`
	IsCreatorEligible bool             `json:"is_creator_eligible"`
	Permissions       []permissionWire `json:"permissions"`
	CreatedAt         int64            `json:"created_at"`
	UpdatedAt         int64            `json:"updated_at"`
}

type permissionWire struct {
	Object      string `json:"object"`
	ID          string `json:"id"`
	Name        string `json:"name"`
	Key         string `json:"key"`
	Description string `json:"description"`
	Type        string `json:"type"`
	CreatedAt   int64  `json:"created_at"`
	UpdatedAt   int64  `json:"updated_at"`
}

// rolesFamily answers for roles and permissions; their tables belong to organizations.
func rolesFamily() family {
	return family{endpoints: map[string]endpoint{
		"ListOrganizationRoles":                {read: listRoles},
		"CreateOrganizationRole":               {write: createRole},
		"GetOrganizationRole":                  {read: getRole},
		"UpdateOrganizationRole":               {write: updateRole},
		"DeleteOrganizationRole":               {write: deleteRole},
		"AssignPermissionToOrganizationRole":   {write: assignPermission},
		"RemovePermissionFromOrganizationRole": {write: removePermission},
		"ListOrganizationPermissions":          {read: listPermissions},
		"CreateOrganizationPermission":         {write: createPermission},
		"GetOrganizationPermission":            {read: getPermission},
		"UpdateOrganizationPermission":         {write: updatePermission},
		"DeleteOrganizationPermission":         {write: deletePermission},
	}}
}

func wirePermission(p *permission) permissionWire {
	return permissionWire{"permission", p.ID, p.Name, p.Key, p.Description, p.Type, p.CreatedAt, p.UpdatedAt}
}

func (x *tx) roleWire(r *role) roleWire {
	out := roleWire{
		Object: "role", ID: r.ID, Name: r.Name, Key: r.Key, Description: nilIfEmpty(r.Description), IsCreatorEligible: r.IsCreatorEligible,
		Permissions: []permissionWire{}, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	for _, key := range r.Permissions {
		if p := tablePermissions.first(x, "key", key); p != nil {
			out.Permissions = append(out.Permissions, wirePermission(p))
		}
	}
	return out
}

func listRoles(c *call) (any, error) {
	text := c.query.Get("query")
	rows := keep(tableRoles.all(c.tx), func(r *role) bool {
		return text == "" || r.ID == text || containsFold(r.Key, text) || containsFold(r.Name, text)
	})
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *role) int{
		"created_at": func(a, b *role) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":       func(a, b *role) int { return cmp.Compare(a.Name, b.Name) },
		"key":        func(a, b *role) int { return cmp.Compare(a.Key, b.Key) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, c.tx.roleWire)
}

func (c *call) role() (*role, error) {
	if r := tableRoles.get(c.tx, c.param("organization_role_id")); r != nil {
		return r, nil
	}
	return nil, errNotFound("organization role")
}

type roleInput struct {
	Name        field[string]   `json:"name"`
	Key         field[string]   `json:"key"`
	Description field[string]   `json:"description"`
	Permissions field[[]string] `json:"permissions"`
}

// applyTo checks and stores the fields. Permissions come as ids or keys.
func (in *roleInput) applyTo(x *tx, r *role) error {
	if in.Key.given() && in.Key.Value != r.Key {
		if !roleKeyPattern.MatchString(in.Key.Value) {
			return errParamFormat("key", "org: and lower-case words")
		}
		if tableRoles.first(x, "key", in.Key.Value) != nil {
			return errTaken("key")
		}
	}
	if in.Permissions.given() {
		keys := make([]string, 0, len(in.Permissions.Value))
		for _, name := range in.Permissions.Value {
			p := findPermission(x, name)
			if p == nil {
				return errNotFound("organization permission")
			}
			keys = append(keys, p.Key)
		}
		r.Permissions = keys
	}
	in.Name.applyValue(&r.Name)
	in.Key.applyValue(&r.Key)
	in.Description.applyValue(&r.Description)
	r.UpdatedAt = x.now
	return nil
}

func findPermission(x *tx, idOrKey string) *permission {
	if p := tablePermissions.get(x, idOrKey); p != nil {
		return p
	}
	return tablePermissions.first(x, "key", idOrKey)
}

func createRole(c *call) (any, error) {
	var in roleInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	r := &role{ID: c.tx.newID("role_"), CreatedAt: c.tx.now}
	if err := in.applyTo(c.tx, r); err != nil {
		return nil, err
	}
	tableRoles.put(c.tx, r)
	return c.announceRole("role.created", r), nil
}

func (c *call) announceRole(event string, r *role) roleWire {
	wire := c.tx.roleWire(r)
	c.tx.emit(event, wire)
	return wire
}

func getRole(c *call) (any, error) {
	r, err := c.role()
	if err != nil {
		return nil, err
	}
	return c.tx.roleWire(r), nil
}

func updateRole(c *call) (any, error) {
	var in roleInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	r, err := c.role()
	if err != nil {
		return nil, err
	}
	next := *r
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	tableRoles.put(c.tx, &next)
	if next.Key != r.Key {
		for _, m := range tableMemberships.all(c.tx) {
			if m.Role == r.Key {
				tableMemberships.update(c.tx, m.ID, func(m *membership) { m.Role = next.Key })
			}
		}
	}
	return c.announceRole("role.updated", &next), nil
}

func deleteRole(c *call) (any, error) {
	r, err := c.role()
	if err != nil {
		return nil, err
	}
	if r.Key == c.tx.creatorRole() {
		return nil, errBadRequest("role_is_creator_role", "the role of those who create organizations cannot be deleted")
	}
	if slices.ContainsFunc(tableMemberships.all(c.tx), func(m *membership) bool { return m.Role == r.Key }) {
		return nil, errBadRequest("role_assigned_to_members", "a role that members have cannot be deleted")
	}
	tableRoles.delete(c.tx, r.ID)
	gone := deleted("role", r.ID)
	c.tx.emit("role.deleted", gone)
	return gone, nil
}

func assignPermission(c *call) (any, error) {
	return changeRolePermission(c, func(keys []string, key string) ([]string, error) {
		if slices.Contains(keys, key) {
			return nil, errBadRequest("permission_already_assigned", "the role has this permission already")
		}
		return append(slices.Clone(keys), key), nil
	})
}

func removePermission(c *call) (any, error) {
	return changeRolePermission(c, func(keys []string, key string) ([]string, error) {
		if !slices.Contains(keys, key) {
			return nil, errNotFound("permission of this role")
		}
		return slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k == key }), nil
	})
}

func changeRolePermission(c *call, edit func(keys []string, key string) ([]string, error)) (any, error) {
	r, err := c.role()
	if err != nil {
		return nil, err
	}
	p := findPermission(c.tx, c.param("permission_id"))
	if p == nil {
		return nil, errNotFound("organization permission")
	}
	keys, err := edit(r.Permissions, p.Key)
	if err != nil {
		return nil, err
	}
	r = tableRoles.update(c.tx, r.ID, func(r *role) { r.Permissions, r.UpdatedAt = keys, c.tx.now })
	return c.announceRole("role.updated", r), nil
}

func listPermissions(c *call) (any, error) {
	text := c.query.Get("query")
	rows := keep(tablePermissions.all(c.tx), func(p *permission) bool {
		return text == "" || p.ID == text || containsFold(p.Key, text) || containsFold(p.Name, text)
	})
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *permission) int{
		"created_at": func(a, b *permission) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":       func(a, b *permission) int { return cmp.Compare(a.Name, b.Name) },
		"key":        func(a, b *permission) int { return cmp.Compare(a.Key, b.Key) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, wirePermission)
}

func (c *call) permission() (*permission, error) {
	if p := tablePermissions.get(c.tx, c.param("permission_id")); p != nil {
		return p, nil
	}
	return nil, errNotFound("organization permission")
}

type permissionInput struct {
	Name        field[string] `json:"name"`
	Key         field[string] `json:"key"`
	Description field[string] `json:"description"`
}

func (in *permissionInput) applyTo(x *tx, p *permission) error {
	if in.Key.given() && in.Key.Value != p.Key {
		switch {
		case !roleKeyPattern.MatchString(in.Key.Value) || strings.HasPrefix(in.Key.Value, "org:sys_"):
			return errParamFormat("key", "org:feature:permission and no system key")
		case tablePermissions.first(x, "key", in.Key.Value) != nil:
			return errTaken("key")
		}
	}
	in.Name.applyValue(&p.Name)
	in.Key.applyValue(&p.Key)
	in.Description.applyValue(&p.Description)
	p.UpdatedAt = x.now
	return nil
}

func createPermission(c *call) (any, error) {
	var in permissionInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	p := &permission{ID: c.tx.newID("perm_"), Type: "user", CreatedAt: c.tx.now}
	if err := in.applyTo(c.tx, p); err != nil {
		return nil, err
	}
	tablePermissions.put(c.tx, p)
	wire := wirePermission(p)
	c.tx.emit("permission.created", wire)
	return wire, nil
}

func getPermission(c *call) (any, error) {
	p, err := c.permission()
	if err != nil {
		return nil, err
	}
	return wirePermission(p), nil
}

func updatePermission(c *call) (any, error) {
	var in permissionInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	p, err := c.permission()
	if err != nil {
		return nil, err
	}
	if p.Type == "system" {
		return nil, errForbidden("permission_is_system", "a system permission cannot be changed")
	}
	next := *p
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	tablePermissions.put(c.tx, &next)
	wire := wirePermission(&next)
	c.tx.emit("permission.updated", wire)
	return wire, nil
}

func deletePermission(c *call) (any, error) {
	p, err := c.permission()
	if err != nil {
		return nil, err
	}
	if p.Type == "system" {
		return nil, errForbidden("permission_is_system", "a system permission cannot be deleted")
	}
	tablePermissions.delete(c.tx, p.ID)
	gone := deleted("permission", p.ID)
	c.tx.emit("permission.deleted", gone)
	return gone, nil
}
