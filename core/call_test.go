package clerk_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestCall_SendsHeaders(t *testing.T) {
	t.Parallel()
	var got http.Header
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		_, _ = io.WriteString(w, `{}`)
	}, clerk.WithUserAgent("shop/1.2"), clerk.WithHeader("X-Everywhere", "yes"))
	_, err := clerk.Call[item](t.Context(), client, getItem, one("a"),
		clerk.WithSecretKey("ak_machine"), clerk.WithHeader("x-only-here", "yes"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"Authorization":     "Bearer ak_machine",
		"Clerk-Api-Version": clerk.APIVersion,
		"Accept":            "application/json",
		"X-Clerk-Sdk":       "clerkgo/" + clerk.Version,
		"X-Everywhere":      "yes",
		"X-Only-Here":       "yes",
		"Content-Type":      "",
	}
	for name, value := range want {
		if got.Get(name) != value {
			t.Errorf("%s: got %q, want %q", name, got.Get(name), value)
		}
	}
	if agent := got.Get("User-Agent"); !strings.HasPrefix(agent, "shop/1.2 clerkgo-core/"+clerk.Version) {
		t.Errorf("User-Agent: got %q", agent)
	}
	if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err != nil {
		t.Fatal(err)
	}
	if got.Get("Authorization") != "Bearer "+testKey || got.Get("X-Only-Here") != "" {
		t.Error("options of one call last longer than the call")
	}
}

func TestCall_APIVersion(t *testing.T) {
	t.Parallel()
	var got string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Clerk-API-Version")
		_, _ = io.WriteString(w, `{}`)
	}, clerk.WithAPIVersion("2025-11-10"))
	for want, opts := range map[string][]clerk.RequestOption{
		"2025-11-10": nil,
		"2024-10-01": {clerk.WithHeader("Clerk-API-Version", "2024-10-01")},
	} {
		if _, err := clerk.Call[item](t.Context(), client, getItem, one("a"), opts...); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestCall_EscapesPathAndQuery(t *testing.T) {
	t.Parallel()
	var got string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.RequestURI
		_, _ = io.WriteString(w, `{}`)
	})
	for id, want := range map[string]string{
		"user_1":       "/v1/items/user_1",
		"a/b":          "/v1/items/a%2Fb",
		"a?b=c":        "/v1/items/a%3Fb=c",
		"a#b":          "/v1/items/a%23b",
		"a%2fb":        "/v1/items/a%252fb",
		"100%":         "/v1/items/100%25",
		"ä b":          "/v1/items/%C3%A4%20b",
		"a\r\nHost: x": "/v1/items/a%0D%0AHost:%20x",
		"...":          "/v1/items/...",
		"a..b":         "/v1/items/a..b",
	} {
		if _, err := clerk.Call[item](t.Context(), client, getItem, one(id)); err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", id, got, err, want)
		}
	}
	params := one("a")
	params.Query = url.Values{"q": {"a&b=c", "d"}, "at[]": {"+1"}}
	if _, err := clerk.Call[item](t.Context(), client, getItem, params); err != nil {
		t.Fatal(err)
	}
	if want := "/v1/items/a?at%5B%5D=%2B1&q=a%26b%3Dc&q=d"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCall_RefusesBadInputBeforeSending(t *testing.T) {
	t.Parallel()
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	path := func(values ...string) clerk.CallParams { return clerk.CallParams{Path: values} }
	two := clerk.Endpoint{Service: "Items", Name: "Two", Method: "GET", Path: "/a/{a_id}/b/{b_id}"}
	tests := map[string]struct {
		e     clerk.Endpoint
		p     clerk.CallParams
		opts  []clerk.RequestOption
		param string
	}{
		"an empty id":              {getItem, path(""), nil, "item_id"},
		"a blank id":               {getItem, path(" \t"), nil, "item_id"},
		"a dot":                    {getItem, path("."), nil, "item_id"},
		"two dots":                 {getItem, path(".."), nil, "item_id"},
		"encoded dots":             {getItem, path("%2e%2E"), nil, "item_id"},
		"twice encoded dots":       {getItem, path("%252e%252e"), nil, "item_id"},
		"half encoded dots":        {getItem, path(".%2e"), nil, "item_id"},
		"dots behind a slash":      {getItem, path("a/../b"), nil, "item_id"},
		"dots behind a backslash":  {getItem, path(`a\..\b`), nil, "item_id"},
		"dots behind a coded one":  {getItem, path("a%2f..%2fb"), nil, "item_id"},
		"too few values":           {two, path("a"), nil, "b_id"},
		"no values":                {two, path(), nil, "a_id"},
		"too many values":          {two, path("a", "b", "c"), nil, "path"},
		"an open template":         {clerk.Endpoint{Name: "X", Method: "GET", Path: "/a/{b"}, path("a"), nil, "path"},
		"a body that is no JSON":   {createItem, clerk.CallParams{Body: func() {}}, nil, "body"},
		"an upload without a file": {createItem, clerk.CallParams{Body: &clerk.Multipart{}}, nil, "body"},
		"bytes for a body":         {createItem, clerk.CallParams{Body: []byte(`{}`)}, nil, "body"},
		"a reader for a body":      {createItem, clerk.CallParams{Body: strings.NewReader(`{}`)}, nil, "body"},
		"a bad option":             {getItem, path("a"), []clerk.RequestOption{clerk.WithTimeout(-1)}, "WithTimeout"},
		"a live key":               {getItem, path("a"), []clerk.RequestOption{clerk.WithSecretKey("sk_live_abc")}, "WithSecretKey"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := clerk.Call[item](t.Context(), client, test.e, test.p, test.opts...)
			var paramErr *clerk.ParamError
			if !errors.As(err, &paramErr) || got != nil {
				t.Fatalf("got %v, %v, want a *ParamError", got, err)
			}
			if paramErr.Param != test.param || paramErr.Operation != test.e.Operation() {
				t.Errorf("got %q of %q, want %q", paramErr.Param, paramErr.Operation, test.param)
			}
		})
	}
}

