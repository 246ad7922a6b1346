// Command mirror measures clerkmirror on PostgreSQL: a backfill beside COPY of the same rows and beside the loop that one would
// write with clerk-sdk-go, and webhooks on two replicas.
//
//	go run . -database postgres://… [-users 1000000] [-naive 20000] [-user ../../../core/testdata/user.json]
//
// The server that plays Clerk is a process of its own and answers at once, so that the memory is that of the mirror.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

type options struct {
	database string
	users    int
	naive    int
	file     string
	serve    bool
	seconds  int
}

func main() {
	var o options
	flag.StringVar(&o.database, "database", "", "address of an empty PostgreSQL database")
	flag.IntVar(&o.users, "users", 1_000_000, "users of the backfill")
	flag.IntVar(&o.naive, "naive", 20_000, "users of the loop with clerk-sdk-go")
	flag.StringVar(&o.file, "user", "../../../core/testdata/user.json", "JSON of one user")
	flag.BoolVar(&o.serve, "serve", false, "be the server")
	flag.IntVar(&o.seconds, "seconds", 10, "length of the load of webhooks")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := o.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mirror:", err)
		os.Exit(1)
	}
}

func (o *options) run(ctx context.Context) error {
	if o.serve {
		return serve(o.file, o.users)
	}
	if o.database == "" {
		return errors.New("-database is not given")
	}
	address, end, err := startServer(ctx)
	if err != nil {
		return err
	}
	defer end()
	db, err := sql.Open("pgx", o.database)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return errors.Join(o.backfills(ctx, db, address), o.webhooks(ctx, db))
}

// backfills compares the ways to fill the table.
func (o *options) backfills(ctx context.Context, db *sql.DB, address string) error {
	took, err := measure(ctx, db, "clerkmirror.Backfill", o.users, func() error { return o.backfill(ctx, db, address) })
	if err != nil {
		return err
	}
	fmt.Printf("  peak of resident memory: %.0f MiB\n", float64(peakMemory())/(1<<20))
	copied, err := measure(ctx, db, "COPY of the same rows", o.users, func() error { return o.copyRows(ctx, db) })
	if err != nil {
		return err
	}
	fmt.Printf("  ratio: %.2f\n", took.Seconds()/copied.Seconds())
	_, err = measure(ctx, db, "clerkmirror.Backfill again, nothing changed", o.users, func() error {
		return o.backfill(ctx, db, address)
	})
	if err != nil {
		return err
	}
	_, err = measure(ctx, db, "one upsert per user with clerk-sdk-go", o.naive, func() error { return o.naiveLoop(ctx, db, address) })
	return err
}

// measure prints how long something took, and the processor time of this process and of the database.
func measure(ctx context.Context, db *sql.DB, what string, n int, do func() error) (time.Duration, error) {
	before, began := usage(ctx, db), time.Now()
	err := do()
	took := time.Since(began)
	used := usage(ctx, db).since(before)
	fmt.Printf("%-44s %8d rows %7.1f s %7.0f rows/s   CPU here %6.1f s, database %6.1f s\n",
		what, n, took.Seconds(), float64(n)/took.Seconds(), used.self.Seconds(), used.database.Seconds())
	return took, err
}
