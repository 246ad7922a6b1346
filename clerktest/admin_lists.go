package clerktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// adminListRoutes list the records that Clerk's Backend API lists for one owner only, or not at all.
var adminListRoutes = []adminRoute{
	{http.MethodGet, "/sessions", adminList(tableSessions, (*tx).wireSession)},
	{http.MethodGet, "/sign_ups", adminList(tableSignUps, (*tx).wireSignUp)},
	{http.MethodGet, "/sign_ins", adminList(tableSignIns, (*tx).wireSignIn)},
	{http.MethodGet, "/api_keys", adminList(tableAPIKeys, (*tx).wireAPIKey)},
	{http.MethodGet, "/m2m_tokens", adminList(tableM2MTokens, (*tx).wireM2MToken)},
	{http.MethodGet, "/browsers", adminList(tableBrowsers, func(_ *tx, b *browser) *browser { return b })},
}

// adminPage is one page of a list, and how many entries there are in all.
type adminPage struct {
	Data       any `json:"data"`
	TotalCount int `json:"total_count"`
}

// maxAdminPage is the longest page of a list.
const maxAdminPage = 500

// pageParams reads limit, which is 50 by default, and offset.
func pageParams(r *http.Request) (limit, offset int, err error) {
	query := r.URL.Query()
	read := func(name string, value, least, most int) (int, error) {
		if !query.Has(name) {
			return value, nil
		}
		n, err := strconv.Atoi(query.Get(name))
		if err != nil || n < least || n > most {
			return 0, errParamFormat(name, "a number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
		}
		return n, nil
	}
	if limit, err = read("limit", 50, 1, maxAdminPage); err != nil {
		return 0, 0, err
	}
	offset, err = read("offset", 0, 0, 1<<31-1)
	return limit, offset, err
}

// cut returns a page of a list.
func cut[T any](list []T, limit, offset int) []T {
	offset = min(offset, len(list))
	return orNone(list[offset:min(offset+limit, len(list))])
}

// adminList serves the rows of a table, newest first. The parameter query leaves those whose JSON form contains it.
func adminList[T, W any](t *table[*T], wire func(*tx, *T) W) func(*Instance, *http.Request) (any, error) {
	return func(in *Instance, r *http.Request) (any, error) {
		limit, offset, err := pageParams(r)
		if err != nil {
			return nil, err
		}
		part := strings.ToLower(r.URL.Query().Get("query"))
		page := adminPage{Data: []W{}}
		err = in.read(func(x *tx) error {
			rows := t.all(x)
			slices.Reverse(rows)
			if part != "" {
				rows = slices.DeleteFunc(rows, func(row *T) bool { return !mentions(wire(x, row), part) })
			}
			page.TotalCount = len(rows)
			page.Data = mapped(cut(rows, limit, offset), func(row *T) W { return wire(x, row) })
			return nil
		})
		return page, err
	}
}

// mentions reports whether the JSON form of a value contains a text of lower-case letters.
func mentions(value any, part string) bool {
	raw, err := json.Marshal(value)
	return err == nil && strings.Contains(strings.ToLower(string(raw)), part)
}
