package main

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

var configurationRules = []scenarioRule{
	rule("5.5", "what cannot work is an error of New, not of each request", (*difference).configuration),
	rule("5.5", "machines need no publishable key", (*difference).withoutPublishable),
	rule("D-16", "a secret key is not needed without network", (*difference).withoutSecret),
}

// variableName is how errors of New name the environment variable of an option.
var variableName = regexp.MustCompile(` \(CLERK_[A-Z_]+\)`)

// configuration explains an error of New by what is wrong with the options that it names, one on each line.
func (d *difference) configuration() *difference {
	message := variableName.ReplaceAllString(d.line("configuration"), "")
	if message == "" || len(d.lines) != 1 {
		return nil
	}
	for trouble := range strings.SplitSeq(message, "\n") {
		if !d.explainsOption(trouble) {
			return nil
		}
	}
	return d.nothing()
}

// explainsOption reports whether an option is wrong in the way that a line of the error says.
func (d *difference) explainsOption(message string) bool {
	for name, option := range map[string]string{
		"ProxyURL": "proxyUrl", "SignInURL": "signInUrl", "SignUpURL": "signUpUrl",
	} {
		if strings.Contains(message, ": "+name+" is neither an absolute http(s) URL nor a path") && !d.isAddressOrPath(option) {
			return true
		}
	}
	for part, wrong := range map[string]func() bool{
		"ProxyURL is a local address or plain http": func() bool {
			return d.production() && !strings.HasPrefix(d.Options.text("proxyUrl"), "https://")
		},
		"ProxyURL is not an absolute http(s) URL": func() bool { return !isWebAddress(d.Options.text("proxyUrl")) },
		"ClockSkew is negative":                   d.negativeSkew,
		"JWTKey: ":                                func() bool { return d.publicKey() == nil },
		"SignInURL of a satellite must be absolute": func() bool {
			return d.Options.flag("isSatellite") && !isWebAddress(d.Options.text("signInUrl"))
		},
		"SignInURL of a satellite must have another origin": func() bool {
			return d.Options.flag("isSatellite") && parseLocation(d.Options.text("signInUrl")).Origin == "https://"+d.Options.text("domain")
		},
		"a satellite of a development instance needs SignInURL": func() bool {
			return d.Options.flag("isSatellite") && !d.production() && d.Options.text("signInUrl") == ""
		},
		"a satellite needs Domain or ProxyURL": func() bool {
			return d.Options.flag("isSatellite") && d.Options.text("domain") == "" && d.Options.text("proxyUrl") == ""
		},
		"publishable key is not valid": func() bool { return !isKey(d.Options.text("publishableKey")) },
	} {
		if strings.Contains(message, part) && wrong() {
			return true
		}
	}
	return false
}

func (d *difference) negativeSkew() bool {
	var millis float64
	return json.Unmarshal(d.Options["clockSkewInMs"], &millis) == nil && millis < 0
}

func (d *difference) isAddressOrPath(option string) bool {
	text := d.Options.text(option)
	return isWebAddress(text) || strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//")
}

var keyShape = regexp.MustCompile(`^pk_(live|test)_[A-Za-z0-9+/]+=*$`)

// isKey reports whether a text is the publishable key of a host.
func isKey(key string) bool {
	host, ok := hostOfKey(key)
	return keyShape.MatchString(key) && ok && strings.Count(host, "$") == 1 && strings.HasSuffix(host, "$") &&
		strings.Contains(host, ".") && !oddHost(key)
}

func hostOfKey(key string) (string, bool) {
	parts := strings.SplitN(key, "_", 3)
	raw, err := base64.StdEncoding.DecodeString(padded(parts[len(parts)-1]))
	return string(raw), err == nil
}

// oddHost reports whether a publishable key has a host with characters that no host has.
func oddHost(key string) bool {
	host, ok := hostOfKey(key)
	return ok && strings.ContainsFunc(strings.TrimSuffix(host, "$"), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != ':'
	})
}

func padded(text string) string {
	text = strings.TrimRight(text, "=")
	return text + strings.Repeat("=", (4-len(text)%4)%4)
}

const somePublishableKey = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"

func (d *difference) withoutPublishable() *difference {
	accepted := d.Options.accepted()
	needsNone := !slices.ContainsFunc(accepted, func(t clerkauth.TokenType) bool { return t != "api_key" && t != "m2m_token" })
	if d.theirs() != "error Publishable key is missing." || d.Options.text("publishableKey") != "" || !needsNone {
		return nil
	}
	return d.nothingIf(d.sameFor(d.withOption("publishableKey", somePublishableKey)))
}

func (d *difference) withoutSecret() *difference {
	demand := []string{"error Missing Clerk Secret Key*", "error Machine token authentication requires either*"}
	other := d.Options.text("jwtKey") != "" || d.Options.text("machineSecretKey") != ""
	if !oneOf(d.theirs(), demand) || d.Options.text("secretKey") != "" || !other {
		return nil
	}
	// With a key, Clerk is asked for what it cannot be asked for without one; it must not matter.
	known := d.withOption("secretKey", "sk_of_no_instance")
	silent := known.vary()
	silent.Bapi = nil
	return d.nothingIf(slices.ContainsFunc([]*scenario{
		known, silent, silent.withoutQuery(handshakeResults...).withoutCookies(handshakeResults...),
	}, func(other *scenario) bool { return d.sameFor(other) }))
}
