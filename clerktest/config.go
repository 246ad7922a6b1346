package clerktest

import (
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// Config is what a program needs to use an instance as its Clerk. The fields have the names that the configuration of
// the auth module uses.
type Config struct {
	SecretKey         string
	PublishableKey    string
	APIURL            string
	JWTKey            string // PEM; verifies with no network
	AuthorizedParties []string
	Issuer            string
	Now               func() time.Time
}

// Config returns the instance's values.
func (in *Instance) Config() Config {
	c := Config{
		SecretKey: in.SecretKey(), PublishableKey: in.PublishableKey(), APIURL: in.URL(), JWTKey: in.JWTKey(),
		Issuer: in.Issuer(), Now: in.clock.Now,
	}
	if in.emulator.origin != "" {
		c.AuthorizedParties = []string{in.emulator.origin}
	}
	return c
}

// API returns a client of the Backend API that acts on the instance with its secret key. It is safe for concurrent use.
// Options come after the ones that make it reach the emulator; an option that the client refuses ends the test.
func (in *Instance) API(opts ...clerk.ClientOption) *clerk.Client {
	all := []clerk.ClientOption{clerk.WithBaseURL(in.URL()), clerk.WithHTTPClient(in.Client())}
	if !isLoopback(in.URL()) {
		all = append(all, clerk.WithPlainHTTP())
	}
	client, err := clerk.NewClient(in.SecretKey(), append(all, opts...)...)
	if err != nil {
		in.fail("API", err)
	}
	return client
}

// AuthorizedParty returns the origin of the application, see [WithAuthorizedParty]; it may be empty.
func (in *Instance) AuthorizedParty() string { return in.emulator.origin }

// Environ returns the settings of an instance as NAME=value, under the names that Clerk's SDKs read.
func (in *Instance) Environ() []string {
	return []string{
		"CLERK_SECRET_KEY=" + in.SecretKey(),
		"CLERK_PUBLISHABLE_KEY=" + in.PublishableKey(),
		"CLERK_API_URL=" + in.URL(),
	}
}
