package live

import (
	"context"
	"net/http"
	"time"

	"github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// closeExpired is the code that tells the page to open the socket again: 4000 and above are the application's.
const closeExpired = 4401

//docs:begin coder

// Coder serves a socket with github.com/coder/websocket. Accept sends the cookies that the middleware may have renewed.
// It refuses pages of other origins, which would arrive with the visitor's cookies. serve returns when reading or writing
// fails, as it does when the token has expired.
func Coder(serve func(ctx context.Context, conn *websocket.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered.
		}
		defer func() { _ = conn.CloseNow() }()
		ctx, cancel := clerkauth.FromContext(r.Context()).UntilExpiry(r.Context())
		defer cancel()
		stop := context.AfterFunc(ctx, func() { _ = conn.Close(closeExpired, "the session token is expired") })
		defer stop()
		serve(r.Context(), conn) // not with ctx, whose end would cut the connection before the code is sent
	})
}

//docs:end coder

//docs:begin gorilla

var upgrader = gorilla.Upgrader{} // without CheckOrigin it refuses pages of other origins

// Gorilla serves a socket with github.com/gorilla/websocket. Upgrade takes over the connection and forgets the headers of
// the response: renewed cookies get lost unless they are passed on.
func Gorilla(serve func(r *http.Request, conn *gorilla.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, http.Header{"Set-Cookie": w.Header().Values("Set-Cookie")})
		if err != nil {
			return // Upgrade has answered.
		}
		defer conn.Close()
		ctx, cancel := clerkauth.FromContext(r.Context()).UntilExpiry(r.Context())
		defer cancel()
		stop := context.AfterFunc(ctx, func() {
			farewell := gorilla.FormatCloseMessage(closeExpired, "the session token is expired")
			_ = conn.WriteControl(gorilla.CloseMessage, farewell, time.Now().Add(time.Second))
			_ = conn.Close() // ends a read that waits
		})
		defer stop()
		serve(r, conn)
	})
}

//docs:end gorilla
