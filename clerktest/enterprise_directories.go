package clerktest

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// directory is a company directory that pushes users and groups by SCIM. Clerk answers for it under two names.
type directory struct {
	ID             string             `json:"id"`
	Name           string             `json:"name"`
	ConnectionID   string             `json:"connection_id"`
	Provider       string             `json:"provider"`
	Enabled        bool               `json:"enabled"`
	MappingEnabled bool               `json:"mapping_enabled"`
	Attributes     map[string]string  `json:"attributes"`
	APIKey         string             `json:"api_key"`
	Mappings       []directoryMapping `json:"mappings"` // by precedence
	CreatedAt      int64              `json:"created_at"`
	UpdatedAt      int64              `json:"updated_at"`
}

// directoryMapping gives the members of a group a role.
type directoryMapping struct {
	ID        string `json:"id"`
	GroupID   string `json:"group_id"`
	GroupName string `json:"group_name"`
	RoleID    string `json:"role_id"`
	CreatedAt int64  `json:"created_at"`
	UpdatedAt int64  `json:"updated_at"`
}

type directoryWire struct {
	Object         string            `json:"object"`
	ID             string            `json:"id"`
	Name           string            `json:"name"`
	ConnectionID   *string           `json:"enterprise_connection_id"`
	EndpointURL    string            `json:"endpoint_url"`
	Provider       string            `json:"provider"`
	Enabled        bool              `json:"enabled"`
	MappingEnabled bool              `json:"group_role_mapping_enabled"`
	Attributes     map[string]string `json:"attribute_mapping"`
	APIKey         *string           `json:"api_key"` // shown once
	CreatedAt      int64             `json:"created_at"`
	UpdatedAt      int64             `json:"updated_at"`
}

type directoryMappingWire struct {
	Object          string   `json:"object"`
	ID              string   `json:"id"`
	DirectoryID     string   `json:"directory_id"`
	SCIMDirectoryID string   `json:"scim_directory_id"`
	GroupID         string   `json:"directory_group_id"`
	SCIMGroupID     string   `json:"scim_group_id"`
	GroupName       string   `json:"directory_group_display_name"`
	SCIMGroupName   string   `json:"scim_group_display_name"`
	Role            roleWire `json:"role"`
	Precedence      int64    `json:"precedence"`
	CreatedAt       int64    `json:"created_at"`
	UpdatedAt       int64    `json:"updated_at"`
}

// directoryMappingInput names a group by either of its two names.
type directoryMappingInput struct {
	GroupID       string       `json:"directory_group_id"`
	SCIMGroupID   string       `json:"scim_group_id"`
	GroupName     string       `json:"directory_group_display_name"`
	SCIMGroupName string       `json:"scim_group_display_name"`
	RoleID        string       `json:"role_id"`
	Precedence    field[int64] `json:"precedence"`
}

// oneName is the value of a field that has two names.
func oneName(param, value, older string) (string, error) {
	if value != "" && older != "" && value != older {
		return "", errParamValue(param, "the same under both of its names")
	}
	return cmp.Or(value, older), nil
}

// directoryKind is one of the two names.
type directoryKind struct{ object, param string }

var (
	plainDirectories = directoryKind{"directory", "directory_id"}
	scimDirectories  = directoryKind{"scim_directory", "scim_directory_id"}
)

var tableDirectories = &table[*directory]{name: "directories", id: func(d *directory) string { return d.ID }}

func directoriesFamily() family {
	f := family{tables: []anyTable{tableDirectories}, endpoints: map[string]endpoint{}}
	for infix, k := range map[string]directoryKind{"Directory": plainDirectories, "SCIMDirectory": scimDirectories} {
		f.endpoints["Create"+infix] = endpoint{write: k.create}
		f.endpoints["Get"+infix] = endpoint{read: k.get}
		f.endpoints["Update"+infix] = endpoint{write: k.update}
		f.endpoints["Delete"+infix] = deleter(k.find, tableDirectories, k.object, nil)
		f.endpoints["Rotate"+infix+"APIKey"] = endpoint{write: k.rotate}
	}
	for infix, k := range map[string]directoryKind{"DirectoryGroupRoleMapping": plainDirectories, "SCIMGroupRoleMapping": scimDirectories} {
		f.endpoints["List"+infix+"s"] = endpoint{read: k.listMappings}
		f.endpoints["Create"+infix] = endpoint{write: k.createMapping}
		f.endpoints["Replace"+infix+"s"] = endpoint{write: k.replaceMappings}
		f.endpoints["Delete"+infix] = endpoint{write: k.deleteMapping}
	}
	f.endpoints["ListDirectories"] = endpoint{read: plainDirectories.list}
	f.endpoints["ListSCIMDirectories"] = endpoint{read: scimDirectories.list}
	return f
}

