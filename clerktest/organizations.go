package clerktest

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

func organizationsFamily() family {
	return family{
		tables: []anyTable{tableOrganizations, tableMemberships, tableRoles, tablePermissions},
		start:  startRoles,
		endpoints: map[string]endpoint{
			"ListOrganizations":           {read: listOrganizations},
			"CreateOrganization":          {write: createOrganization},
			"GetOrganization":             {read: getOrganization},
			"UpdateOrganization":          {write: updateOrganization},
			"DeleteOrganization":          {write: deleteOrganization},
			"MergeOrganizationMetadata":   {write: mergeOrganizationMetadata},
			"ReplaceOrganizationMetadata": {write: replaceOrganizationMetadata},
		},
	}
}

var (
	slugPattern = regexp.MustCompile(`^[a-z0-9-]+$`)
	notSlug     = regexp.MustCompile(`[^a-z0-9]+`)
	linkOrHTML  = regexp.MustCompile(`(?i)https?://|www\.|<[a-z/!][^>]*>`)
)

// organization returns the organization of the path, which an id or a slug names.
func (c *call) organization() (*organization, error) {
	return c.tx.findOrganization(c.param("organization_id"))
}

func (x *tx) findOrganization(idOrSlug string) (*organization, error) {
	if o := tableOrganizations.get(x, idOrSlug); o != nil {
		return o, nil
	}
	if o := tableOrganizations.first(x, "slug", idOrSlug); o != nil {
		return o, nil
	}
	return nil, errNotFound("organization")
}

func listOrganizations(c *call) (any, error) {
	query := c.query.Get("query")
	ids, users := newSignedSet(c.query["organization_id"]), newSignedSet(c.query["user_id"])
	l := listing[organization]{
		table: tableOrganizations, order: "-created_at",
		foreign: map[string]func(a, b *organization) int{
			"members_count": func(a, b *organization) int {
				return cmp.Compare(tableMemberships.count(c.tx, "organization", a.ID), tableMemberships.count(c.tx, "organization", b.ID))
			},
		},
	}
	if included := slices.Collect(maps.Keys(users.include)); len(included) > 0 {
		l.narrow = func() []*organization {
			of := tableMemberships.findAny(c.tx, "user", included)
			return tableOrganizations.getAny(c.tx, mapped(of, func(m *membership) string { return m.OrganizationID }))
		}
	}
	if included := slices.Collect(maps.Keys(ids.include)); len(included) > 0 {
		l.narrow = func() []*organization { return tableOrganizations.getAny(c.tx, included) }
	}
	if !ids.empty() || !users.empty() || query != "" {
		l.match = append(l.match, func(o *organization) bool {
			return ids.matches(o.ID) && (users.empty() || users.matches(c.tx.memberIDs(o.ID)...)) &&
				(query == "" || containsFold(o.Name, query) || containsFold(o.Slug, query) || o.ID == query)
		})
	}
	return answerList(c, l, func(o *organization) *organizationWire { return wireOrganizationCounted(c, o) })
}

func (x *tx) memberIDs(orgID string) []string {
	var out []string
	for _, m := range tableMemberships.find(x, "organization", orgID) {
		out = append(out, m.UserID)
	}
	return out
}

func getOrganization(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	return wireOrganizationCounted(c, o), nil
}

// organizationInput is the body of organization creation and update.
type organizationInput struct {
	Name           field[string] `json:"name"`
	Slug           field[string] `json:"slug"`
	CreatedBy      field[string] `json:"created_by"`
	MaxMemberships field[int64]  `json:"max_allowed_memberships"`
	AdminDelete    field[bool]   `json:"admin_delete_enabled"`
	CreatedAt      field[string] `json:"created_at"`
	RoleSetKey     field[string] `json:"role_set_key"`
	metadataInput
}

func createOrganization(c *call) (any, error) {
	var in organizationInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	o, err := c.tx.newOrganization(&in)
	if err != nil {
		return nil, err
	}
	return wireOrganization(o), nil
}

