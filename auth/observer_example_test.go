package clerkauth_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:begin observer

// refusalLog is an observer that writes to a log who was turned away and why.
type refusalLog struct{ log *slog.Logger }

func (refusalLog) BeginAuthentication(ctx context.Context) context.Context { return ctx }

func (l refusalLog) EndAuthentication(ctx context.Context, info clerkauth.AuthenticationInfo) {
	if info.StatusCode == http.StatusServiceUnavailable {
		l.log.ErrorContext(ctx, "authentication does not work", "reason", string(info.Reason))
	}
}

func (l refusalLog) Refused(info clerkauth.RefusalInfo) {
	attrs := []any{"status", info.StatusCode, "reason", string(info.Reason), "token", string(info.TokenType)}
	if info.Missing != nil {
		attrs = append(attrs, "missing", info.Missing.Name)
	}
	l.log.Info("turned away", attrs...)
}

func (l refusalLog) EndKeyLoad(info clerkauth.KeyLoadInfo) {
	l.log.Debug("keys loaded", "keys", info.Keys, "reason", string(info.Reason))
}

//docs:end observer

// An observer is told what is decided and why. This one writes it to a log.
func ExampleObserver() {
	plain := &slog.HandlerOptions{ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
		if attr.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return attr
	}}
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey: "sk_test_secret", HeaderOnly: true, Observer: refusalLog{slog.New(slog.NewTextHandler(os.Stdout, plain))},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	state := authn.AuthenticateToken(context.Background(), "not.a.token")
	if state.Require(clerkauth.HasRole("admin")) != nil {
		return // or answer the refusal
	}
	// Output:
	// level=INFO msg="turned away" status=401 reason=token-invalid token=session_token
}
