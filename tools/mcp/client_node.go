package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// nodeClient is a version of the TypeScript SDK in Node.js.
type nodeClient struct {
	clock   *clerktest.Clock
	first   order // what every order has
	orders  io.WriteCloser
	answers *bufio.Scanner
	wait    func() error

	complaints *bytes.Buffer // to be read after wait
}

// order is what a client in JavaScript is told to do.
type order struct {
	Do                string `json:"do"`
	Tool              string `json:"tool,omitzero"`
	URL               string `json:"url"`
	ClientID          string `json:"clientId,omitzero"` // of a client that does not register itself
	KeepRefreshTokens bool   `json:"keepRefreshTokens"`
}

func openNode(version string) func(context.Context, *world, string) (client, error) {
	return func(ctx context.Context, w *world, id string) (client, error) {
		node := exec.CommandContext(ctx, "node", "node.mjs", version) //nolint:gosec // a version of ours
		complaints := &bytes.Buffer{}
		node.Dir, node.Stderr = packages, complaints
		orders, err := node.StdinPipe()
		if err != nil {
			return nil, err
		}
		answers, err := node.StdoutPipe()
		if err != nil {
			return nil, err
		}
		return &nodeClient{clock: w.in.Clock(), first: order{URL: w.url, ClientID: id}, orders: orders, answers: bufio.NewScanner(answers), complaints: complaints, wait: node.Wait}, node.Start()
	}
}

func (c *nodeClient) run(o order) error {
	o.URL, o.ClientID = c.first.URL, c.first.ClientID
	if err := json.NewEncoder(c.orders).Encode(o); err != nil {
		return err
	}
	if !c.answers.Scan() {
		_ = c.orders.Close()
		return fmt.Errorf("node ends: %w\n%s", errors.Join(c.answers.Err(), c.wait()), c.complaints)
	}
	var answer struct{ Error string }
	if err := json.Unmarshal(c.answers.Bytes(), &answer); err != nil {
		return err
	}
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	return nil
}

func (c *nodeClient) connect(_ context.Context, keepRefreshTokens bool) error {
	return c.run(order{Do: "connect", KeepRefreshTokens: keepRefreshTokens})
}

func (c *nodeClient) call(_ context.Context, tool string) error {
	return c.run(order{Do: "call", Tool: tool})
}

func (c *nodeClient) age(context.Context) error {
	c.clock.Advance(25 * time.Hour)
	return nil
}

func (c *nodeClient) close() {
	_ = c.run(order{Do: "close"})
	_ = c.orders.Close()
	_ = c.wait()
}
