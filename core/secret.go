package clerk

// secret holds a key. It is only ever kept behind a pointer, so that fmt, which prints pointers inside of structs as
// addresses, cannot reach the key by reflection.
type secret struct{ key string }

// reveal returns the key, "" for a nil secret.
func (s *secret) reveal() string {
	if s == nil {
		return ""
	}
	return s.key
}
