package clerktest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// listedIdentifier is an entry of the allow-list or of the block-list; row and wire are the same.
type listedIdentifier struct {
	Object         string `json:"object"`
	ID             string `json:"id"`
	InvitationID   string `json:"invitation_id,omitzero"`
	Identifier     string `json:"identifier"`
	IdentifierType string `json:"identifier_type"`
	InstanceID     string `json:"instance_id"`
	CreatedAt      int64  `json:"created_at"`
	UpdatedAt      int64  `json:"updated_at"`
}

func newListTable(name string) *table[*listedIdentifier] {
	return &table[*listedIdentifier]{
		name: name,
		id:   func(i *listedIdentifier) string { return i.ID },
		indexes: map[string]func(*listedIdentifier) []string{
			"identifier": func(i *listedIdentifier) []string { return []string{i.Identifier} },
		},
	}
}

var (
	tableAllowlist = newListTable("allowlist_identifiers")
	tableBlocklist = newListTable("blocklist_identifiers")
)

func listsFamily() family {
	return family{
		tables: []anyTable{tableAllowlist, tableBlocklist},
		endpoints: map[string]endpoint{
			"ListAllowlistIdentifiers":  {read: listIdentifiers(tableAllowlist)},
			"CreateAllowlistIdentifier": {write: createIdentifier(tableAllowlist, "allowlist_identifier", "alid_")},
			"DeleteAllowlistIdentifier": deleteIdentifier(tableAllowlist, "allowlist_identifier"),
			"ListBlocklistIdentifiers":  {read: listIdentifiers(tableBlocklist)},
			"CreateBlocklistIdentifier": {write: createIdentifier(tableBlocklist, "blocklist_identifier", "blid_")},
			"DeleteBlocklistIdentifier": deleteIdentifier(tableBlocklist, "blocklist_identifier"),
		},
	}
}

func listIdentifiers(t *table[*listedIdentifier]) func(*call) (any, error) {
	return func(c *call) (any, error) {
		rows := t.all(c.tx)
		if err := orderRows(c, rows, "-created_at", map[string]func(a, b *listedIdentifier) int{
			"created_at": func(a, b *listedIdentifier) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		}); err != nil {
			return nil, err
		}
		return pageOf(c, rows, sameRow)
	}
}

func createIdentifier(t *table[*listedIdentifier], object, prefix string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var in struct {
			Identifier string      `json:"identifier"`
			Notify     field[bool] `json:"notify"`
		}
		if err := c.decode(&in); err != nil {
			return nil, err
		}
		identifier, kind := parseListed(in.Identifier)
		if kind == "" {
			return nil, errParamFormat("identifier", "an e-mail address, *@domain, a phone number or a web3 wallet")
		}
		if t.first(c.tx, "identifier", identifier) != nil {
			return nil, errBadRequest("duplicate_record", "this identifier is on the list already")
		}
		row := &listedIdentifier{
			Object: object, ID: c.tx.newID(prefix), Identifier: identifier, IdentifierType: kind,
			InstanceID: c.inst.id, CreatedAt: c.tx.now, UpdatedAt: c.tx.now,
		}
		t.put(c.tx, row)
		if !in.Notify.Value {
			return row, nil
		}
		switch {
		case kind == "phone_number":
			c.tx.sendText(outboxText{To: identifier, Slug: "invitation", Body: "You are invited: " + c.inst.URL()})
		case kind == "email_address" && !strings.HasPrefix(identifier, "*"):
			invited, err := createInvitationRow(c, invitationInput{EmailAddress: identifier})
			if err != nil {
				return nil, err
			}
			row = t.update(c.tx, row.ID, func(i *listedIdentifier) { i.InvitationID = invited.ID })
		}
		return row, nil
	}
}

// deleteIdentifier is the endpoint that takes an entry off a list.
func deleteIdentifier(t *table[*listedIdentifier], object string) endpoint {
	find := func(c *call) (*listedIdentifier, error) {
		return rowOf(c, t, "identifier_id", strings.ReplaceAll(object, "_", " "))
	}
	return deleter(find, t, object, nil)
}

// domainPattern is every address of a domain, or with a second star of its subdomains.
var domainPattern = regexp.MustCompile(`^\*@(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)

// parseListed returns an identifier of the lists as it is stored and tells what it is; kind is empty when it is none.
func parseListed(text string) (identifier, kind string) {
	if strings.HasPrefix(text, "+") {
		if phone, ok := parsePhone(text); ok {
			return phone, "phone_number"
		}
		return "", ""
	}
	if strings.HasPrefix(text, "0x") && len(text) == 42 {
		if wallet, ok := parseWallet(text); ok {
			return wallet, "web3_wallet"
		}
	}
	if domainPattern.MatchString(text) {
		return strings.ToLower(text), "email_address"
	}
	if email, ok := parseEmail(text); ok {
		return email, "email_address"
	}
	return "", ""
}

// sameRow is the wire function of rows that are their own wire value.
func sameRow[T any](row *T) *T { return row }

// checkAccess refuses a user whom the lists of the instance keep out: of whose identifiers none is on the allow-list,
// or one is on the block-list. The allow-list decides when both are in force.
func (x *tx) checkAccess(u *user) error {
	return x.checkIdentifiers(slices.Concat(identifierValues(u.Emails), identifierValues(u.Phones), identifierValues(u.Wallets))...)
}

func (x *tx) checkIdentifiers(identifiers ...string) error {
	s, refused := x.settings(), false
	switch {
	case s.Allowlist || s.RestrictedToList:
		refused = !slices.ContainsFunc(identifiers, func(i string) bool { return x.listed(tableAllowlist, i) })
	case s.Blocklist:
		refused = slices.ContainsFunc(identifiers, func(i string) bool {
			return x.listed(tableBlocklist, i) || x.listed(tableBlocklist, withoutSubaddress(i))
		})
	}
	if refused {
		return errForbidden("not_allowed_access", "the identifiers are not allowed to access this application")
	}
	return nil
}

// listed reports whether a list has an identifier, the domain of an e-mail address or a pattern of that domain.
func (x *tx) listed(t *table[*listedIdentifier], identifier string) bool {
	if t.first(x, "identifier", identifier) != nil {
		return true
	}
	_, domain, email := strings.Cut(identifier, "@")
	if email && t.first(x, "identifier", "*@"+domain) != nil {
		return true
	}
	for email {
		if _, domain, email = strings.Cut(domain, "."); email && t.first(x, "identifier", "*@*."+domain) != nil {
			return true
		}
	}
	return false
}

// withoutSubaddress is an e-mail address without what follows +, # or = in its local part.
func withoutSubaddress(identifier string) string {
	local, domain, email := strings.Cut(identifier, "@")
	at := strings.IndexAny(local, "+#=")
	if !email || at < 0 {
		return identifier
	}
	return local[:at] + "@" + domain
}
