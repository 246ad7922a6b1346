package clerktest

// SetMultiSession sets whether several accounts can be signed in on one browser at once. The default is one.
func (in *Instance) SetMultiSession(on bool) {
	in.edit("SetMultiSession", func(x *tx) error {
		s := x.settings()
		s.MultiSession = on
		tableSettings.put(x, &s)
		return nil
	})
}

// SetReverification makes sensitive changes, such as a new e-mail address, ask for a factor again when the last one is
// older than ten minutes. An instance begins without it.
func (in *Instance) SetReverification(on bool) {
	in.edit("SetReverification", func(x *tx) error {
		s := x.settings()
		s.Reverification = on
		tableSettings.put(x, &s)
		return nil
	})
}
