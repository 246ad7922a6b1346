package clerktest

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

func listUsers(c *call) (any, error) {
	list, err := userListing(c)
	if err != nil {
		return nil, err
	}
	if c.query.Has("starting_after") {
		if offset, _ := c.queryInt("offset"); offset > 0 {
			return nil, errParamValue("offset", "absent together with starting_after")
		}
		if by := strings.TrimLeft(c.query.Get("order_by"), "+- "); by != "" && by != "created_at" {
			return nil, errParamValue("order_by", "created_at together with starting_after")
		}
	}
	return answerList(c, list, c.tx.wireUser)
}

type totalCount struct {
	Object     string `json:"object"`
	TotalCount int    `json:"total_count"`
}

func countUsers(c *call) (any, error) {
	list, err := userListing(c)
	if err != nil {
		return nil, err
	}
	return totalCount{Object: "total_count", TotalCount: list.count(c.tx)}, nil
}

// userListing reads the filters that the user list and count share.
func userListing(c *call) (l listing[user], err error) {
	for _, pair := range [][2]string{{"provider", "provider_user_id"}, {"provider_user_id", "provider"}} {
		if c.query.Has(pair[0]) && !c.query.Has(pair[1]) {
			return l, paramError("form_conditional_param_missing", pair[1], "is missing", pair[0]+" needs "+pair[1])
		}
	}
	return listing[user]{table: tableUsers, order: "-created_at", match: userFilters(c), narrow: userIndex(c)}, nil
}

// userIndex returns the users that one of the filters leaves when an index knows them, nil when none does.
func userIndex(c *call) func() []*user {
	for _, filter := range []struct {
		param, index string
		fold         func(string) string
	}{
		{"email_address", "email", strings.ToLower}, {"phone_number", "phone", foldPhone}, {"web3_wallet", "wallet", strings.ToLower},
		{"username", "username", strings.ToLower},
	} {
		if values := c.query[filter.param]; len(values) > 0 {
			return func() []*user { return tableUsers.findAny(c.tx, filter.index, mapped(values, filter.fold)) }
		}
	}
	included := func(param string) []string { return slices.Collect(maps.Keys(newSignedSet(c.query[param]).include)) }
	if ids := included("user_id"); len(ids) > 0 {
		return func() []*user { return tableUsers.getAny(c.tx, ids) }
	}
	if ids := included("external_id"); len(ids) > 0 {
		return func() []*user { return tableUsers.findAny(c.tx, "external_id", ids) }
	}
	if ids := included("organization_id"); len(ids) > 0 {
		return func() []*user {
			members := tableMemberships.findAny(c.tx, "organization", ids)
			return tableUsers.getAny(c.tx, mapped(members, func(m *membership) string { return m.UserID }))
		}
	}
	for name := range userTextFilters {
		if part := strings.ToLower(c.query.Get(name)); part != "" {
			if found, ok := tableUsers.search(c.tx, part); ok {
				return func() []*user { return found }
			}
		}
	}
	return nil
}

// userFilters reads the filters of the user list, which membership lists share; skip names those that mean something
// else there.
func userFilters(c *call, skip ...string) []func(*user) bool {
	var out []func(*user) bool
	add := func(name string, match func(u *user, set map[string]bool) bool, fold func(string) string) {
		values := c.query[name]
		if len(values) == 0 {
			return
		}
		set := make(map[string]bool, len(values))
		for _, v := range values {
			set[fold(v)] = true
		}
		out = append(out, func(u *user) bool { return match(u, set) })
	}
	add("email_address", func(u *user, set map[string]bool) bool { return anyIdentifier(u.Emails, set) }, strings.ToLower)
	add("phone_number", func(u *user, set map[string]bool) bool { return anyIdentifier(u.Phones, set) }, foldPhone)
	add("web3_wallet", func(u *user, set map[string]bool) bool { return anyIdentifier(u.Wallets, set) }, strings.ToLower)
	add("username", func(u *user, set map[string]bool) bool { return u.Username != nil && set[*u.Username] }, strings.ToLower)
	add("provider_user_id", hasAccountAt(c.query.Get("provider")), func(id string) string { return id })
	out = append(out, signedUserFilters(c)...)
	out = append(out, textUserFilters(c)...)
	return append(out, timeUserFilters(c, skip)...)
}

func signedUserFilters(c *call) []func(*user) bool {
	var out []func(*user) bool
	if ids := newSignedSet(c.query["user_id"]); !ids.empty() {
		out = append(out, func(u *user) bool { return ids.matches(u.ID) })
	}
	if ids := newSignedSet(c.query["external_id"]); !ids.empty() {
		out = append(out, func(u *user) bool { return ids.matches(optionalKey(u.ExternalID)...) })
	}
	if ids := newSignedSet(c.query["organization_id"]); !ids.empty() {
		out = append(out, func(u *user) bool { return ids.matches(c.tx.organizationIDs(u.ID)...) })
	}
	if banned, ok := c.queryBool("banned"); ok {
		out = append(out, func(u *user) bool { return u.Banned == banned })
	}
	return out
}

