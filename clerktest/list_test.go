package clerktest_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// TestList_KeptOrdersAreThoseOfASort changes users at random. Whatever happened, a list that walks along a kept order has
// the users of the same list that an index narrows and that is sorted for the request.
func TestList_KeptOrdersAreThoseOfASort(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	random := rand.New(rand.NewPCG(3, 4))
	var ids, live []string
	before := in.Snapshot()
	for step := range 150 {
		in.Clock().Advance(time.Duration(random.IntN(5)-1) * time.Minute)
		switch id := pick(random, live); {
		case id == "" || random.IntN(3) == 0:
			id = must(t, in, "POST", "/users", fmt.Sprintf(`{"username":"name%d","first_name":"%c"}`, step, 'a'+rune(random.IntN(4)))).text("id")
			ids, live = append(ids, id), append(live, id)
		case random.IntN(4) == 0 && len(ids) > 30:
			must(t, in, "DELETE", "/users/"+id, "")
			live = slices.DeleteFunc(live, func(one string) bool { return one == id })
		case random.IntN(3) == 0:
			refused(t, send(t, in, "PATCH", "/users/"+id, `{"first_name":"z","username":"no"}`), 422, "form_username_invalid_length")
		default:
			must(t, in, "PATCH", "/users/"+id, fmt.Sprintf(`{"first_name":"%c"}`, 'a'+rune(random.IntN(4))))
			must(t, in, "POST", "/sessions", `{"user_id":"`+id+`"}`)
		}
		if step%30 == 29 {
			sameInEveryOrder(t, in, ids)
		}
	}
	after := in.Snapshot()
	in.Restore(before)
	sameInEveryOrder(t, in, ids)
	in.Restore(after)
	sameInEveryOrder(t, in, ids)
}

// pick returns one of the ids, empty when there is none.
func pick(random *rand.Rand, ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[random.IntN(len(ids))]
}

func sameInEveryOrder(t *testing.T, in *clerktest.Instance, ids []string) {
	t.Helper()
	for _, order := range []string{"created_at", "updated_at", "first_name", "username", "last_sign_in_at"} {
		for _, sign := range []string{"%2B", "-"} {
			for _, part := range []string{"limit=500", "limit=7&offset=5", "limit=3&query=name1", "limit=500&name_query=a"} {
				path := "/users?order_by=" + sign + order + "&" + part
				walked := listed(t, in, path)
				sorted := listed(t, in, path+"&"+url.Values{"user_id": ids}.Encode())
				same(t, path, walked, sorted...)
			}
		}
	}
	var pages []string
	for cursor := ""; ; {
		page := listed(t, in, "/users?limit=4"+cursor)
		if len(page) == 0 {
			break
		}
		pages = append(pages, page...)
		cursor = "&starting_after=" + page[len(page)-1]
	}
	same(t, "pages by cursor", pages, listed(t, in, "/users?limit=500")...)
}

// listed are the ids of a list.
func listed(t *testing.T, in *clerktest.Instance, path string) []string {
	t.Helper()
	out := []string{}
	for _, item := range must(t, in, "GET", path, "").list {
		out = append(out, item.(map[string]any)["id"].(string))
	}
	return out
}

func TestList_ACursorMustMatchTheFilters(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	ada := in.CreateUser(clerktest.User{FirstName: "Ada"}).ID
	bob := in.CreateUser(clerktest.User{FirstName: "Bob"}).ID
	same(t, "after Bob", listed(t, in, "/users?starting_after="+bob), ada)
	same(t, "after Ada among those called Ada", listed(t, in, "/users?name_query=Ada&starting_after="+ada))
	refused(t, send(t, in, "GET", "/users?name_query=Ada&starting_after="+bob, ""), 422, "form_param_value_invalid")
	refused(t, send(t, in, "GET", "/users?starting_after=user_none", ""), 422, "form_param_value_invalid")
}

func TestList_SearchesLookAtEachTextAlone(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	ada := in.CreateUser(clerktest.User{FirstName: "Ada", LastName: "Love", Username: "ada_love", Email: "ada@example.com"}).ID
	for query, want := range map[string][]string{
		"query=ADA":                   {ada},
		"query=a+love":                {ada},
		"query=love%00ada":            {},
		"email_address_query=example": {ada},
		"email_address_query=ada_":    {},
		"username_query=ada_":         {ada},
		"name_query=ada_":             {},
	} {
		same(t, query, listed(t, in, "/users?"+query), want...)
	}
	if got := must(t, in, "GET", "/users/count?query=example", "").object["total_count"]; got != 1.0 {
		t.Errorf("count of a search = %v, want 1", got)
	}
}
