package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// What is left when a person has done something: what the Backend API says, and the webhooks that the application got.

// listen makes the application receive the webhooks of the emulator.
func (s *site) listen(mux *http.ServeMux) error {
	endpoint, err := s.srv.AddWebhook(s.http.URL + "/webhooks")
	if err != nil {
		return err
	}
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{endpoint.Secret()}, Now: s.srv.Clock().Now})
	if err != nil {
		return err
	}
	mux.HandleFunc("POST /webhooks", func(w http.ResponseWriter, r *http.Request) {
		event, err := verifier.VerifyRequest(r)
		if err != nil {
			s.complain("webhook: " + err.Error())
			http.Error(w, "", http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		s.heard = append(s.heard, event)
		s.mu.Unlock()
	})
	return nil
}

// hears checks that the application got webhooks of these types since it was asked last.
func (v *visit) hears(types ...clerkwebhook.EventType) func() error {
	return func() error {
		if err := v.srv.FlushWebhooks(v.ctx); err != nil {
			return err
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		heard := make([]clerkwebhook.EventType, len(v.heard))
		for i, event := range v.heard {
			heard[i] = event.Type
		}
		v.heard = nil
		for _, want := range types {
			if !slices.Contains(heard, want) {
				return fmt.Errorf("got the webhooks %v, want %s", heard, want)
			}
		}
		return nil
	}
}

// recorded checks what the Backend API says.
func (v *visit) recorded(want string, ask func(api *clerk.Client) (any, error)) func() error {
	return func() error {
		got, err := ask(v.srv.API())
		if err != nil {
			return err
		}
		if fmt.Sprint(got) != want {
			return fmt.Errorf("the Backend API says %v, want %s", got, want)
		}
		return nil
	}
}

// recordedUser checks what the Backend API says of a user.
func (v *visit) recordedUser(id, want string, say func(*clerk.User) any) func() error {
	return v.recorded(want, func(api *clerk.Client) (any, error) {
		u, err := api.Users.Get(v.ctx, id)
		if err != nil {
			return nil, err
		}
		return say(u), nil
	})
}

// factorsOf says whether a user has an authenticator app and backup codes.
func factorsOf(u *clerk.User) any { return fmt.Sprint(u.TOTPEnabled, u.BackupCodeEnabled) }

// complain notes what must not happen.
func (s *site) complain(ill string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ills = append(s.ills, ill)
}

func (s *site) complaints() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ills) > 0 {
		return fmt.Errorf("%s", strings.Join(slices.Compact(s.ills), "\n"))
	}
	return nil
}
