package clerkauth

import "strings"

// legacyDevSuffixes end the hosts of old development instances.
var legacyDevSuffixes = []string{".lcl.dev", ".lclstage.dev", ".lclclerk.com"}

// APIURL returns the base of the Backend API for the environment of this key. Keys of customers are always of the
// production environment.
func (k PublishableKey) APIURL() string {
	switch k.environment() {
	case environmentLocal:
		return "https://api.lclclerk.com"
	case environmentStaging:
		return "https://api.clerkstage.dev"
	}
	return DefaultAPIURL
}

// FrontendAPIProxyURL returns the upstream of the Frontend API proxy for the environment of this key.
func (k PublishableKey) FrontendAPIProxyURL() string {
	switch k.environment() {
	case environmentLocal:
		return "https://frontend-api.lclclerk.com"
	case environmentStaging:
		return "https://frontend-api.clerkstage.dev"
	}
	return "https://frontend-api.clerk.dev"
}

// AccountsURL returns the base of the account portal, or nothing for the zero key.
func (k PublishableKey) AccountsURL() string { return AccountsURL(k.frontendAPI) }

// AccountsURL returns the base of the account portal that belongs to a Frontend API host; empty for an empty host.
func AccountsURL(frontendAPI string) string {
	if frontendAPI == "" {
		return ""
	}
	host := strings.Replace(frontendAPI, "clerk.accountsstage.", "accountsstage.", 1)
	if strings.Contains(host, "clerk.accounts.") {
		return "https://" + strings.Replace(host, "clerk.accounts.", "accounts.", 1)
	}
	return "https://" + strings.Replace(host, "clerk.", "accounts.", 1)
}

type environment uint8

const (
	environmentProduction environment = iota
	environmentStaging
	environmentLocal
)

func (k PublishableKey) environment() environment {
	host := k.frontendAPI
	if strings.HasPrefix(host, "clerk.") && hasLegacyDevSuffix(host) {
		return environmentProduction
	}
	for _, suffix := range []string{".lcl.dev", "lclstage.dev", ".lclclerk.com"} {
		if strings.HasSuffix(host, suffix) {
			return environmentLocal
		}
	}
	if strings.HasSuffix(host, ".accountsstage.dev") {
		return environmentStaging
	}
	return environmentProduction
}

func hasLegacyDevSuffix(host string) bool {
	for _, suffix := range legacyDevSuffixes {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}

// isDevelopmentAccountsHost reports whether host is the account portal of a development instance.
func isDevelopmentAccountsHost(host string) bool {
	if strings.HasPrefix(host, "accounts.") && hasLegacyDevSuffix(host) {
		return true
	}
	for _, suffix := range []string{".accounts.dev", ".accountsstage.dev", ".accounts.lclclerk.com"} {
		if strings.HasSuffix(host, suffix) && !strings.HasSuffix(host, ".clerk"+suffix) {
			return true
		}
	}
	return false
}

// isDevelopmentHost reports whether a Frontend API host belongs to a development instance: two words and a number
// under clerk.accounts, or clerk. with an old development suffix.
func isDevelopmentHost(host string) bool {
	host = strings.ToLower(host)
	if strings.HasPrefix(host, "clerk.") && hasLegacyDevSuffix(host) {
		return true
	}
	name, rest, ok := strings.Cut(host, ".clerk.accounts")
	if !ok || !developmentRest(rest) {
		return false
	}
	parts := strings.Split(name, "-")
	if len(parts) != 3 {
		return false
	}
	return isWord(parts[0]) && isWord(parts[1]) && len(parts[2]) <= 2 && isDigits(parts[2])
}

// developmentRest accepts what follows clerk.accounts: letters and dots, ending in dev or com.
func developmentRest(rest string) bool {
	for i := range len(rest) {
		if c := rest[i]; c != '.' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return strings.HasSuffix(rest, "dev") || strings.HasSuffix(rest, "com")
}

func isWord(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
