package clerktest_test

import (
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestRedirectURLs(t *testing.T) {
	t.Parallel()
	client, ctx := newClient(clerktest.NewServer(t).Instance), t.Context()
	urls := client.RedirectURLs
	create := func(address string) reply[*clerk.RedirectURL] {
		return from(urls.Create(ctx, &clerk.RedirectURLCreateParams{URL: address}))
	}
	web, app := create("https://my.example/callback").must(t), create("my-app://callback").must(t)
	if web.Object != "redirect_url" || web.URL != "https://my.example/callback" {
		t.Errorf("got %s", web.RawJSON())
	}
	create("https://my.example/callback").refused(t, 400, "duplicate_record")
	create("/callback").refused(t, 422, "form_param_format_invalid")
	create("").refused(t, 422, "form_param_format_invalid")
	address := func(r clerk.RedirectURL) string { return r.URL }
	same(t, "newest first", page(t, from(urls.List(ctx, nil)), address), app.URL, web.URL)
	second := &clerk.RedirectURLListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}
	same(t, "second page", page(t, from(urls.List(ctx, second)), address), web.URL)
	if got := from(urls.Get(ctx, app.ID)).must(t); got.URL != app.URL {
		t.Errorf("got %s", got.RawJSON())
	}
	if got := from(urls.Delete(ctx, web.ID)).must(t); !got.Deleted || got.ID != web.ID {
		t.Errorf("got %+v", got)
	}
	from(urls.Get(ctx, web.ID)).refused(t, 404, "resource_not_found")
	from(urls.Delete(ctx, web.ID)).refused(t, 404, "resource_not_found")
	create(web.URL).must(t)
}
