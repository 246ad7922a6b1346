// Command cleanroom installs each published module the way a user does: it packs all of them into a folder laid out as a
// module proxy, then, outside the repository and with an empty module cache, gets one module into an empty program and
// builds it. Where the module's README holds a whole program, that is the one, and it has to refuse a call without a token
// and to accept one with a token of a local Clerk. The command fails when the build does, when a framework other than the
// module's own is in the graph, or when core brings in anything at all. Programs of a module are added as tools, and
// installed and run by their version from an empty folder. At last it moves a program from the official SDK with
// tools/migrate, as guide 9 says.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clerkgo/clerk-go/tools/internal/standalone"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cleanroom:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only []string) error {
	w, err := workspace.Find()
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "cleanroom-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)

	packed := workspace.Workspace{Top: w.Top, Modules: append(slices.Clip(w.Modules), migrator)}
	proxy, err := standalone.Pack(ctx, &packed, scratch)
	if err != nil {
		return err
	}
	fmt.Printf("%-10s %-8s %8s %9s %9s %7s  %s\n", "module", "version", "modules", "packages", "binary", "time", "framework")
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for _, m := range w.Modules {
		if len(only) > 0 && !slices.Contains(only, m.Dir) {
			continue
		}
		group.Go(func() error {
			started := time.Now()
			r := room{
				workspace: w, proxy: proxy, dir: filepath.Join(scratch, "rooms", strings.ReplaceAll(m.Dir, "/", "-")),
				strangers: append(w.Frameworks(), protobuf),
			}
			res, err := r.install(ctx, m)
			if err != nil {
				return fmt.Errorf("%s: %w", m.Dir, err)
			}
			framework := m.Framework
			if framework == "" {
				framework = "none"
			}
			fmt.Printf("%-10s %-8s %8d %9d %6.1f MB %5.1f s  %s\n", m.Dir, m.Version, res.modules, res.packages,
				float64(res.size)/1e6, time.Since(started).Seconds(), framework)
			return nil
		})
	}
	if len(only) == 0 || slices.Contains(only, migrator.Dir) {
		group.Go(func() error {
			started := time.Now()
			r := room{workspace: w, proxy: proxy, dir: filepath.Join(scratch, "rooms", "migrate")}
			if err := r.migrate(ctx); err != nil {
				return fmt.Errorf("%s: %w", migrator.Dir, err)
			}
			fmt.Printf("%s moved a program, which builds, in %.1f s\n", migrator.Dir, time.Since(started).Seconds())
			return nil
		})
	}
	return group.Wait()
}
