package clerkfiberv3

import (
	"github.com/gofiber/fiber/v3"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// StateKey is where the handler of [New] leaves the [*clerkauth.RequestState] among the locals of the request. The
// handler of a WebSocket gets a connection and not the request; what it has are the locals with a text as their key:
//
//	state, _ := conn.Locals(clerkfiberv3.StateKey).(*clerkauth.RequestState)
//
// A nil state, as where [New] did not run, is signed out. Handlers of requests use [FromContext].
const StateKey = "github.com/clerkgo/clerk-go/fiberv3.state"

// store makes the state known to handlers, and to those of WebSockets. A skipped request has none.
func store(c fiber.Ctx, state *clerkauth.RequestState) {
	c.SetContext(clerkauth.NewContext(c.Context(), state))
	c.Locals(StateKey, state)
}
