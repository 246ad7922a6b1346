package clerktest

import (
	"cmp"
	"time"
)

// maxMachineScopes is how many machines one machine may talk to.
const maxMachineScopes = 150

// machine is a service that calls other services with M2M tokens.
type machine struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	Secret          string `json:"secret"`
	PreviousSecret  string `json:"previous_secret"`
	PreviousExpires int64  `json:"previous_expires"` // until when the previous secret works
	DefaultTokenTTL int64  `json:"default_token_ttl"`
	CreatedAt       int64  `json:"created_at"`
	UpdatedAt       int64  `json:"updated_at"`
}

// machineScope lets one machine call another. It counts when a token is made: tokens keep the scopes of their birth.
type machineScope struct {
	From      string `json:"from"`
	To        string `json:"to"`
	CreatedAt int64  `json:"created_at"`
}

type machineWire struct {
	Object          string         `json:"object"`
	ID              string         `json:"id"`
	Name            string         `json:"name"`
	InstanceID      string         `json:"instance_id"`
	DefaultTokenTTL int64          `json:"default_token_ttl"`
	ScopedMachines  *[]machineWire `json:"scoped_machines,omitzero"`
	SecretKey       string         `json:"secret_key,omitzero"`
	CreatedAt       int64          `json:"created_at"`
	UpdatedAt       int64          `json:"updated_at"`
}

type machineScopeWire struct {
	Object        string `json:"object"`
	FromMachineID string `json:"from_machine_id"`
	ToMachineID   string `json:"to_machine_id"`
	CreatedAt     int64  `json:"created_at,omitzero"`
	Deleted       bool   `json:"deleted,omitzero"`
}

type machineSecretWire struct {
	Object string `json:"object"`
	Secret string `json:"secret"`
}

var (
	tableMachines = &table[*machine]{
		name: "machines",
		id:   func(m *machine) string { return m.ID },
		indexes: map[string]func(*machine) []string{
			"secret": func(m *machine) []string { return []string{m.Secret, m.PreviousSecret} },
		},
	}
	tableMachineScopes = &table[*machineScope]{
		name: "machine_scopes",
		id:   func(s *machineScope) string { return scopeID(s.From, s.To) },
		indexes: map[string]func(*machineScope) []string{
			"from":    func(s *machineScope) []string { return []string{s.From} },
			"machine": func(s *machineScope) []string { return []string{s.From, s.To} },
		},
	}
)

func scopeID(from, to string) string { return from + ">" + to }

func machinesFamily() family {
	return family{
		tables: []anyTable{tableMachines, tableMachineScopes},
		endpoints: map[string]endpoint{
			"ListMachines":           {read: listMachines},
			"CreateMachine":          {write: createMachine},
			"GetMachine":             getter((*call).machineRow, (*tx).wireMachine),
			"UpdateMachine":          {write: updateMachine},
			"DeleteMachine":          deleter((*call).machineRow, tableMachines, "machine", (*tx).releaseMachine),
			"GetMachineSecretKey":    {read: getMachineSecretKey},
			"RotateMachineSecretKey": {write: rotateMachineSecretKey},
			"CreateMachineScope":     {write: createMachineScope},
			"DeleteMachineScope":     {write: deleteMachineScope},
		},
	}
}

func (x *tx) wirePlainMachine(m *machine) machineWire {
	return machineWire{
		Object: "machine", ID: m.ID, Name: m.Name, InstanceID: x.inst.id, DefaultTokenTTL: m.DefaultTokenTTL,
		CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
	}
}

func (x *tx) wireMachine(m *machine) machineWire {
	out := x.wirePlainMachine(m)
	scoped := []machineWire{}
	for _, id := range x.machineScopes(m.ID) {
		scoped = append(scoped, x.wirePlainMachine(tableMachines.get(x, id)))
	}
	out.ScopedMachines = &scoped
	return out
}

// machineScopes returns the ids of the machines that a machine may call.
func (x *tx) machineScopes(id string) []string {
	var ids []string
	for _, s := range tableMachineScopes.find(x, "from", id) {
		ids = append(ids, s.To)
	}
	return ids
}

// machineByKey finds the instance and machine of a machine secret key.
func (e *Emulator) machineByKey(key string) (*Instance, string) {
	for _, in := range e.Instances() {
		var id string
		_ = in.read(func(x *tx) error {
			m := tableMachines.first(x, "secret", key)
			if m != nil && (m.Secret == key || x.now < m.PreviousExpires) {
				id = m.ID
			}
			return nil
		})
		if id != "" {
			return in, id
		}
	}
	return nil, ""
}

