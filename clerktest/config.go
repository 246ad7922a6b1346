package clerktest

import (
	"time"
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

// Environ returns the settings of an instance as NAME=value, under the names that Clerk's SDKs read.
func (in *Instance) Environ() []string {
	return []string{
		"CLERK_SECRET_KEY=" + in.SecretKey(),
		"CLERK_PUBLISHABLE_KEY=" + in.PublishableKey(),
		"CLERK_API_URL=" + in.URL(),
	}
}
