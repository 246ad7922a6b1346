package clerkauth

// openKeySet picks the source of keys: the one that was given, the PEM, or the Backend API.
func (a *Authenticator) openKeySet() error {
	c := &a.config
	switch {
	case c.KeySet != nil:
		a.keys = c.KeySet
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
			URL: c.APIURL + "/v1/jwks", SecretKey: c.SecretKey, HTTPClient: c.HTTPClient,
			OnUnknownKey: c.RefreshOnUnknownKey, Now: c.Now, Logger: c.Logger,
		})
		if err != nil {
			return configError("%w", err)
		}
		a.keys = set
	}
	return nil
}
