package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"runtime"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// redirectURIs are where the browser brings the answer. Clerk compares them letter by letter, port and all, so the application
// has all of them, and the program takes the first whose port is free.
var redirectURIs = []string{"http://127.0.0.1:8931/callback", "http://127.0.0.1:8932/callback", "http://127.0.0.1:8933/callback"}

// loginInBrowser signs in with the authorization code flow and PKCE (RFC 8252).
func (p *program) loginInBrowser(ctx context.Context, redirectURIs []string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	listener, redirectURI, err := listen(ctx, redirectURIs)
	if err != nil {
		return err
	}
	p.oauth.RedirectURL = redirectURI
	//docs:begin begin
	state, nonce, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	answers := make(chan url.Values, 1)
	server := &http.Server{Handler: callback(state, answers), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Shutdown(context.WithoutCancel(ctx)) }()

	address := p.oauth.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce))
	//docs:end begin
	if _, err := fmt.Fprintf(p.out, "Sign in with your browser. If it does not open, go to\n%s\n", address); err != nil {
		return err
	}
	_ = p.open(address) // the address is there to be copied
	var answer url.Values
	select {
	case answer = <-answers:
	case <-ctx.Done():
		return ctx.Err()
	}
	if code := answer.Get("error"); code != "" {
		return errors.New("the sign-in was refused: " + code)
	}
	//docs:begin finish
	if iss, ok := answer["iss"]; ok && iss[0] != p.issuer() {
		return errors.New("the answer is of another issuer")
	}
	token, err := p.oauth.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
	//docs:end finish
	if err != nil {
		return err
	}
	return p.keep(ctx, token, nonce)
}

func (p *program) issuer() string {
	var metadata struct{ Issuer string }
	_ = p.provider.Claims(&metadata) // it was read before
	return metadata.Issuer
}

// listen takes the first address whose port is free.
func listen(ctx context.Context, redirectURIs []string) (listener net.Listener, redirectURI string, err error) {
	for _, redirectURI = range redirectURIs {
		u, parseErr := url.Parse(redirectURI)
		if parseErr != nil {
			return nil, "", parseErr
		}
		if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", u.Host); err == nil {
			return listener, redirectURI, nil
		}
	}
	return nil, "", err
}

// callback takes the first answer that has the state of the sign-in. Whatever else gets here is not from Clerk.
func callback(state string, answers chan<- url.Values) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
			http.Error(w, "This is not the sign-in that was begun.", http.StatusBadRequest)
			return
		}
		select {
		case answers <- q:
		default:
		}
		w.Header().Set("Referrer-Policy", "no-referrer")
		_, _ = w.Write([]byte("You can close this page and go back to the terminal.\n"))
	})
	return mux
}

// openBrowser shows a page in the browser of the user.
func openBrowser(address string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", address).Start() //nolint:gosec,noctx // it stays when the program ends
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", address).Start() //nolint:gosec,noctx // as above
	}
	return exec.Command("xdg-open", address).Start() //nolint:gosec,noctx // as above
}
