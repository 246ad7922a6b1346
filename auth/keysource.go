package clerkauth

import clerk "github.com/clerkgo/clerk-go/core"

// openAPI makes the client of the Backend API, if there is a secret key.
func (a *Authenticator) openAPI() (err error) {
	if a.config.SecretKey != "" {
		a.api, err = a.newAPI(a.config.SecretKey)
	}
	return err
}

// newAPI makes a client of the Backend API for a key.
func (a *Authenticator) newAPI(secretKey string) (*clerk.Client, error) {
	opts := []clerk.ClientOption{clerk.WithBaseURL(a.config.APIURL), clerk.WithLogger(a.config.Logger)}
	if a.config.AllowPlainHTTP {
		opts = append(opts, clerk.WithPlainHTTP())
	}
	if a.custom != nil {
		opts = append(opts, clerk.WithHTTPClient(a.custom))
	}
	api, err := clerk.NewClient(secretKey, opts...)
	if err != nil {
		return nil, configError("%w", err)
	}
	return api, nil
}

// openKeySet picks the source of keys: the one that was given, the PEM, or the Backend API.
func (a *Authenticator) openKeySet() error {
	c := &a.config
	switch {
	case c.KeySet != nil:
		if isNilPointer(c.KeySet) {
			return configError("KeySet is a nil pointer")
		}
		a.keys = c.KeySet
		a.remote, _ = c.KeySet.(*RemoteKeySet)
	case c.JWTKey != "":
		key, err := ParsePEM(c.JWTKey)
		if err != nil {
			return configError("JWTKey: %w", err)
		}
		set, err := NewStaticKeySet(key)
		if err != nil {
			return configError("JWTKey: %w", err)
		}
		a.keys = set
	case c.SecretKey != "":
		set, err := NewRemoteKeySet(RemoteKeySetConfig{
			URL: c.APIURL + "/v1/jwks", SecretKey: c.SecretKey, AllowPlainHTTP: c.AllowPlainHTTP, HTTPClient: a.custom,
			OnUnknownKey: c.RefreshOnUnknownKey, Now: c.Now, Logger: c.Logger,
		})
		if err != nil {
			return configError("%w", err)
		}
		a.keys, a.remote = set, set
	}
	return nil
}

// isNilPointer finds the sets whose constructor failed and whose error was not looked at.
func isNilPointer(set KeySet) bool {
	switch set := set.(type) {
	case *RemoteKeySet:
		return set == nil
	case *StaticKeySet:
		return set == nil
	}
	return false
}
