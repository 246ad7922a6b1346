// Package clerkauth verifies Clerk sessions and machine credentials.
//
// Most services need four lines: [ConfigFromEnv], [New], [Middleware] in front of everything, [RequireAuth] on
// protected routes. Handlers read the caller with [FromContext].
//
// [New] makes an [Authenticator] from a [Config]; [Authenticator.Authenticate] turns a request into a [RequestState];
// [RequestState.Require] and its [Check] values decide what the request may do. A signed-out request is an answer and
// no error; trouble on our side is [ErrUnavailable] and never looks like a bad credential.
package clerkauth