// userTextFilters are the filters that look for a part of a user's texts, and the texts. What is not in the folded texts of the
// user is in none of them.
var userTextFilters = map[string]func(*user) []string{
	"query":               userTexts,
	"email_address_query": func(u *user) []string { return identifierValues(u.Emails) },
	"phone_number_query":  func(u *user) []string { return identifierValues(u.Phones) },
	"username_query":      func(u *user) []string { return optionalKey(u.Username) },
	"name_query":          func(u *user) []string { return []string{fullName(u)} },
}

func textUserFilters(c *call) []func(*user) bool {
	var out []func(*user) bool
	for name, texts := range userTextFilters {
		part := strings.ToLower(c.query.Get(name))
		if part == "" {
			continue
		}
		whole := name == "query" && !strings.Contains(part, textSeparator)
		out = append(out, func(u *user) bool {
			return strings.Contains(u.folded, part) && (whole ||
				slices.ContainsFunc(texts(u), func(text string) bool { return strings.Contains(strings.ToLower(text), part) }))
		})
	}
	return out
}

func timeUserFilters(c *call, skip []string) []func(*user) bool {
	var out []func(*user) bool
	add := func(name string, at func(*user) *int64, ok func(at, bound int64) bool) {
		if bound, given := c.queryInt(name); given && !slices.Contains(skip, name) {
			out = append(out, func(u *user) bool { v := at(u); return v != nil && ok(*v, bound) })
		}
	}
	before := func(at, bound int64) bool { return at < bound }
	after := func(at, bound int64) bool { return at > bound }
	since := func(at, bound int64) bool { return at >= bound }
	active := func(u *user) *int64 { return u.LastActiveAt }
	created := func(u *user) *int64 { return &u.CreatedAt }
	signedIn := func(u *user) *int64 { return u.LastSignInAt }
	add("last_active_at_before", active, before)
	add("last_active_at_after", active, after)
	add("last_active_at_since", active, since)
	add("created_at_before", created, before)
	add("created_at_after", created, after)
	add("last_sign_in_at_before", signedIn, before)
	add("last_sign_in_at_after", signedIn, after)
	return out
}

func anyIdentifier(list []identifier, set map[string]bool) bool {
	return slices.ContainsFunc(list, func(i identifier) bool { return set[i.Value] })
}

func foldPhone(text string) string {
	plain, _ := parsePhone(text)
	return plain
}

func fullName(u *user) string { return strings.TrimSpace(text(u.FirstName) + " " + text(u.LastName)) }

// fold derives what text filters look at.
func (u *user) fold() { u.folded = strings.ToLower(strings.Join(userTexts(u), textSeparator)) }

// userTexts is what the query filter looks at.
func userTexts(u *user) []string {
	out := []string{u.ID, fullName(u), text(u.Username), text(u.ExternalID)}
	out = append(out, identifierValues(u.Emails)...)
	out = append(out, identifierValues(u.Phones)...)
	return append(out, identifierValues(u.Wallets)...)
}

// accountFacts are the members of an external account that the emulator looks at.
type accountFacts struct {
	ID                string `json:"id"`
	ExternalAccountID string `json:"external_account_id"`
	IdentificationID  string `json:"identification_id"`
	Provider          string `json:"provider"`
	ProviderUserID    string `json:"provider_user_id"`
	ApprovedScopes    string `json:"approved_scopes"`
}

func accountsOf(u *user) []accountFacts {
	out := make([]accountFacts, len(u.ExternalAccounts))
	for i, raw := range u.ExternalAccounts {
		_ = json.Unmarshal(raw, &out[i])
	}
	return out
}

// accountKey is what an account at a provider is found by.
func accountKey(provider, id string) string { return providerOf(provider) + " " + id }

// hasAccountAt matches users with one of these accounts at a provider.
func hasAccountAt(provider string) func(u *user, ids map[string]bool) bool {
	return func(u *user, ids map[string]bool) bool {
		return slices.ContainsFunc(accountsOf(u), func(a accountFacts) bool {
			return providerOf(a.Provider) == providerOf(provider) && ids[a.ProviderUserID]
		})
	}
}

// userOrders are the keys that order_by takes.
func userOrders() map[string]func(a, b *user) int {
	byText := func(get func(*user) string) func(a, b *user) int {
		return func(a, b *user) int { return compareFold(get(a), get(b)) }
	}
	byTime := func(get func(*user) *int64) func(a, b *user) int {
		return func(a, b *user) int { return cmp.Compare(millis(get(a)), millis(get(b))) }
	}
	return map[string]func(a, b *user) int{
		"created_at":      func(a, b *user) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"updated_at":      func(a, b *user) int { return cmp.Compare(a.UpdatedAt, b.UpdatedAt) },
		"email_address":   byText(func(u *user) string { return primaryValue(u.Emails, u.PrimaryEmailID) }),
		"phone_number":    byText(func(u *user) string { return primaryValue(u.Phones, u.PrimaryPhoneID) }),
		"web3wallet":      byText(func(u *user) string { return primaryValue(u.Wallets, u.PrimaryWalletID) }),
		"first_name":      byText(func(u *user) string { return text(u.FirstName) }),
		"last_name":       byText(func(u *user) string { return text(u.LastName) }),
		"username":        byText(func(u *user) string { return text(u.Username) }),
		"last_active_at":  byTime(func(u *user) *int64 { return u.LastActiveAt }),
		"last_sign_in_at": byTime(func(u *user) *int64 { return u.LastSignInAt }),
	}
}

// millis returns the time behind p, 0 when there is none.
func millis(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}
