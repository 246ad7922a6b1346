// Package clerkwebhook receives Clerk's webhooks: it verifies their signatures, decodes their events into types, calls
// the application once for each, and keeps the application's own tables in step with Clerk.
//
// A [Verifier] checks one delivery; a [Handler] is an http.Handler around it that dispatches to typed callbacks, drops
// repeated deliveries and answers with the status that makes Clerk retry what failed and nothing else; a [Reconciler]
// applies user, organization and membership events to a table in any order and fills what was missed.
package clerkwebhook
