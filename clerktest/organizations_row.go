package clerktest

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// organization is the stored form of an organization.
type organization struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	Slug            string   `json:"slug"`
	ImageURL        string   `json:"image_url"`
	HasImage        bool     `json:"has_image"`
	MaxMemberships  int64    `json:"max_memberships"` // 0 is no limit
	AdminDelete     bool     `json:"admin_delete"`
	PublicMetadata  metadata `json:"public_metadata"`
	PrivateMetadata metadata `json:"private_metadata"`
	CreatedBy       *string  `json:"created_by"`
	RoleSetKey      *string  `json:"role_set_key"`
	Features        []string `json:"features"` // slugs for the fea claim
	Plan            string   `json:"plan"`     // slug for the pla claim
	LastActiveAt    *int64   `json:"last_active_at"`
	CreatedAt       int64    `json:"created_at"`
	UpdatedAt       int64    `json:"updated_at"`
}

// membership is the stored form of an organization membership.
type membership struct {
	ID              string   `json:"id"`
	OrganizationID  string   `json:"organization_id"`
	UserID          string   `json:"user_id"`
	Role            string   `json:"role"` // org:admin
	PublicMetadata  metadata `json:"public_metadata"`
	PrivateMetadata metadata `json:"private_metadata"`
	CreatedAt       int64    `json:"created_at"`
	UpdatedAt       int64    `json:"updated_at"`
}

// role is the stored form of an organization role.
type role struct {
	ID          string   `json:"id"`
	Key         string   `json:"key"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Permissions []string `json:"permissions"` // keys
	CreatedAt   int64    `json:"created_at"`
	UpdatedAt   int64    `json:"updated_at"`
}

// permission is the stored form of an organization permission.
type permission struct {
	ID          string `json:"id"`
	Key         string `json:"key"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Type        string `json:"type"` // system or user
	CreatedAt   int64  `json:"created_at"`
	UpdatedAt   int64  `json:"updated_at"`
}

var tableOrganizations = &table[*organization]{
	name: "organizations",
	id:   func(o *organization) string { return o.ID },
	indexes: map[string]func(*organization) []string{
		"slug":    func(o *organization) []string { return []string{o.Slug} },
		"creator": func(o *organization) []string { return optionalKey(o.CreatedBy) },
		"image":   func(o *organization) []string { return keysOf(o.ImageURL) },
	},
	orders: map[string]func(a, b *organization) int{
		"created_at": func(a, b *organization) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":       func(a, b *organization) int { return compareFold(a.Name, b.Name) },
	},
}

var tableMemberships = &table[*membership]{
	name: "organization_memberships",
	id:   func(m *membership) string { return m.ID },
	indexes: map[string]func(*membership) []string{
		"organization": func(m *membership) []string { return []string{m.OrganizationID} },
		"user":         func(m *membership) []string { return []string{m.UserID} },
		"pair":         func(m *membership) []string { return []string{m.OrganizationID + " " + m.UserID} },
		"role":         func(m *membership) []string { return []string{m.Role} },
	},
	orders: map[string]func(a, b *membership) int{
		"created_at": func(a, b *membership) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
	},
}

var tableRoles = &table[*role]{
	name:    "organization_roles",
	id:      func(r *role) string { return r.ID },
	indexes: map[string]func(*role) []string{"key": func(r *role) []string { return []string{r.Key} }},
}

var tablePermissions = &table[*permission]{
	name:    "organization_permissions",
	id:      func(p *permission) string { return p.ID },
	indexes: map[string]func(*permission) []string{"key": func(p *permission) []string { return []string{p.Key} }},
}

// The roles that every instance begins with.
const (
	roleAdmin  = "org:admin"
	roleMember = "org:member"
)

// systemPermissions are Clerk's own, by key.
var systemPermissions = []struct{ key, name string }{
	{"org:sys_profile:manage", "Manage organization"},
	{"org:sys_profile:delete", "Delete organization"},
	{"org:sys_memberships:read", "Read members"},
	{"org:sys_memberships:manage", "Manage members"},
	{"org:sys_domains:read", "Read domains"},
	{"org:sys_domains:manage", "Manage domains"},
	{"org:sys_billing:read", "Read billing"},
	{"org:sys_billing:manage", "Manage billing"},
	{"org:sys_api_keys:read", "Read API keys"},
	{"org:sys_api_keys:manage", "Manage API keys"},
	{"org:sys_entconns:read", "Read enterprise connections"},
	{"org:sys_entconns:manage", "Manage enterprise connections"},
}