func (k directoryKind) wire(x *tx, d *directory) directoryWire {
	return directoryWire{
		Object: k.object, ID: d.ID, Name: d.Name, ConnectionID: nilIfEmpty(d.ConnectionID), EndpointURL: x.inst.URL() + "/scim/v2/" + d.ID,
		Provider: d.Provider, Enabled: d.Enabled, MappingEnabled: d.MappingEnabled, Attributes: d.Attributes,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
}

func (k directoryKind) mappingWires(x *tx, d *directory) []directoryMappingWire {
	out := make([]directoryMappingWire, 0, len(d.Mappings))
	for i, m := range d.Mappings {
		wire := directoryMappingWire{
			Object: "directory_group_role_mapping", ID: m.ID, DirectoryID: d.ID, SCIMDirectoryID: d.ID, GroupID: m.GroupID,
			SCIMGroupID: m.GroupID, GroupName: m.GroupName, SCIMGroupName: m.GroupName, Precedence: int64(i + 1),
			CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
		}
		if k == scimDirectories {
			wire.Object = "scim_group_role_mapping"
		}
		if r := tableRoles.get(x, m.RoleID); r != nil {
			wire.Role = x.wireRole(r)
		}
		out = append(out, wire)
	}
	return out
}

func (k directoryKind) find(c *call) (*directory, error) {
	return rowOf(c, tableDirectories, k.param, "directory")
}

func (k directoryKind) list(c *call) (any, error) {
	rows := tableDirectories.all(c.tx)
	slices.Reverse(rows)
	return pageOf(c, rows, func(d *directory) directoryWire { return k.wire(c.tx, d) })
}

func (k directoryKind) create(c *call) (any, error) {
	var in struct {
		ConnectionID string                  `json:"enterprise_connection_id"`
		Name         string                  `json:"name"`
		Provider     string                  `json:"provider"`
		Mappings     []directoryMappingInput `json:"group_role_mappings"`
	}
	if err := json.Unmarshal(c.raw, &in); err != nil {
		return nil, errParamType("group_role_mappings", "a list of mappings")
	}
	if tableEnterpriseConnections.get(c.tx, in.ConnectionID) == nil {
		return nil, errNotFound("enterprise connection")
	}
	d := &directory{
		ID: c.tx.newID("scim_"), Name: cmp.Or(in.Name, in.Provider), ConnectionID: in.ConnectionID, Provider: in.Provider, Enabled: true,
		Attributes: map[string]string{}, APIKey: "scim_" + randomHex(24), CreatedAt: c.tx.now, UpdatedAt: c.tx.now,
	}
	if err := sortByPrecedence(in.Mappings); err != nil {
		return nil, err
	}
	mappings, err := c.tx.newMappings(in.Mappings)
	if err != nil {
		return nil, err
	}
	d.Mappings, d.MappingEnabled = mappings, len(mappings) > 0
	tableDirectories.put(c.tx, d)
	return k.withKey(c, d), nil
}

// newMappings checks mappings and gives them ids.
func (x *tx) newMappings(list []directoryMappingInput) ([]directoryMapping, error) {
	out := make([]directoryMapping, 0, len(list))
	for _, in := range list {
		group, err := oneName("directory_group_id", in.GroupID, in.SCIMGroupID)
		if err != nil {
			return nil, err
		}
		name, err := oneName("directory_group_display_name", in.GroupName, in.SCIMGroupName)
		if err != nil {
			return nil, err
		}
		switch {
		case group == "":
			return nil, errParamMissing("directory_group_id")
		case tableRoles.get(x, in.RoleID) == nil:
			return nil, errNotFound("organization role")
		case slices.ContainsFunc(out, func(m directoryMapping) bool { return m.GroupID == group }):
			return nil, errTaken("directory_group_id")
		}
		out = append(out, directoryMapping{
			ID: x.newID("dgrm_"), GroupID: group, GroupName: cmp.Or(name, group), RoleID: in.RoleID,
			CreatedAt: x.now, UpdatedAt: x.now,
		})
	}
	return out, nil
}

// sortByPrecedence orders the mappings of a new directory: by precedence, and those without one behind as they came.
func sortByPrecedence(list []directoryMappingInput) error {
	for _, in := range list {
		if in.Precedence.given() && in.Precedence.Value < 1 {
			return errParamValue("precedence", "at least 1")
		}
	}
	slices.SortStableFunc(list, func(a, b directoryMappingInput) int {
		if a.Precedence.given() != b.Precedence.given() {
			return cmp.Compare(b.Precedence.Value, a.Precedence.Value)
		}
		return cmp.Compare(a.Precedence.Value, b.Precedence.Value)
	})
	return nil
}

// withKey is the one answer that shows the API key.
func (k directoryKind) withKey(c *call, d *directory) directoryWire {
	wire := k.wire(c.tx, d)
	wire.APIKey = &d.APIKey
	return wire
}

func (k directoryKind) get(c *call) (any, error) {
	d, err := k.find(c)
	if err != nil {
		return nil, err
	}
	return k.wire(c.tx, d), nil
}

func (k directoryKind) update(c *call) (any, error) {
	var in struct {
		Name           field[string]      `json:"name"`
		Enabled        field[bool]        `json:"enabled"`
		Provider       field[string]      `json:"provider"`
		Attributes     map[string]*string `json:"attribute_mapping"` // null removes an entry
		MappingEnabled field[bool]        `json:"group_role_mapping_enabled"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	d, err := k.find(c)
	if err != nil {
		return nil, err
	}
	d = tableDirectories.update(c.tx, d.ID, func(d *directory) {
		in.Name.applyValue(&d.Name)
		in.Enabled.applyValue(&d.Enabled)
		in.Provider.applyValue(&d.Provider)
		d.Attributes = maps.Clone(d.Attributes)
		for name, path := range in.Attributes {
			if path == nil {
				delete(d.Attributes, name)
				continue
			}
			d.Attributes[name] = *path
		}
		in.MappingEnabled.applyValue(&d.MappingEnabled)
		d.UpdatedAt = c.tx.now
	})
	return k.wire(c.tx, d), nil
}

func (k directoryKind) rotate(c *call) (any, error) {
	d, err := k.find(c)
	if err != nil {
		return nil, err
	}
	d = tableDirectories.update(c.tx, d.ID, func(d *directory) { d.APIKey, d.UpdatedAt = "scim_"+randomHex(24), c.tx.now })
	return k.withKey(c, d), nil
}

// mapped finds the directory of the path, which has to take mappings.
func (k directoryKind) mapped(c *call) (*directory, error) {
	d, err := k.find(c)
	if err == nil && !d.MappingEnabled {
		return nil, errBadRequest("group_role_mapping_disabled", "the directory does not map groups to roles, enable that first")
	}
	return d, err
}

func (k directoryKind) listMappings(c *call) (any, error) {
	d, err := k.find(c)
	if err != nil {
		return nil, err
	}
	return k.mappingList(c, d), nil
}

func (k directoryKind) mappingList(c *call, d *directory) any {
	list := k.mappingWires(c.tx, d)
	return envelope[directoryMappingWire]{Data: list, TotalCount: len(list)}
}

func (k directoryKind) createMapping(c *call) (any, error) {
	var in directoryMappingInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	d, err := k.mapped(c)
	if err != nil {
		return nil, err
	}
	added, err := c.tx.newMappings([]directoryMappingInput{in})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(d.Mappings, func(m directoryMapping) bool { return m.GroupID == added[0].GroupID }) {
		return nil, errTaken("directory_group_id")
	}
	at := len(d.Mappings)
	if in.Precedence.given() {
		at = min(at, int(in.Precedence.Value)-1)
	}
	d = c.tx.setMappings(d, slices.Insert(slices.Clone(d.Mappings), at, added[0]))
	return k.mappingWires(c.tx, d)[at], nil
}

func (x *tx) setMappings(d *directory, mappings []directoryMapping) *directory {
	return tableDirectories.update(x, d.ID, func(d *directory) { d.Mappings, d.UpdatedAt = mappings, x.now })
}

func (k directoryKind) replaceMappings(c *call) (any, error) {
	var in struct {
		Mappings []directoryMappingInput `json:"mappings"`
	}
	if err := json.Unmarshal(c.raw, &in); err != nil {
		return nil, errParamType("mappings", "a list of mappings")
	}
	d, err := k.mapped(c)
	if err != nil {
		return nil, err
	}
	mappings, err := c.tx.newMappings(in.Mappings)
	if err != nil {
		return nil, err
	}
	return k.mappingList(c, c.tx.setMappings(d, mappings)), nil
}

func (k directoryKind) deleteMapping(c *call) (any, error) {
	d, err := k.find(c)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(d.Mappings, func(m directoryMapping) bool { return m.ID == c.param("mapping_id") })
	if at < 0 {
		return nil, errNotFound("group role mapping")
	}
	object := k.mappingWires(c.tx, d)[at].Object
	gone := d.Mappings[at]
	c.tx.setMappings(d, slices.Delete(slices.Clone(d.Mappings), at, at+1))
	return deleted(object, gone.ID), nil
}
