package clerktest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

var permissionKeyPattern = regexp.MustCompile(`^org:[a-z0-9_]+:[a-z0-9_]+$`)

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

// permissionsFamily answers for permissions; their table belongs to organizations.
func permissionsFamily() family {
	return family{endpoints: map[string]endpoint{
		"ListOrganizationPermissions":  {read: listPermissions},
		"CreateOrganizationPermission": {write: createPermission},
		"GetOrganizationPermission":    getter((*call).permission, plain(wirePermission)),
		"UpdateOrganizationPermission": {write: updatePermission},
		"DeleteOrganizationPermission": {write: deletePermission},
	}}
}

func wirePermission(p *permission) permissionWire {
	return permissionWire{"permission", p.ID, p.Name, p.Key, p.Description, p.Type, p.CreatedAt, p.UpdatedAt}
}

func (x *tx) findPermission(idOrKey string) *permission {
	if p := tablePermissions.get(x, idOrKey); p != nil {
		return p
	}
	return tablePermissions.first(x, "key", idOrKey)
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
	return rowOf(c, tablePermissions, "permission_id", "organization permission")
}

type permissionInput struct {
	Name        field[string] `json:"name"`
	Key         field[string] `json:"key"`
	Description field[string] `json:"description"`
}

func (in *permissionInput) applyTo(x *tx, p *permission) error {
	if in.Key.given() && in.Key.Value != p.Key {
		switch {
		case !permissionKeyPattern.MatchString(in.Key.Value) || strings.HasPrefix(in.Key.Value, "org:sys_"):
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
		return nil, errForbidden("organization_system_permission_not_modifiable", "a system permission cannot be changed")
	}
	next := *p
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	tablePermissions.put(c.tx, &next)
	c.tx.replacePermission(p.Key, next.Key)
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
		return nil, errForbidden("organization_system_permission_not_modifiable", "a system permission cannot be deleted")
	}
	tablePermissions.delete(c.tx, p.ID)
	c.tx.replacePermission(p.Key)
	gone := deleted("permission", p.ID)
	c.tx.emit("permission.deleted", gone)
	return gone, nil
}

// replacePermission puts a permission, or none, into the place of another one in every role.
func (x *tx) replacePermission(old string, with ...string) {
	if slices.Contains(with, old) {
		return
	}
	tableRoles.updateWhere(x, func(r *role) bool { return slices.Contains(r.Permissions, old) }, func(r *role) {
		at := slices.Index(r.Permissions, old)
		r.Permissions = slices.Replace(slices.Clone(r.Permissions), at, at+1, with...)
	})
}
