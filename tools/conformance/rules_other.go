package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

var otherRules = []scenarioRule{
	rule("D-24", "masks may be numbered over all features", (*difference).masks),
	rule("6.2", "a feature with more than one colon does not exist", (*difference).colons),
	rule("8", "both families of headers are accepted", (*difference).standardHeaders),
	rule("8", "an event has a type", (*difference).noEvent),
	rule("8", "a secret is complete base64", (*difference).unpaddedSecret),
	rule("1.1", "a host has the characters of a host", (*difference).oddHostKey),
	rule("10.3", "a relative page needs a base", (*difference).relativePage),
	rule("10.3", "a sign-up page follows from the sign-in page", (*difference).derivedSignUp),
	rule("10.3", "tasks are a path of the page, in front of its query", (*difference).tasksPath),
}

// masks explains permissions that are numbered over all features, where there are as many masks as features.
func (d *difference) masks() *difference {
	var claims struct {
		Features string `json:"fea"`
		Org      struct {
			Masks string `json:"fpm"`
			Names string `json:"per"`
		} `json:"o"`
	}
	if d.Mode != "authObject" || json.Unmarshal(d.Claims, &claims) != nil || claims.Features == "" {
		return nil
	}
	features, masks := strings.Split(claims.Features, ","), strings.Split(claims.Org.Masks, ",")
	permissions, fewer := []any{}, false
	for i, feature := range features {
		scope, name, _ := strings.Cut(strings.TrimSpace(feature), ":")
		if !strings.Contains(scope, "o") {
			fewer = true
			continue
		}
		mask, ok := new(big.Int).SetString(strings.TrimSpace(masks[min(i, len(masks)-1)]), 10)
		for bit, permission := range strings.Split(claims.Org.Names, ",") {
			if ok && mask.Bit(bit) == 1 {
				permissions = append(permissions, "org:"+name+":"+strings.TrimSpace(permission))
			}
		}
	}
	got, _ := d.got("auth.orgPermissions")
	return d.nothingIf(
		len(masks) == len(features), fewer, got == fmt.Sprint(permissions),
		d.only("auth.orgPermissions: ", "has "), d.onlyProbes("permission"),
	)
}

// onlyProbes reports whether all probes that differ ask for one thing.
func (d *difference) onlyProbes(name string) bool {
	return !slices.ContainsFunc(d.lines, func(line string) bool {
		params, ok := probeOf(line)
		return ok && params[name] == nil
	})
}

// probeOf returns what the probe of a line asks for.
func probeOf(line string) (map[string]any, bool) {
	rest, ok := strings.CutPrefix(line, "has ")
	at := strings.LastIndex(rest, ": got ")
	if !ok || at < 0 {
		return nil, false
	}
	var params map[string]any
	return params, json.Unmarshal([]byte(rest[:at]), &params) == nil
}

func (d *difference) colons() *difference {
	return d.without(func(line string) bool {
		params, ok := probeOf(line)
		if !ok || !strings.HasSuffix(line, ": got false, want true") {
			return false
		}
		for _, name := range []string{"feature", "plan"} {
			if text, _ := params[name].(string); strings.Count(text, ":") > 1 {
				return true
			}
		}
		return false
	})
}

func (d *difference) standardHeaders() *difference {
	complete := true
	for _, name := range []string{"id", "timestamp", "signature"} {
		complete = complete && d.header("webhook-"+name) != "" && d.header("svix-"+name) == ""
	}
	return d.nothingIf(
		d.Mode == "verifyWebhook", len(d.lines) == 1, complete, strings.Contains(d.theirs(), "Missing required webhook headers"),
		d.line("verifies") == "got true, want false",
	)
}

func (d *difference) noEvent() *difference {
	var body struct {
		Type string `json:"type"`
	}
	return d.nothingIf(
		d.Mode == "verifyWebhook", len(d.lines) == 1, json.Unmarshal([]byte(d.Request.Body), &body) == nil, body.Type == "",
		d.line("verifies") == "got false, want true",
	)
}

func (d *difference) unpaddedSecret() *difference {
	secret := strings.TrimPrefix(d.Options.text("signingSecret"), "whsec_")
	return d.nothingIf(d.Mode == "verifyWebhook", len(d.lines) == 1, len(secret)%4 != 0, d.line("verifies") == "got false, want true")
}

func (d *difference) oddHostKey() *difference {
	return d.nothingIf(d.Mode == "publishableKey", oddHost(d.Key), d.line("is a key") == "got false, want true", len(d.lines) == 1)
}

func (d *difference) relativePage() *difference {
	if d.Mode != "createRedirect" || isWebAddress(d.Options.text("baseUrl")) {
		return nil
	}
	relative := func(name string) bool {
		return d.Options.text(name) != "" && !isWebAddress(d.Options.text(name))
	}
	return d.without(func(line string) bool {
		return line == "sign-in is built: got false, want true" && (relative("signInUrl") || relative("returnBackUrl")) ||
			line == "sign-up is built: got false, want true" && (relative("signUpUrl") || relative("signInUrl") || relative("returnBackUrl"))
	})
}

func (d *difference) derivedSignUp() *difference {
	if d.Mode != "createRedirect" || d.Options.text("signUpUrl") != "" || d.Options.text("signInUrl") == "" {
		return nil
	}
	return d.without(func(line string) bool { return line == "sign-up is built: got true, want false" })
}

// signUpPage is the sign-up page, or what follows from the sign-in page.
func (s *scenario) signUpPage() string {
	if page := s.Options.text("signUpUrl"); page != "" {
		return page
	}
	page, query, _ := strings.Cut(s.Options.text("signInUrl"), "?")
	return page + "/create?" + query
}

// tasksPath explains the path of the tasks of a page that has a query: they append it to the text.
func (d *difference) tasksPath() *difference {
	if d.Mode != "createRedirect" || d.Options.text("sessionStatus") != "pending" {
		return nil
	}
	rest := d
	for what, address := range map[string]string{"sign-in": d.Options.text("signInUrl"), "sign-up": d.signUpPage()} {
		page, query, _ := strings.Cut(address, "?")
		name, value, found := strings.Cut(query, "=")
		if !found || d.line(what+" path") == "" {
			continue
		}
		path := parseLocation(page).Path
		for _, line := range []string{
			what + " path: got " + path + "/tasks, want " + path,
			what + " parameter " + name + ": got " + value + ", want " + value + "/tasks",
		} {
			if !slices.Contains(rest.lines, line) {
				return nil
			}
			rest = rest.without(func(other string) bool { return other == line })
		}
	}
	if rest == d {
		return nil
	}
	return rest
}
