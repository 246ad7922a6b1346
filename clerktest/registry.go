package clerktest

import (
	"fmt"
	"net/http"
	"slices"
)

// A family is a group of operations that belong together, in files that begin with their subject:
// users.go, organizations.go and so on. To add one
//
//  1. write things.go with a function thingsFamily() family;
//  2. add it to one of the lists below; nothing else needs to change.
//
// The function names the tables it keeps rows in and, by operation id, the handlers of its operations. Method, path,
// status, answer shape and the checks of query and body come from operations.txt: when a handler runs, every parameter
// it sees is known, present when required, and of the right type.
//
//	var tableThings = &table[*thing]{
//		name: "things",
//		id:   func(t *thing) string { return t.ID },
//		indexes: map[string]func(*thing) []string{
//			"name": func(t *thing) []string { return []string{t.Name} },
//		},
//	}
//
//	func thingsFamily() family {
//		return family{
//			tables: []anyTable{tableThings},
//			endpoints: map[string]endpoint{
//				"GetThing":    getter((*call).thing, plain(wireThing)),
//				"ListThings":  {read: listThings},
//				"CreateThing": {write: createThing},
//			},
//		}
//	}
//
//	func createThing(c *call) (any, error) {
//		var in struct {
//			Name  string         `json:"name"`  // required, so plain
//			Label field[string]  `json:"label"` // optional: in.Label.Set, .Null, .Value
//		}
//		if err := c.decode(&in); err != nil {
//			return nil, err
//		}
//		if tableThings.first(c.tx, "name", in.Name) != nil {
//			return nil, errTaken("name")
//		}
//		t := &thing{ID: c.tx.newID("thing_"), Name: in.Name, CreatedAt: c.tx.now}
//		tableThings.put(c.tx, t)
//		c.tx.emit("thing.created", wireThing(t))
//		return wireThing(t), nil
//	}
//
//	func listThings(c *call) (any, error) {
//		rows := tableThings.all(c.tx)
//		if err := orderRows(c, rows, "-created_at", map[string]func(a, b *thing) int{
//			"created_at": func(a, b *thing) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
//		}); err != nil {
//			return nil, err
//		}
//		return pageOf(c, rows, wireThing)
//	}
//
// Rules: rows are immutable, change them through table.update; return a wire value built inside the handler; on any
// error return the change is undone; read the time from c.tx.now (milliseconds) or c.tx.time only; check everything
// before the first emit. A file's helper for Go code opens the same functions with in.write(func(x *tx) error {…}).
//
// raw adds routes outside of the Backend API (frontend, admin, console): plain HTTP handlers by method and full path.
// They are asked before the Backend API unless the request carries a secret key; instanceOf(r) tells which instance the
// request means. intercept sees every Backend API call after authentication and before its handler, and refuses it by
// returning an error (faults, rate limits); it may wait.
type family struct {
	tables    []anyTable
	endpoints map[string]endpoint
	frontend  map[string]frontendEndpoint // of the Frontend API, see frontend.go
	raw       []rawRoute
	intercept interceptor
	start     func(*Instance) // runs once for each new instance

	// userGone and organizationGone remove what else belongs to a record that is being deleted.
	userGone         func(x *tx, userID string)
	organizationGone func(x *tx, organizationID string)
}

// endpoint is the handler of one operation: exactly one of read, which runs beside other reads, and write, which runs
// alone and may change state.
type endpoint struct {
	read  func(*call) (any, error)
	write func(*call) (any, error)
	keys  bool // needs the instance's signing key
	auth  authKind
	op    *operation
}

// authKind says which key an operation accepts.
type authKind int

const (
	authSecretKey    authKind = iota // the instance's secret key
	authNone                         // public; the key selects the instance when present
	authMachineOrKey                 // the secret key, or a machine's (ak_…): see call.machine
)

// rawRoute is a handler outside of the Backend API.
type rawRoute struct {
	method, path string
	serve        func(*Emulator) http.HandlerFunc
}

// interceptor may refuse a call before its handler runs.
type interceptor func(*call) error

// families lists every family of the emulator.
func families() []family {
	return slices.Concat(backendFamilies(), browserFamilies(), helperFamilies())
}

