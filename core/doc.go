// Package clerk calls Clerk's Backend API with types.
//
// Create one [Client] per secret key and share it: it is safe for concurrent use.
//
//	client, err := clerk.NewClient(os.Getenv("CLERK_SECRET_KEY"))
//	if err != nil {
//		return err
//	}
//	user, err := client.Users.Get(ctx, "user_123")
//	if errors.Is(err, clerk.ErrNotFound) {
//		// nobody has that id
//	}
//
// Every operation is a method of a service field of the client. Optional request fields are of type [Opt], which is
// unset, null or a value. List methods fetch one page; their All variants are iterators over every page. Operations
// that have no method are reached with [Call] or [Client.Do].
//
// Failures of the API are [*APIError] and match [ErrNotFound], [ErrRateLimited] and the other sentinels with
// [errors.Is]. Errors in between are [*TransportError], [*DecodeError], [*BodyTooLargeError], [*ParamError] and
// [*ConfigError]. No error text carries keys, ids, query strings or bodies.
//
// The package imports the standard library only. It is a community project, not made by Clerk.
package clerk
