package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}

func TestRun_Once(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(t.Context(), true, strings.NewReader(""), &out); err != nil {
		t.Fatalf("got error %v, want none\n%s", err, &out)
	}
	for _, want := range []string{
		"session-token-missing", "token-expired", "jwk-kid-mismatch", "missing-permission", "201",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output does not show %q:\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "curl") {
		t.Errorf("the output has curl lines although the program ends:\n%s", &out)
	}
}

func TestRun_YourOwnInstance(t *testing.T) {
	for name, publishableKey := range map[string]string{
		"the secret key alone": "", "development": "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k", "production": "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",
	} {
		t.Run(name, func(t *testing.T) {
			secretKey := "sk_test_abcdefghijklmnopqrstuvwxyz"
			if name == "production" {
				secretKey = "sk_live_abcdefghijklmnopqrstuvwxyz"
			}
			t.Setenv("CLERK_SECRET_KEY", secretKey)
			t.Setenv("CLERK_PUBLISHABLE_KEY", publishableKey)
			var out strings.Builder
			if err := run(t.Context(), true, strings.NewReader(""), &out); err != nil {
				t.Errorf("got error %v, want none\n%s", err, &out)
			}
		})
	}
}

func TestRun_ServesUntilTheInputEnds(t *testing.T) {
	t.Parallel()
	in, end := io.Pipe()
	out, lines := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(t.Context(), false, in, lines)
		_ = lines.Close()
	}()

	var seen strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(seen.String(), "stops it") {
		n, err := out.Read(buf)
		seen.Write(buf[:n])
		if err != nil {
			t.Fatalf("the program ended early: %v\n%s", <-done, seen.String())
		}
	}
	if got := strings.Count(seen.String(), "curl"); got != 4 {
		t.Errorf("got %d curl lines, want 4:\n%s", got, seen.String())
	}
	_ = end.Close()
	if err := <-done; err != nil {
		t.Errorf("got error %v, want none", err)
	}
}

func TestWalk_TellsUnexpectedAnswers(t *testing.T) {
	t.Parallel()
	svc := newLocalService(t)
	steps := []step{{http.MethodGet, "/me", "no token", "", http.StatusOK, ""}}
	var out strings.Builder
	if err := walk(t.Context(), svc.address, steps, &out); !errors.Is(err, errUnexpected) {
		t.Errorf("got error %v, want %v", err, errUnexpected)
	}
	if want := "expected 200"; !strings.Contains(out.String(), want) {
		t.Errorf("got %q, want %q in it", out.String(), want)
	}
}

// newLocalService starts the service on a local Clerk of its own.
func newLocalService(t *testing.T) *service {
	t.Helper()
	l, err := startLocal(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	svc, err := startService(t.Context(), l.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(svc.close)
	return svc
}