// startRoles stores the system permissions and the two standard roles.
func startRoles(in *Instance) {
	_ = in.write(func(x *tx) error {
		keys := make([]string, 0, len(systemPermissions))
		for _, p := range systemPermissions {
			tablePermissions.put(x, &permission{ID: x.newID("perm_"), Key: p.key, Name: p.name, Type: "system", CreatedAt: x.now, UpdatedAt: x.now})
			keys = append(keys, p.key)
		}
		tableRoles.put(x, &role{
			ID: x.newID("role_"), Key: roleAdmin, Name: "Admin", Description: "May do everything", Permissions: keys,
			CreatedAt: x.now, UpdatedAt: x.now,
		})
		tableRoles.put(x, &role{
			ID: x.newID("role_"), Key: roleMember, Name: "Member", Description: "May look",
			Permissions: []string{"org:sys_memberships:read", "org:sys_billing:read"}, CreatedAt: x.now, UpdatedAt: x.now,
		})
		return nil
	})
}

func (x *tx) organizationIDs(userID string) []string {
	var out []string
	for _, m := range tableMemberships.find(x, "user", userID) {
		out = append(out, m.OrganizationID)
	}
	return out
}

func (x *tx) findMembership(orgID, userID string) *membership {
	return tableMemberships.first(x, "pair", orgID+" "+userID)
}

// permissionsOf returns the permission keys of a role.
func (x *tx) permissionsOf(roleKey string) []string {
	if r := tableRoles.first(x, "key", roleKey); r != nil {
		return r.Permissions
	}
	return nil
}

// organizationClaims adds what a session token says about the active organization, features and plans.
func (x *tx) organizationClaims(claims map[string]any, userID string, orgID *string, v1 bool) {
	var org *organization
	var member *membership
	if orgID != nil && *orgID != "" {
		if org = tableOrganizations.get(x, *orgID); org != nil {
			member = x.findMembership(org.ID, userID)
		}
	}
	if v1 {
		if member != nil {
			claims["org_id"], claims["org_slug"], claims["org_role"] = org.ID, org.Slug, member.Role
			claims["org_permissions"] = customPermissions(x.permissionsOf(member.Role))
		}
		return
	}
	claims["v"] = 2
	var plans, features []string
	if u := tableUsers.get(x, userID); u != nil {
		plans, features = appendPlan(plans, "u", x.planNow(u.ID, u.Plan)), scoped("u", u.Features)
	}
	if member != nil {
		plans = appendPlan(plans, "o", x.planNow(org.ID, org.Plan))
		o, orgFeatures := compactOrganization(org, member, x.permissionsOf(member.Role))
		claims["o"] = o
		features = append(features, scoped("o", orgFeatures)...)
	}
	if len(plans) > 0 {
		claims["pla"] = strings.Join(plans, ",")
	}
	if len(features) > 0 {
		claims["fea"] = strings.Join(features, ",")
	}
}

func appendPlan(plans []string, scope, plan string) []string {
	if plan == "" {
		return plans
	}
	return append(plans, scope+":"+plan)
}

func scoped(scope string, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = scope + ":" + name
	}
	return out
}

// customPermissions drops the system permissions, which tokens do not carry.
func customPermissions(keys []string) []string {
	out := []string{}
	for _, key := range keys {
		if !strings.HasPrefix(key, "org:sys_") {
			out = append(out, key)
		}
	}
	return out
}

// compactOrganization returns the o claim, and the organization's features in the order that the bit masks of fpm
// follow.
func compactOrganization(org *organization, member *membership, keys []string) (o map[string]any, features []string) {
	o = map[string]any{"id": org.ID, "slg": org.Slug, "rol": strings.TrimPrefix(member.Role, "org:")}
	features = append(features, org.Features...)
	var names []string
	masks := map[string]*big.Int{}
	for _, key := range customPermissions(keys) {
		feature, name, ok := strings.Cut(strings.TrimPrefix(key, "org:"), ":")
		if !ok {
			continue
		}
		if !slices.Contains(features, feature) {
			features = append(features, feature)
		}
		bit := slices.Index(names, name)
		if bit < 0 {
			bit = len(names)
			names = append(names, name)
		}
		if masks[feature] == nil {
			masks[feature] = new(big.Int)
		}
		masks[feature].SetBit(masks[feature], bit, 1)
	}
	if len(names) == 0 {
		return o, features
	}
	digits := make([]string, len(features))
	for i, feature := range features {
		digits[i] = "0"
		if m := masks[feature]; m != nil {
			digits[i] = m.String()
		}
	}
	o["per"], o["fpm"] = strings.Join(names, ","), strings.Join(digits, ",")
	return o, features
}