// backendFamilies are those of the Backend API.
func backendFamilies() []family {
	return []family{
		jwksFamily(),
		usersFamily(),
		credentialsFamily(),
		imagesFamily(),
		userExtrasFamily(),
		sessionsFamily(),
		organizationsFamily(),
		membershipsFamily(),
		clientsFamily(),
		jwtTemplatesFamily(),
		identifiersFamily(),
		verificationsFamily(),
		invitationsFamily(),
		listsFamily(),
		waitlistFamily(),
		redirectURLsFamily(),
		ticketsFamily(),
		testingTokensFamily(),
		machinesFamily(),
		m2mTokensFamily(),
		apiKeysFamily(),
		emailsFamily(),
		organizationInvitationsFamily(),
		organizationDomainsFamily(),
		rolesFamily(),
		permissionsFamily(),
		oauthApplicationsFamily(),
		instanceFamily(),
		domainsFamily(),
		roleSetsFamily(),
		samlConnectionsFamily(),
		enterpriseConnectionsFamily(),
		billingFamily(),
		directoriesFamily(),
		templatesFamily(),
		adminPortalFamily(),
		enterpriseTestRunsFamily(),
		signUpsFamily(),
	}
}

// browserFamilies are those that browsers and OAuth clients meet: the Frontend API, its pages and the authorization server.
func browserFamilies() []family {
	return []family{
		oauthServerFamily(),
		oauthConsentFamily(),
		handshakeFamily(),
		clientFamily(),
		scriptsFamily(),
		meFamily(),
		ownIdentifiersFamily(),
		ownFactorsFamily(),
		ownOrganizationsFamily(),
		browserOrganizationsFamily(),
		browserDomainsFamily(),
		browserConnectionsFamily(),
		browserBillingFamily(),
		ownAPIKeysFamily(),
		reverificationFamily(),
		ownPasskeysFamily(),
		ownAccountsFamily(),
		environmentFamily(),
		signInsFamily(),
		browserSignUpsFamily(),
		providerFamily(),
		linksFamily(),
		browserSessionsFamily(),
		pagesFamily(),
		interstitialFamily(),
	}
}

// helperFamilies are those that Clerk does not have, and those that disturb its calls.
func helperFamilies() []family {
	return []family{
		outboxFamily(),
		rateLimitFamily(),
		faultsFamily(),
		adminFamily(),
		consoleFamily(),
	}
}

// mount fills the routing tables.
func (e *Emulator) mount(list []family) error {
	e.operations = allOperations()
	for _, op := range e.operations {
		e.backend.Add(op.method, op.path, &endpoint{op: op})
	}
	for _, op := range frontendOperations() {
		e.frontend.Add(op.method, op.path, &frontendEndpoint{call: &endpoint{op: op}})
	}
	taken := map[string]bool{}
	for _, f := range list {
		e.tables = append(e.tables, f.tables...)
		e.hook(f)
		for id, ep := range f.endpoints {
			op := e.operations[id]
			if op == nil || taken[id] || (ep.read == nil) == (ep.write == nil) {
				return fmt.Errorf("clerktest: operation %s is unknown, registered twice or without exactly one handler", id)
			}
			taken[id] = true
			ep.op = op
			e.backend.Add(op.method, op.path, &ep)
		}
		if err := e.mountFrontend(f); err != nil {
			return err
		}
		for _, r := range f.raw {
			e.raw.Add(r.method, r.path, r.serve(e))
		}
	}
	return nil
}

// mountFrontend adds the operations of the Frontend API that a family handles.
func (e *Emulator) mountFrontend(f family) error {
	for id, ep := range f.frontend {
		op := frontendOperations()[id]
		if op == nil || (ep.read == nil) == (ep.write == nil) {
			return fmt.Errorf("clerktest: frontend operation %s is unknown or without exactly one handler", id)
		}
		if before, _, _, _ := e.frontend.Find(op.method, op.path); before.read != nil || before.write != nil {
			return fmt.Errorf("clerktest: frontend operation %s is registered twice", id)
		}
		ep.call = &endpoint{op: op}
		e.frontend.Add(op.method, op.path, &ep)
	}
	return nil
}

// hook collects what a family wants to be asked about.
func (e *Emulator) hook(f family) {
	if f.intercept != nil {
		e.intercept = append(e.intercept, f.intercept)
	}
	if f.start != nil {
		e.start = append(e.start, f.start)
	}
	if f.userGone != nil {
		e.userGone = append(e.userGone, f.userGone)
	}
	if f.organizationGone != nil {
		e.organizationGone = append(e.organizationGone, f.organizationGone)
	}
}

// Emulated reports, by operation id of the whole Backend API, whether the emulator offers the operation.
func (e *Emulator) Emulated() map[string]bool {
	out := make(map[string]bool, len(e.operations))
	for id, op := range e.operations {
		ep, _, _, ok := e.backend.Find(op.method, op.path)
		out[id] = ok && (ep.read != nil || ep.write != nil)
	}
	return out
}
