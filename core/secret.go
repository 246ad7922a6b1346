package clerk

// secret holds a key inside of a function, which is the one place where fmt cannot find it by reflection, whatever verb
// and whatever struct around it.
type secret struct{ key func() string }

func newSecret(key string) *secret {
	return &secret{func() string { return key }}
}

// reveal returns the key, "" for a nil secret.
func (s *secret) reveal() string {
	if s == nil {
		return ""
	}
	return s.key()
}
