package snippets

import (
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// NewPagesAuthenticator makes an authenticator for an application that renders pages.
func NewPagesAuthenticator(secretKey, publishableKey string) (*clerkauth.Authenticator, error) {
	//docs:begin config
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey:         secretKey,
		PublishableKey:    publishableKey,
		AuthorizedParties: []string{"https://app.example.com"},
		// Tokens of page loads have no azp. Leave this out where others run applications on subdomains of yours.
		AllowMissingAuthorizedParty: true,
		PublicOrigin:                "https://app.example.com", // what browsers see, when a proxy stands in front
		SignInURL:                   "https://app.example.com/sign-in",
	})
	//docs:end config
	return authn, err
}

// Pages guards the pages of a net/http service.
func Pages(authn *clerkauth.Authenticator, home, dashboard http.Handler) http.Handler {
	//docs:begin pages
	mux := http.NewServeMux()
	mux.Handle("GET /", home)
	mux.Handle("GET /dashboard", clerkauth.RedirectToSignIn()(dashboard))
	return clerkauth.Middleware(authn)(mux)
	//docs:end pages
}

// NewSatelliteAuthenticator makes an authenticator of an application on a second domain.
func NewSatelliteAuthenticator(secretKey, publishableKey string) (*clerkauth.Authenticator, error) {
	//docs:begin satellite
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey:         secretKey,
		PublishableKey:    publishableKey,
		IsSatellite:       true,
		Domain:            "shop.example.net",
		SignInURL:         "https://app.example.com/sign-in", // on the primary domain
		AuthorizedParties: []string{"https://shop.example.net"},
		// Tokens of page loads have no azp. Leave this out where others run applications on subdomains of yours.
		AllowMissingAuthorizedParty: true,
	})
	//docs:end satellite
	return authn, err
}

// NewOrganizationAuthenticator makes an authenticator that lets the URL choose the organization.
func NewOrganizationAuthenticator(config clerkauth.Config) (*clerkauth.Authenticator, error) {
	//docs:begin organization
	config.OrganizationSync = clerkauth.OrganizationSync{
		OrganizationPatterns:    []string{"/orgs/:slug", "/orgs/:slug/(.*)"},
		PersonalAccountPatterns: []string{"/me", "/me/(.*)"},
	}
	//docs:end organization
	return clerkauth.New(config)
}

// ProxiedPages serves the Frontend API under /__clerk of the application itself.
func ProxiedPages(config clerkauth.Config, mux *http.ServeMux) (http.Handler, error) {
	//docs:begin proxy
	config.ProxyURL = "/__clerk" // the front end gets the same as its proxyUrl
	authn, err := clerkauth.New(config)
	if err != nil {
		return nil, err
	}
	proxy, err := authn.FrontendAPIProxy("")
	if err != nil {
		return nil, err
	}
	root := http.NewServeMux()
	root.Handle("/__clerk/", proxy) // in front of the middleware
	root.Handle("/", clerkauth.Middleware(authn)(mux))
	//docs:end proxy
	return root, nil
}
