package main

import (
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// explanation says what a reason means and what to do about it.
type explanation struct{ means, do string }

// explain returns the explanation of a reason. Reasons of refreshes are one kind.
func explain(reason clerkauth.Reason) explanation {
	if e, ok := explanations[reason]; ok {
		return e
	}
	if strings.HasPrefix(string(reason), string(clerkauth.ReasonSessionTokenExpiredRefreshPrefix)) {
		return explanation{
			"the session token has expired and could not be renewed on the server",
			"In a browser this heals itself at the next page. A program must fetch a new token for each minute.",
		}
	}
	return explanation{"the request is refused", "See the guide about errors for this reason."}
}

const askForToken = "In a browser, send await Clerk.session.getToken() with each request; tokens live for a minute."

var explanations = map[clerkauth.Reason]explanation{
	clerkauth.ReasonTokenExpired: {"the token has expired", askForToken + " If the clock check above warns, correct the clock."},
	clerkauth.ReasonTokenNotActiveYet: {
		"the token is not valid yet", "Correct the clock of this machine, or give Config.Now the clock of the local Clerk.",
	},
	clerkauth.ReasonTokenIatInTheFuture: {
		"the token was issued in the future", "Correct the clock of this machine, or give Config.Now the clock of the local Clerk.",
	},
	clerkauth.ReasonTokenInvalid:          {"the token is malformed", "Send it whole and unchanged; look for a limit of header sizes on the way."},
	clerkauth.ReasonTokenInvalidAlgorithm: {"the token is signed with another algorithm", "Clerk signs with RS256; only tokens of HS256 templates need TemplateSecrets."},
	clerkauth.ReasonTokenInvalidAuthorizedParties: {
		"the token was made for a page of another origin",
		"If that page is yours, add its origin to CLERK_AUTHORIZED_PARTIES; otherwise the refusal is right.",
	},
	clerkauth.ReasonSessionTokenMissingAZP: {
		"the token names no origin (azp)",
		"Clerk makes such tokens on page navigations, in native applications and through the Backend API. Set Config.AllowMissingAuthorizedParty unless strangers run applications on subdomains of yours.",
	},
	clerkauth.ReasonTokenInvalidIssuer: {"the token is from another issuer", "Use the keys of the instance that the page signs in to."},
	clerkauth.ReasonTokenInvalidSignature: {
		"the signature is wrong", "The token was changed on the way, or CLERK_JWT_KEY is the key of another instance.",
	},
	clerkauth.ReasonTokenVerificationFailed: {"the token is not accepted", "Check revocation, audience and type of the token."},
	clerkauth.ReasonTokenTypeMismatch: {
		"the token is of a type that this route does not accept", "Name its type with clerkauth.AcceptTokens on the route.",
	},
	clerkauth.ReasonSecretKeyInvalid: {"Clerk does not accept the secret key", whereKeysAre},
	clerkauth.ReasonJWKRemoteFailedToLoad: {
		"the keys of the instance could not be loaded", "Check the network between the application and the Backend API, and CLERK_API_URL.",
	},
	clerkauth.ReasonJWKFailedToResolve: {"there is no key to verify the token with", "Set CLERK_SECRET_KEY or CLERK_JWT_KEY."},
	clerkauth.ReasonJWKKidMismatch: {
		"the token is signed with a key that the instance does not have", "Use the keys of the instance that the page signs in to.",
	},
	clerkauth.ReasonSessionTokenAndUATMissing: {
		"there was neither a token nor a cookie of a session", "That is right for a visitor who is signed out.",
	},
	clerkauth.ReasonSessionTokenMissing: {"there was no session token", askForToken},
	clerkauth.ReasonNoTokenInHeader:     {"there was no token", askForToken},
	clerkauth.ReasonClientUATButNoSessionToken: {
		"the visitor has signed in and the session cookie is missing", "The next page navigation brings it; look for a proxy that removes cookies if it stays.",
	},
	clerkauth.ReasonSessionTokenButNoClientUAT: {
		"there is a session cookie without the one of the sign-in", "Look for a proxy or a cookie domain that keeps __client_uat away.",
	},
	clerkauth.ReasonSessionTokenIatBeforeClientUAT: {
		"the session cookie is older than the last sign-in", "The next page navigation brings a new one.",
	},
	clerkauth.ReasonSessionTokenNBF:            {"the session cookie is not valid yet", "Correct the clock of the machine on which the application runs."},
	clerkauth.ReasonSessionTokenIatInTheFuture: {"the session cookie was issued in the future", "Correct the clock of the machine on which the application runs."},
	clerkauth.ReasonDevBrowserMissing: {
		"a development instance does not know this browser yet", "A page navigation brings the cookie; a program sends the token in the Authorization header.",
	},
	clerkauth.ReasonDevBrowserSync:               {"a development instance gives the browser its token", "The next page navigation goes on."},
	clerkauth.ReasonSatelliteNeedsSyncing:        {"a satellite asks the primary domain who the visitor is", "The next page navigation goes on."},
	clerkauth.ReasonSessionPending:               {"the session has a task that is not done", "Send the visitor to the page of the task, or accept pending sessions with clerkauth.AllowPending."},
	clerkauth.ReasonMiddlewareMissing:            {"no middleware has looked at the request", "Attach the middleware before the guard."},
	clerkauth.ReasonAuthorizationHeaderDuplicate: {"there are several Authorization headers", "Look for a proxy that adds one."},
	clerkauth.ReasonHandshakeTokenVerificationFailure: {
		"the answer of a handshake could not be verified", "Check the secret key and the network between the application and Clerk.",
	},
	clerkauth.ReasonUnexpectedError: {"something failed that should not", "See the log of the application."},
}