// newOrganization checks the input, stores the organization and makes its creator a member. The steps complete the
// organization before it is stored.
func (x *tx) newOrganization(in *organizationInput, steps ...func(*organization)) (*organization, error) {
	settings := x.settings()
	if !settings.OrganizationsEnabled {
		return nil, errForbidden("organization_not_enabled_in_instance", "organizations are switched off in this instance")
	}
	o := &organization{
		ID: x.newID("org_"), MaxMemberships: settings.MaxMemberships, AdminDelete: settings.AdminDelete, CreatedAt: x.now, UpdatedAt: x.now,
		PublicMetadata: emptyMetadata, PrivateMetadata: emptyMetadata,
	}
	if s := x.initialRoleSet(); s != nil {
		o.RoleSetKey = &s.Key
	}
	if !in.Name.given() {
		return nil, errParamMissing("name")
	}
	if err := in.applyTo(x, o); err != nil {
		return nil, err
	}
	if o.Slug == "" {
		o.Slug = x.freeSlug(o.Name)
	}
	var creator *user
	if in.CreatedBy.given() {
		if creator = tableUsers.get(x, in.CreatedBy.Value); creator == nil {
			return nil, errBadRequest("organization_creator_not_found", "created_by names no user")
		}
		o.CreatedBy = &creator.ID
		if err := x.checkOrganizationLimit(creator); err != nil {
			return nil, err
		}
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	replaceIn(&in.Public, &o.PublicMetadata)
	replaceIn(&in.Private, &o.PrivateMetadata)
	for _, step := range steps {
		step(o)
	}
	tableOrganizations.put(x, o)
	x.emit("organization.created", wireOrganization(o))
	if creator != nil {
		if _, err := x.newMembership(o, creator, x.creatorRole(o), nil); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// checkOrganizationLimit refuses a creator who has made as many organizations as allowed.
func (x *tx) checkOrganizationLimit(creator *user) error {
	if creator.OrganizationsLimit == nil || *creator.OrganizationsLimit == 0 {
		return nil
	}
	made := tableOrganizations.find(x, "creator", creator.ID)
	if int64(len(made)) >= *creator.OrganizationsLimit {
		return errForbidden("organization_creation_limit_exceeded", "this user may not create more organizations")
	}
	return nil
}

// applyTo checks and stores what creation and update share.
func (in *organizationInput) applyTo(x *tx, o *organization) error {
	if name := in.Name.Value; in.Name.given() && (strings.TrimSpace(name) == "" || len(name) > 256 || linkOrHTML.MatchString(name)) {
		return errParamValue("name", "a text of 1 to 256 characters without URLs and HTML")
	}
	if in.Slug.given() && in.Slug.Value != "" {
		slug := in.Slug.Value
		if !slugPattern.MatchString(slug) || len(slug) > 256 {
			return errParamFormat("slug", "made of lower-case letters, digits and dashes")
		}
		if other := tableOrganizations.first(x, "slug", slug); other != nil && other.ID != o.ID {
			return errTaken("slug")
		}
		o.Slug = slug
	}
	in.Name.applyValue(&o.Name)
	in.MaxMemberships.applyValue(&o.MaxMemberships)
	in.AdminDelete.applyValue(&o.AdminDelete)
	if err := in.applyRoleSet(x, o); err != nil {
		return err
	}
	return applyTime("created_at", &in.CreatedAt, func(ms int64) { o.CreatedAt = ms })
}

// applyRoleSet gives the organization a role set, which has to have the roles of all its members.
func (in *organizationInput) applyRoleSet(x *tx, o *organization) error {
	if in.RoleSetKey.given() {
		s := tableRoleSets.first(x, "key", in.RoleSetKey.Value)
		if s == nil {
			return errNotFound("role set")
		}
		for _, m := range tableMemberships.find(x, "organization", o.ID) {
			if !slices.Contains(s.Roles, m.Role) {
				return errParamValue("role_set_key", "a role set with the roles of all members")
			}
		}
	}
	in.RoleSetKey.apply(&o.RoleSetKey)
	return nil
}

// freeSlug makes a slug from a name that no other organization has.
func (x *tx) freeSlug(name string) string {
	base := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if base == "" {
		base = "organization"
	}
	slug := base
	for tableOrganizations.first(x, "slug", slug) != nil {
		slug = base + "-" + randomHex(4)
	}
	return slug
}

func updateOrganization(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	var in organizationInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	next := *o
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	return c.tx.changeOrganization(o.ID, func(o *organization) { *o = next }), nil
}

// changeOrganization stores an edited copy, announces it and returns its answer form.
func (x *tx) changeOrganization(id string, edit func(*organization)) *organizationWire {
	o := tableOrganizations.update(x, id, func(o *organization) {
		edit(o)
		o.UpdatedAt = x.now
	})
	w := wireOrganization(o)
	x.emit("organization.updated", w)
	return w
}

func mergeOrganizationMetadata(c *call) (any, error)   { return organizationMetadata(c, mergeInto) }
func replaceOrganizationMetadata(c *call) (any, error) { return organizationMetadata(c, replaceIn) }

func organizationMetadata(c *call, apply func(*field[metadata], *metadata)) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	var in metadataInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	next := *o
	if err := in.applyMetadata(apply, &next.PublicMetadata, &next.PrivateMetadata, nil); err != nil {
		return nil, err
	}
	return c.tx.changeOrganization(o.ID, func(o *organization) { *o = next }), nil
}

func deleteOrganization(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	for _, m := range tableMemberships.find(c.tx, "organization", o.ID) {
		c.tx.dropMembership(m)
	}
	for _, fn := range c.emulator.organizationGone {
		fn(c.tx, o.ID)
	}
	tableOrganizations.delete(c.tx, o.ID)
	gone := deleted("organization", o.ID)
	gone.Slug = &o.Slug
	c.tx.emit("organization.deleted", gone)
	return gone, nil
}

// errQuota refuses what a plan's limit forbids.
func errQuota(code, long string) *apiError {
	return newError(http.StatusForbidden, code, "limit reached", long)
}
