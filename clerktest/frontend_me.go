package clerktest

// meFamily is the part of the Frontend API about the user who is signed in.
func meFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"getUser": {read: readMe},
	}}
}

func readMe(c *frontendCall) (any, error) { return c.tx.wireFrontendUser(c.user), nil }