func (c *call) machineRow() (*machine, error) {
	return rowOf(c, tableMachines, "machine_id", "machine")
}

func listMachines(c *call) (any, error) {
	text := c.query.Get("query")
	rows := keep(tableMachines.all(c.tx), func(m *machine) bool {
		return text == "" || m.ID == text || containsFold(m.Name, text)
	})
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *machine) int{
		"created_at": func(a, b *machine) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":       func(a, b *machine) int { return cmp.Compare(a.Name, b.Name) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, c.tx.wireMachine)
}

func createMachine(c *call) (any, error) {
	var in struct {
		Name           string       `json:"name"`
		ScopedMachines []string     `json:"scoped_machines"`
		DefaultTTL     field[int64] `json:"default_token_ttl"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	m := &machine{
		ID: c.tx.newID("mch_"), Name: in.Name, Secret: "ak_" + randomHex(24), DefaultTokenTTL: int64(time.Hour / time.Second),
		CreatedAt: c.tx.now, UpdatedAt: c.tx.now,
	}
	in.DefaultTTL.applyValue(&m.DefaultTokenTTL)
	tableMachines.put(c.tx, m)
	for _, id := range in.ScopedMachines {
		if tableMachines.get(c.tx, id) == nil {
			return nil, errNotFound("machine")
		}
		tableMachineScopes.put(c.tx, &machineScope{From: m.ID, To: id, CreatedAt: c.tx.now})
	}
	wire := c.tx.wireMachine(m)
	wire.SecretKey = m.Secret
	return wire, nil
}

func updateMachine(c *call) (any, error) {
	var in struct {
		Name       field[string] `json:"name"`
		DefaultTTL field[int64]  `json:"default_token_ttl"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	m, err := c.machineRow()
	if err != nil {
		return nil, err
	}
	m = tableMachines.update(c.tx, m.ID, func(m *machine) {
		in.Name.applyValue(&m.Name)
		in.DefaultTTL.applyValue(&m.DefaultTokenTTL)
		m.UpdatedAt = c.tx.now
	})
	return c.tx.wireMachine(m), nil
}

// releaseMachine deletes the scopes and the tokens of a machine.
func (x *tx) releaseMachine(m *machine) error {
	tableMachineScopes.deleteAll(x, "machine", m.ID)
	tableM2MTokens.deleteAll(x, "subject", m.ID)
	return nil
}

func getMachineSecretKey(c *call) (any, error) {
	m, err := c.machineRow()
	if err != nil {
		return nil, err
	}
	return machineSecretWire{"machine_secret_key", m.Secret}, nil
}

func rotateMachineSecretKey(c *call) (any, error) {
	var in struct {
		PreviousTTL int64 `json:"previous_token_ttl"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	m, err := c.machineRow()
	if err != nil {
		return nil, err
	}
	m = tableMachines.update(c.tx, m.ID, func(m *machine) {
		m.PreviousSecret, m.PreviousExpires = m.Secret, c.tx.now+in.PreviousTTL*1000
		m.Secret, m.UpdatedAt = "ak_"+randomHex(24), c.tx.now
	})
	return machineSecretWire{"machine_secret_key", m.Secret}, nil
}

func createMachineScope(c *call) (any, error) {
	var in struct {
		To string `json:"to_machine_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	m, err := c.machineRow()
	if err != nil {
		return nil, err
	}
	switch {
	case tableMachines.get(c.tx, in.To) == nil:
		return nil, errNotFound("machine")
	case in.To == m.ID:
		return nil, errParamValue("to_machine_id", "another machine")
	case tableMachineScopes.get(c.tx, scopeID(m.ID, in.To)) != nil:
		return nil, newError(409, "machine_scope_already_exists", "scope exists", "this machine may call the other one already")
	case tableMachineScopes.count(c.tx, "from", m.ID) >= maxMachineScopes:
		return nil, errParamValue("to_machine_id", "one of at most 150 scoped machines")
	}
	s := &machineScope{From: m.ID, To: in.To, CreatedAt: c.tx.now}
	tableMachineScopes.put(c.tx, s)
	return machineScopeWire{Object: "machine_scope", FromMachineID: s.From, ToMachineID: s.To, CreatedAt: s.CreatedAt}, nil
}

func deleteMachineScope(c *call) (any, error) {
	m, err := c.machineRow()
	if err != nil {
		return nil, err
	}
	other := c.param("other_machine_id")
	if tableMachineScopes.delete(c.tx, scopeID(m.ID, other)) == nil {
		return nil, errNotFound("machine scope")
	}
	return machineScopeWire{Object: "machine_scope", FromMachineID: m.ID, ToMachineID: other, Deleted: true}, nil
}
