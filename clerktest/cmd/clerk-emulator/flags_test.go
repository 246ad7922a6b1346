package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// sample has a value for each flag.
var sample = map[string]string{
	"addr": "127.0.0.1:4001", "url": "http://clerk:4000", "seed": "seed.json", "data": "folder", "secret-key": "sk_test_1",
	"authorized-party": "http://localhost:3001", "instance": "shop,blog", "clerkjs": "js", "webhook": "http://127.0.0.1:9/a,http://127.0.0.1:9/b",
	"webhook-secret": "whsec_1", "log": "errors", "allow-remote": "true", "real-time-tokens": "true", "version": "true", "health": "true",
	"env-file": ".env.local", "quiet": "true",
}

func variable(name string) string {
	return "CLERK_EMULATOR_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

func one(name, value string) func(string) (string, bool) {
	return func(asked string) (string, bool) { return value, asked == name }
}

func TestFlags_EachHasAVariableAndALineOfHelp(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	if err := run(t.Context(), []string{"-help"}, nothing, io.Discard, &help); err == nil {
		t.Fatal("-help began to serve")
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	usual, err := parse(nil, nothing, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range sample {
		byFlag, err := parse([]string{"-" + name + "=" + value}, nothing, io.Discard)
		if err != nil {
			t.Fatalf("-%s=%s: %v", name, value, err)
		}
		byVariable, err := parse(nil, one(variable(name), value), io.Discard)
		if err != nil {
			t.Fatalf("%s=%s: %v", variable(name), value, err)
		}
		if !reflect.DeepEqual(byFlag, byVariable) {
			t.Errorf("%s gives %+v, want as -%s %+v", variable(name), byVariable, name, byFlag)
		}
		if reflect.DeepEqual(byFlag, usual) {
			t.Errorf("-%s=%s changes nothing", name, value)
		}
		if !strings.Contains(string(readme), "| `-"+name) {
			t.Errorf("README does not name -%s", name)
		}
	}
	if got := strings.Count(help.String(), "\n  -"); got != len(sample) {
		t.Errorf("-help lists %d flags, the test knows %d", got, len(sample))
	}
}

func TestFlags_AnArgumentCountsMoreThanAVariable(t *testing.T) {
	t.Parallel()
	c, err := parse([]string{"-log", "none"}, one("CLERK_EMULATOR_LOG", "errors"), io.Discard)
	if err != nil || c.log != "none" {
		t.Errorf("log = %v, %v, want none", c, err)
	}
}

func TestFlags_ABadOneIsReportedOnce(t *testing.T) {
	t.Parallel()
	for word, given := range map[string]struct {
		args   []string
		lookup func(string) (string, bool)
	}{
		"surprise":                    {[]string{"-surprise"}, nothing},
		"allow-remote":                {[]string{"-allow-remote=perhaps"}, nothing},
		"CLERK_EMULATOR_ALLOW_REMOTE": {nil, one("CLERK_EMULATOR_ALLOW_REMOTE", "perhaps")},
	} {
		var stdout, stderr bytes.Buffer
		err := run(t.Context(), given.args, given.lookup, &stdout, &stderr)
		if err == nil || strings.Count(err.Error(), word) != 1 {
			t.Errorf("the error is %v, want %s in it once", err, word)
		}
		if stdout.Len()+stderr.Len() > 0 {
			t.Errorf("%s was written too: %s%s", word, &stdout, &stderr)
		}
	}
}

func TestRun_AnAddressOfAllInterfacesIsInNoLink(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0"} {
		env, stop := start(t, "-addr", addr, "-allow-remote")
		_, encoded, _ := strings.Cut(env["CLERK_PUBLISHABLE_KEY"], "pk_test_")
		host, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
		if err != nil {
			t.Fatal(err)
		}
		said := []string{string(host), env["CLERK_API_URL"]}
		for _, path := range []string{"/_clerktest/instance", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
			_, body := get(t, map[string]string{"CLERK_API_URL": env["CLERK_API_URL"]}, path)
			said = append(said, body)
		}
		for _, text := range said {
			if strings.Contains(text, "[::]") || strings.Contains(text, "0.0.0.0") || !strings.Contains(text, "localhost") {
				t.Errorf("-addr %s: %s, want localhost and no address of all interfaces", addr, text)
			}
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
}

func TestRun_ErrorsOfASeedNameFileLineAndRecord(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ seed, line, record string }{
		"not JSON":         {"{\n \"users\": [\n  {\"id\": }\n]}", "line 3", ""},
		"an end too early": {"{\n \"users\": [\n", "line 3", ""},
		"a wrong type":     {"{\n \"users\": [\n  {\"email\": \"a@example.com\"},\n  {\n   \"email\": 5}\n]}", "line 4", "users[1]"},
		"an unknown field": {"{\n \"roles\": [],\n \"users\": [\n  {\"emial\": \"a@example.com\"}]}", "line 4", "users[0]"},
		"an unknown part":  {"{\n \"roles\": [],\n \"people\": [{}]}", "line 3", "people"},
		"a refused record": {"{\"users\": [\n  {\"email\": \"a@example.com\"},\n  {\"email\": \"a@example.com\"}\n]}", "line 3", "users[1]"},
		"a wrong setting":  {"{\n \"user_settings\": {\n  \"attributes\": 5}\n}", "line 2", "user_settings"},
	} {
		file := filepath.Join(t.TempDir(), "people.json")
		if err := os.WriteFile(file, []byte(tt.seed), 0o600); err != nil {
			t.Fatal(err)
		}
		err := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-seed", file}, nothing, io.Discard, io.Discard)
		if err == nil {
			t.Errorf("%s was taken", name)
			continue
		}
		for _, want := range []string{file, tt.line + ":", tt.record} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error = %q, want %q in it", name, err, want)
			}
		}
	}
}

func TestRun_HealthTellsWhetherTheEmulatorAnswers(t *testing.T) {
	t.Parallel()
	env, stop := start(t)
	addr := strings.TrimPrefix(env["CLERK_API_URL"], "http://")
	if err := run(t.Context(), []string{"-addr", addr, "-health"}, nothing, io.Discard, io.Discard); err != nil {
		t.Errorf("health of a running emulator = %v", err)
	}
	_, port, _ := strings.Cut(addr, ":")
	if err := run(t.Context(), []string{"-health"}, one("CLERK_EMULATOR_ADDR", "0.0.0.0:"+port), io.Discard, io.Discard); err != nil {
		t.Errorf("health by the address of all interfaces = %v", err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"-addr", addr, "-health"}, nothing, io.Discard, io.Discard); err == nil {
		t.Error("a stopped emulator is healthy")
	}
}
