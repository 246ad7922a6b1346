// Command identity measures what the parts around a handler add to a request, beside the library that does the nearest:
// the current user, the tokens of services, the guards of RPC and MCP servers, and observers.
//
//	go run . [-rounds 15] [-sample 40ms] [-only GROUP]
//
// Nothing is timed that has not shown before that it does its work: guards admit a good token and refuse those that are
// expired, forged, signed with an unknown key or no tokens at all. Each sample lies between two samples of the same work
// without the subject, subjects take turns in random order, and what is compared is the CPU time of the process: the
// differences hold on a busy machine too.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 15, "samples of each subject")
	sample := flag.Duration("sample", 40*time.Millisecond, "length of a sample")
	only := flag.String("only", "", "measure only the groups whose name begins with this")
	flag.Parse()
	if err := run(*rounds, *sample, *only); err != nil {
		fmt.Fprintln(os.Stderr, "identity:", err)
		os.Exit(1)
	}
}

func run(rounds int, sample time.Duration, only string) error {
	ctx := context.Background()
	fx, err := newFixture()
	if err != nil {
		return err
	}
	defer fx.close()
	fmt.Printf("median of %d rounds, %s %s/%s\n", rounds, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, part := range []struct {
		name string
		make func(context.Context) (group, error)
	}{
		{"current user", fx.currentUser}, {"M2M tokens", fx.tokenSource},
		{"gRPC, unary", fx.grpcUnary}, {"gRPC, stream", fx.grpcStream}, {"Connect, unary", fx.connectUnary},
		{"MCP", fx.mcp}, {"MCP, guards alone", fx.mcpAlone}, {"MCP, opaque tokens", fx.mcpOpaque},
		{"observer", fx.observer},
	} {
		if !strings.HasPrefix(part.name, only) {
			continue
		}
		fmt.Printf("\n%s: ", part.name)
		g, err := part.make(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		fmt.Println(g.title)
		if err := g.measure(rounds, sample).print(os.Stdout); err != nil {
			return err
		}
	}
	return nil
}
