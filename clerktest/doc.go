// Package clerktest is a local Clerk for tests, development and demos: it keeps state, signs real session tokens, and
// answers the Backend API in Clerk's own shapes, with no account and no network.
//
// In a test:
//
//	srv := clerktest.NewServer(t)
//	client := srv.API()
//	…
//	who := srv.SignedInUser()                  // user, session and token
//	req.Header.Set("Authorization", "Bearer "+who.Token)
//
// In a program, [Start] does the same without a test, and [New] gives the bare http.Handler:
//
//	srv, err := clerktest.Start()
//	defer srv.Close()
//
// The values that an authenticator needs are srv.SecretKey(), srv.PublishableKey(), srv.URL() as the API address, and
// srv.Clock().Now as its time; srv.JWTKey() replaces the network altogether.
//
// # Instances
//
// A server holds any number of instances. Each has its own keys, clock, records and events, and is chosen by its secret
// key; srv.NewInstance(t) gives a test its own. Server embeds the first one.
//
// # What it refuses
//
// Live secret keys, unknown keys, malformed bodies, unknown or mistyped parameters, and addresses that other machines
// could reach. Operations that exist at Clerk but not here answer 501 with the code operation_not_emulated.
package clerktest