func TestCall_EndlesslyEncodedPathIsRefusedQuickly(t *testing.T) {
	t.Parallel()
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	id := "%" + strings.Repeat("25", 50_000) // to its end, decoding takes a minute
	started := time.Now()
	_, err := clerk.Call[item](t.Context(), client, getItem, one(id))
	var paramErr *clerk.ParamError
	if !errors.As(err, &paramErr) {
		t.Errorf("got %v, want a *ParamError", err)
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestCall_NilContextAndClient(t *testing.T) {
	t.Parallel()
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	var none context.Context
	var paramErr *clerk.ParamError
	if _, err := clerk.Call[item](none, client, getItem, one("a")); !errors.As(err, &paramErr) || paramErr.Param != "ctx" {
		t.Errorf("nil context: got %v", err)
	}
	if err := client.Do(none, "GET", "/items", nil, nil, nil); !errors.As(err, &paramErr) || paramErr.Param != "ctx" {
		t.Errorf("nil context in Do: got %v", err)
	}
	for range 2 {
		for _, err := range clerk.ListAll[item](none, client, listItems, clerk.CallParams{}, clerk.PagingOffset) {
			if !errors.As(err, &paramErr) || paramErr.Param != "ctx" {
				t.Errorf("nil context in an iterator: got %v", err)
			}
		}
	}
	for _, broken := range []*clerk.Client{nil, {}} {
		if _, err := clerk.Call[item](t.Context(), broken, getItem, one("a")); !errors.As(err, &paramErr) || paramErr.Param != "client" {
			t.Errorf("client %v: got %v", broken, err)
		}
		for _, err := range clerk.ListAll[item](t.Context(), broken, listItems, clerk.CallParams{}, clerk.PagingOffset) {
			if !errors.As(err, &paramErr) || paramErr.Param != "client" {
				t.Errorf("client %v in an iterator: got %v", broken, err)
			}
		}
	}
	if _, err := clerk.Call[item](t.Context(), client, listItems, clerk.CallParams{}, nil, clerk.WithHeader("", "")); !errors.As(err, &paramErr) {
		t.Errorf("nil option: got %v", err)
	}
}

func TestCall_Success(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		body   string
		want   item
	}{
		"200":                          {200, `{"id":"a","count":3}`, item{ID: "a", Count: 3}},
		"any other 2xx":                {226, `{"id":"a"}`, item{ID: "a"}},
		"nulls":                        {200, `{"id":null,"name":null,"count":null}`, item{}},
		"missing and unknown fields":   {200, `{"novel":{"deep":[1,2]}}`, item{}},
		"a null body":                  {200, `null`, item{}},
		"a whole number with a point":  {200, `{"count":1700000000000.0}`, item{Count: 1700000000000}},
		"a whole number with exponent": {200, `{"id":"1.0","count":1.7e12}`, item{ID: "1.0", Count: 1700000000000}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, answerWith(test.status, test.body))
			got, err := clerk.Call[item](t.Context(), client, getItem, one("a"))
			if err != nil {
				t.Fatal(err)
			}
			if *got != test.want {
				t.Errorf("got %+v, want %+v", *got, test.want)
			}
		})
	}
}

