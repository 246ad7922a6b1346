package main

import (
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// The variables that the checks are about.
const (
	secretVariable      = "CLERK_SECRET_KEY" //nolint:gosec // the name of a variable
	publishableVariable = "CLERK_PUBLISHABLE_KEY"
	jwtVariable         = "CLERK_JWT_KEY"
	partiesVariable     = "CLERK_AUTHORIZED_PARTIES"
	webhookVariable     = "CLERK_WEBHOOK_SIGNING_SECRET" //nolint:gosec // the name of a variable
)

// variables lists what an application reads from its environment.
func variables() []string {
	return []string{
		secretVariable, publishableVariable, jwtVariable, partiesVariable, webhookVariable, "CLERK_MACHINE_SECRET_KEY",
		"CLERK_API_URL", "CLERK_FAPI_URL", "CLERK_DOMAIN", "CLERK_IS_SATELLITE", "CLERK_PROXY_URL", "CLERK_SIGN_IN_URL",
		"CLERK_SIGN_UP_URL",
	}
}

const whereKeysAre = "Copy it from the API keys page of Clerk's dashboard, or from what the local Clerk prints when it starts."

// examineVariables looks at the variables alone, before anything is asked.
func examineVariables(r *report, getenv func(string) string) {
	for _, name := range variables() {
		switch value := getenv(name); {
		case quoted(value):
			r.wrong(name, "Write the value without quotes: what reads this file keeps them.", "the value is in quotes")
		case value != strings.TrimSpace(value):
			r.wrong(name, "Remove the space before or after the value.", "the value begins or ends with white space")
		}
	}
	examineKeys(r, clean(getenv(secretVariable)), clean(getenv(publishableVariable)), getenv(jwtVariable) != "")
	examineElsewhere(r, getenv)
	examineSettings(r, getenv)
}

func examineKeys(r *report, secret, publishable string, hasJWTKey bool) {
	switch {
	case secret == "" && hasJWTKey:
		r.warn(secretVariable, "Set it where the application needs the Backend API, handshakes or machine tokens.",
			"it is not set; session tokens are verified with CLERK_JWT_KEY")
	case secret == "":
		r.wrong(secretVariable, whereKeysAre, "it is not set")
	case strings.HasPrefix(secret, "pk_"):
		r.wrong(secretVariable, "Swap the values of the two variables.", "the value is a publishable key")
	case !strings.HasPrefix(secret, "sk_test_") && !strings.HasPrefix(secret, "sk_live_"):
		r.wrong(secretVariable, whereKeysAre, "the value begins with neither sk_test_ nor sk_live_")
	}
	key, err := clerkauth.ParsePublishableKey(publishable)
	switch {
	case publishable == "":
		r.wrong(publishableVariable, whereKeysAre+" Only a service that reads nothing but headers does without (Config.HeaderOnly).",
			"it is not set")
		return
	case strings.HasPrefix(publishable, "sk_"):
		r.wrong(publishableVariable, "Swap the values of the two variables.", "the value is a secret key")
		return
	case err != nil:
		r.wrong(publishableVariable, whereKeysAre, "the value is no publishable key, or one that was cut")
		return
	}
	live := key.Instance() == clerkauth.Production
	if live && strings.HasPrefix(secret, "sk_test_") || !live && strings.HasPrefix(secret, "sk_live_") {
		r.wrong(secretVariable, "Take both keys from the same instance as the publishable key.",
			"the keys are of two environments: one of development, one of production")
	}
}

// examineElsewhere finds variables that carry the names of other frameworks or of older programs.
func examineElsewhere(r *report, getenv func(string) string) {
	for name, others := range map[string][]string{
		publishableVariable: {
			"NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "VITE_CLERK_PUBLISHABLE_KEY", "NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY",
			"PUBLIC_CLERK_PUBLISHABLE_KEY", "EXPO_PUBLIC_CLERK_PUBLISHABLE_KEY",
		},
		secretVariable:  {"CLERK_API_KEY", "NUXT_CLERK_SECRET_KEY"},
		webhookVariable: {"CLERK_WEBHOOK_SECRET", "WEBHOOK_SECRET"},
	} {
		for _, other := range others {
			if getenv(name) == "" && getenv(other) != "" {
				r.warn(name, "Set "+name+" to the same value.", "%s is set, which this SDK does not read", other)
			}
		}
	}
}

func examineSettings(r *report, getenv func(string) string) {
	if getenv(partiesVariable) == "" {
		r.warn(partiesVariable, "Set it to the origins of your pages, such as https://app.example.com, with commas between them.",
			"it is not set, so session cookies that any page of the instance obtained are accepted")
	}
	if secret := clean(getenv(webhookVariable)); secret != "" && !strings.HasPrefix(secret, "whsec_") {
		r.wrong(webhookVariable, "Copy the signing secret of the endpoint from the webhooks page of Clerk's dashboard.",
			"the value does not begin with whsec_")
	}
	if getenv("CLERK_DOMAIN") != "" && getenv("CLERK_IS_SATELLITE") == "" {
		r.warn("CLERK_DOMAIN", "Set CLERK_IS_SATELLITE=true on a satellite, or remove CLERK_DOMAIN.",
			"it has no effect: it names the domain of a satellite, and this application is none")
	}
}
