package clerk_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestWithLogger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		attempts := 0
		steps := script(&attempts,
			errReset,
			answer(503, `{"errors":[{"code":"down","message":"secret-message"}],"clerk_trace_id":"trace1"}`),
			answer(200, `{"id":"secret-id"}`, "Clerk-Trace-Id", "trace2"))
		logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		client := transport(t, steps, clerk.WithLogger(logger))
		params := clerk.CallParams{
			Path: []string{"secret-id"}, Query: url.Values{"q": {"secret-query"}}, Body: map[string]any{"p": "secret-body"},
		}
		_, err := clerk.Call[item](t.Context(), client, updateItem, params, clerk.WithHeader("X-Own", "secret-header"))
		if err != nil {
			t.Fatal(err)
		}
		type line struct {
			Level     string
			Msg       string
			Operation string
			Status    int
			Attempt   int
			Duration  *int64
			Trace     string `json:"trace_id"`
			Failure   string
		}
		var lines []line
		for decoder := json.NewDecoder(strings.NewReader(out.String())); ; {
			var l line
			if err := decoder.Decode(&l); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if l.Duration == nil {
				t.Error("a line has no duration")
			}
			l.Duration = nil
			lines = append(lines, l)
		}
		want := []line{
			{"WARN", "clerk request failed", "Items.Update", 0, 1, nil, "", "broken connection"},
			{"WARN", "clerk request failed", "Items.Update", 503, 2, nil, "trace1", "status"},
			{"DEBUG", "clerk request", "Items.Update", 200, 3, nil, "trace2", ""},
		}
		if len(lines) != len(want) {
			t.Fatalf("got %d lines, want %d:\n%s", len(lines), len(want), out.String())
		}
		for i := range want {
			if lines[i] != want[i] {
				t.Errorf("line %d: got %+v, want %+v", i, lines[i], want[i])
			}
		}
		if strings.Contains(out.String(), "secret") || strings.Contains(out.String(), testKey) {
			t.Errorf("the log tells too much:\n%s", out.String())
		}
	})
}

func TestWithLogger_NamesFailures(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		step any
		want string
	}{
		"no connection": {errDial, "no connection"},
		"a long body":   {&http.Response{StatusCode: 200, ContentLength: 1 << 40, Body: http.NoBody}, "body"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			attempts := 0
			client := transport(t, script(&attempts, test.step), clerk.WithLogger(slog.New(slog.NewTextHandler(&out, nil))), noRetries)
			if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err == nil {
				t.Error("got no error")
			}
			if !strings.Contains(out.String(), test.want) {
				t.Errorf("got %s, want %s", out.String(), test.want)
			}
		})
	}
}
