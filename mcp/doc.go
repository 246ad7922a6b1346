// Package clerkmcp protects servers of the Model Context Protocol (MCP) with Clerk.
//
// A [Guard] stands in front of the HTTP handler of an MCP server, whatever library that server is made with. It serves
// the metadata by which clients find Clerk (RFC 9728), verifies the access token of each request, and asks for further
// scopes when a tool needs them. Handlers find the caller with [clerkauth.FromContext].
//
// The answers follow the MCP revisions 2025-03-26 to 2026-07-28 and what the common clients do with them. Only the
// Authorization header is read: cookies and queries never authenticate.
package clerkmcp