func TestCall_EmptyAnswers(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if err := clerk.CallEmpty(t.Context(), client, updateItem, one("a")); err != nil {
		t.Errorf("callEmpty: %v", err)
	}
	if _, err := clerk.Call[struct{}](t.Context(), client, updateItem, one("a")); err != nil {
		t.Errorf("struct{}: %v", err)
	}
	var decodeErr *clerk.DecodeError
	if _, err := clerk.Call[item](t.Context(), client, updateItem, one("a")); !errors.As(err, &decodeErr) || decodeErr.StatusCode != 204 {
		t.Errorf("a type that needs an answer: got %v", err)
	}
}

func TestCall_BodiesAsTheyAre(t *testing.T) {
	t.Parallel()
	client := serve(t, answerWith(200, `<html>`))
	if got, err := clerk.Call[string](t.Context(), client, listItems, clerk.CallParams{}); err != nil || *got != "<html>" {
		t.Errorf("string: got %v, %v", got, err)
	}
	if got, err := clerk.Call[[]byte](t.Context(), client, listItems, clerk.CallParams{}); err != nil || string(*got) != "<html>" {
		t.Errorf("bytes: got %v, %v", got, err)
	}
	if got, err := clerk.Call[json.RawMessage](t.Context(), client, listItems, clerk.CallParams{}); err != nil || string(*got) != "<html>" {
		t.Errorf("raw JSON: got %v, %v", got, err)
	}
}

func TestCall_SendsJSON(t *testing.T) {
	t.Parallel()
	var body, contentType string
	var length int64
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		body, contentType, length = string(data), r.Header.Get("Content-Type"), r.ContentLength
		_, _ = io.WriteString(w, `{}`)
	})
	params := one("a")
	params.Body = optBody{Name: clerk.String("Ada"), Age: clerk.Null[int64]()}
	if _, err := clerk.Call[item](t.Context(), client, updateItem, params); err != nil {
		t.Fatal(err)
	}
	if want := `{"name":"Ada","age":null}`; body != want || contentType != "application/json" || length != int64(len(want)) {
		t.Errorf("got %s, %s, %d", body, contentType, length)
	}
}

func TestCall_RawResponse(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Seen", "yes")
		if strings.HasSuffix(r.URL.Path, "missing") {
			w.WriteHeader(404)
		}
		_, _ = io.WriteString(w, `{"id":"secret"}`)
	})
	for id, status := range map[string]int{"a": 200, "missing": 404} {
		var raw clerk.RawResponse
		_, err := clerk.Call[item](t.Context(), client, getItem, one(id), clerk.WithRawResponse(&raw))
		if (err != nil) != (status == 404) {
			t.Errorf("%s: got %v", id, err)
		}
		if raw.StatusCode != status || raw.Header.Get("X-Seen") != "yes" || string(raw.Body) != `{"id":"secret"}` {
			t.Errorf("%s: got %d %v %s", id, raw.StatusCode, raw.Header, raw.Body)
		}
		if text := raw.String() + raw.GoString() + raw.LogValue().String(); strings.Contains(text, "secret") {
			t.Errorf("the body is printed: %s", text)
		}
	}
}

func TestCall_NeverFollowsRedirects(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed") }))
	t.Cleanup(target.Close)
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, target.URL+"/secret?token=x", status)
		})
		_, err := clerk.Call[item](t.Context(), client, getItem, one("a"))
		var apiErr *clerk.APIError
		if !errors.As(err, &apiErr) || apiErr.StatusCode != status || !errors.Is(err, clerk.ErrRedirect) {
			t.Errorf("%d: got %v", status, err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%d: the error shows the target: %v", status, err)
		}
	}
}

func TestCall_RedirectToNowhere(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"", "http://[bad-secret", "\x01secret", "https://example.com/secret"} {
		attempts := 0
		client := transport(t, script(&attempts, answer(307, `{}`, "Location", location)))
		_, err := clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{Body: map[string]any{"a": 1}})
		if !errors.Is(err, clerk.ErrRedirect) || attempts != 1 || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v after %d attempts", location, err, attempts)
		}
	}
}

func TestCall_TransportErrorsWithoutAddress(t *testing.T) {
	t.Parallel()
	inner := &url.Error{Op: "Get", URL: "https://inner.example.com/secret", Err: errors.New("no route")}
	attempts := 0
	client := transport(t, script(&attempts, inner))
	_, err := clerk.Call[item](t.Context(), client, getItem, one("user_secret"), noRetries)
	if err == nil || err.Error() != "clerk: Items.Get: no route" {
		t.Errorf("got %v", err)
	}
}

func TestClient_CloseIdleConnections(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	server := httptest.NewUnstartedServer(answerWith(200, `{}`))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			close(closed)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client, err := clerk.NewClient(testKey, clerk.WithBaseURL(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err != nil {
		t.Fatal(err)
	}
	client.CloseIdleConnections()
	select {
	case <-closed:
	case <-t.Context().Done():
		t.Error("the connection stays open")
	}
}
