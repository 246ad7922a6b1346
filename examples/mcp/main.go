// Command mcp is an MCP server with three tools: whoami for anybody who is signed in, add_note for tokens with the scope
// notes:write, and invite for those whose role in the organization has the permission org:sys_memberships:manage. Start it
// and paste what it prints into a client:
//
//	go run ./examples/mcp                  # the official Go SDK
//	go run ./examples/mcp -library mcp-go  # the same on mark3labs/mcp-go
//
// The tools also answer to curl:
//
//	call() { curl -s "$MCP" -H "Authorization: Bearer $TOKEN" -H 'Accept: application/json, text/event-stream' \
//	  -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":'"$1"'}'; }
//	call '{"name":"whoami","arguments":{}}'
//	call '{"name":"add_note","arguments":{"text":"order punched cards"}}'
//	call '{"name":"invite","arguments":{"email":"ben@example.com"}}'
//
// With an instance of your own, give it the scopes notes:read and notes:write, let clients register themselves, make access
// tokens JWTs, and let them include the audience; or start with -unbound.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

const (
	address  = "127.0.0.1:8080"
	resource = "http://" + address + "/mcp" // the URL of this server, byte for byte as clients are given it
)

func main() {
	library := flag.String("library", "go-sdk", "the library of the server: go-sdk or mcp-go")
	unbound := flag.Bool("unbound", false, "accept tokens that do not say which server they are for")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, *library, *unbound)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, library string, unbound bool) error {
	k, err := demo.Connect()
	if err != nil {
		return err
	}
	defer k.Close()
	explain(os.Stdout, k)
	app, err := newApp(k, library, resource, unbound)
	if err != nil {
		return err
	}
	return demo.Serve(ctx, address, app)
}

// newApp serves the MCP server at the path of its resource, and the metadata by which clients find Clerk.
func newApp(k *demo.Clerk, library, resource string, unbound bool) (http.Handler, error) {
	guard, err := newGuard(k, resource, unbound)
	if err != nil {
		return nil, err
	}
	team := &team{clerk: k.Client}
	var server http.Handler
	switch library {
	case "go-sdk":
		server = newSDKServer(guard, team)
	case "mcp-go":
		server = newMCPGoServer(guard, team)
	default:
		return nil, fmt.Errorf("there is no library %q: take go-sdk or mcp-go", library)
	}
	//docs:begin mount
	mux := http.NewServeMux()
	mux.Handle("/mcp", server)
	for _, path := range guard.MetadataPaths() {
		mux.Handle(path, guard.Metadata())
	}
	//docs:end mount
	return mux, nil
}
