package main

import (
	"context"
	_ "embed" // seed.json
	"net"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

// seed are the people and the team of the local Clerk.
//
//go:embed seed.json
var seed []byte

// localClerk is the Clerk that lives as long as the program.
type localClerk struct {
	*clerktest.Instance

	close func()
}

// startClerk starts a local Clerk with the people of the seed.
func startClerk(ctx context.Context, addr string) (*localClerk, error) {
	plain, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	emulator, err := clerktest.New(clerktest.WithURL(originOf(plain)), clerktest.WithDevelopmentKey())
	if err != nil {
		_ = plain.Close()
		return nil, err
	}
	stop := func() { _ = plain.Close(); _ = emulator.Close() }
	listener, err := emulator.Listener(plain) // http and https on one port
	if err == nil {
		err = emulator.Default().Seed(seed)
	}
	if err != nil {
		stop()
		return nil, err
	}
	go func() { _ = demo.ServeOn(ctx, listener, emulator) }()
	return &localClerk{Instance: emulator.Default(), close: stop}, nil
}
