package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
)

// envLine is a setting of an application.
type envLine struct{ name, value string }

// settings are the variables by which applications use an instance: those of Go and Express, and the names under which Next.js
// and Vite hand the same values to the browser.
func settings(in *clerktest.Instance) []envLine {
	out := []envLine{
		{"CLERK_API_URL", in.URL()}, {"CLERK_SECRET_KEY", in.SecretKey()}, {"CLERK_PUBLISHABLE_KEY", in.PublishableKey()},
		{"NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", in.PublishableKey()}, {"NEXT_PUBLIC_CLERK_PROXY_URL", in.URL()},
		{"VITE_CLERK_PUBLISHABLE_KEY", in.PublishableKey()}, {"VITE_CLERK_PROXY_URL", in.URL()},
	}
	if party := in.AuthorizedParty(); party != "" {
		out = append(out, envLine{"CLERK_AUTHORIZED_PARTIES", party})
	}
	if hooks := in.Webhooks(); len(hooks) > 0 {
		out = append(out, envLine{"CLERK_WEBHOOK_SIGNING_SECRET", hooks[0].Secret()})
	}
	return out
}

// maxEnvFile bounds the file that is updated.
const maxEnvFile = 1 << 20

// writeEnvFile sets the variables in a .env file and keeps its other lines. The file is for its owner alone, as it holds keys.
func writeEnvFile(name string, vars []envLine) error {
	old, err := os.ReadFile(name) //nolint:gosec // the file that the person who starts the command names
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("-env-file: %w", err)
	}
	if len(old) > maxEnvFile {
		return fmt.Errorf("-env-file %s: this is no .env file, it is too long", name)
	}
	temporary := name + ".new"
	if err := os.WriteFile(temporary, []byte(setVariables(string(old), vars)), 0o600); err != nil {
		return fmt.Errorf("-env-file: %w", err)
	}
	if err := errors.Join(os.Chmod(temporary, 0o600), os.Rename(temporary, name)); err != nil { // also where it was there already
		return fmt.Errorf("-env-file: %w", err)
	}
	return nil
}

// setVariables gives variables their values where the text has them, once each, and adds the others at its end.
func setVariables(text string, vars []envLine) string {
	var out strings.Builder
	done := map[string]bool{}
	for line := range strings.Lines(text) {
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		at := slices.IndexFunc(vars, func(v envLine) bool { return v.name == strings.TrimSpace(name) })
		switch {
		case at < 0:
			out.WriteString(strings.TrimSuffix(line, "\n") + "\n")
		case !done[vars[at].name]:
			done[vars[at].name] = true
			out.WriteString(vars[at].name + "=" + vars[at].value + "\n")
		}
	}
	for _, v := range vars {
		if !done[v.name] {
			out.WriteString(v.name + "=" + v.value + "\n")
		}
	}
	return out.String()
}
