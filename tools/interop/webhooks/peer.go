package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// request asks the npm packages to sign or verify one delivery. Body is encoded as base64.
type request struct {
	Op      string            `json:"op"`
	Library string            `json:"library"`
	Signing string            `json:"signing"`
	ID      string            `json:"id"`
	Seconds int64             `json:"seconds"`
	Body    []byte            `json:"body"`
	Headers map[string]string `json:"headers,omitempty"`
}

type reply struct {
	OK        bool   `json:"ok"`
	Signature string `json:"signature"`
	Error     string `json:"error"`
}

// peer is a running peer.mjs.
type peer struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Reader
}

func startPeer(ctx context.Context, script string) (*peer, error) {
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &peer{cmd: cmd, in: in, answers: bufio.NewReader(out)}, nil
}

// ask sends one request and waits for its answer.
func (p *peer) ask(r request) (reply, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return reply{}, err
	}
	if _, err = p.in.Write(append(line, '\n')); err != nil {
		return reply{}, err
	}
	text, err := p.answers.ReadBytes('\n')
	if err != nil {
		return reply{}, fmt.Errorf("the npm side ended: %w", err)
	}
	var out reply
	return out, json.Unmarshal(text, &out)
}

func (p *peer) stop() error {
	if err := p.in.Close(); err != nil {
		return err
	}
	return p.cmd.Wait()
}
