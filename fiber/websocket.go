package clerkfiber

import (
	"github.com/gofiber/fiber/v2"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// StateKey is where the handler of [New] leaves the [*clerkauth.RequestState] among the locals of the request. The
// handler of a WebSocket gets a connection and not the request; what it has are the locals with a text as their key:
//
//	state, _ := conn.Locals(clerkfiber.StateKey).(*clerkauth.RequestState)
//
// A nil state, as where [New] did not run, is signed out. Handlers of requests use [FromContext].
const StateKey = "github.com/clerkgo/clerk-go/fiber.state"

// store makes the state known to handlers, and to those of WebSockets. A skipped request has none.
func store(c *fiber.Ctx, state *clerkauth.RequestState) {
	c.SetUserContext(clerkauth.NewContext(c.UserContext(), state))
	c.Locals(StateKey, state)
}
