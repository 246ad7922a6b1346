package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	markclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	markmcp "github.com/mark3labs/mcp-go/mcp"
)

// markClient is the client of mcp-go. It leaves the sign-in to the program.
type markClient struct {
	world  *world
	client *markclient.Client
	tokens *agingStore
}

// agingStore keeps a token, and can say that it is older than it is: the client goes by its own clock.
type agingStore struct {
	transport.TokenStore

	old atomic.Bool
}

// GetToken implements [transport.TokenStore].
func (s *agingStore) GetToken(ctx context.Context) (*transport.Token, error) {
	token, err := s.TokenStore.GetToken(ctx)
	if err != nil || !s.old.Load() {
		return token, err
	}
	aged := *token
	aged.ExpiresAt = time.Unix(1, 0)
	return &aged, nil
}

// SaveToken implements [transport.TokenStore].
func (s *agingStore) SaveToken(ctx context.Context, token *transport.Token) error {
	s.old.Store(false)
	return s.TokenStore.SaveToken(ctx, token)
}

func openMCPGo(_ context.Context, w *world, _ string) (client, error) {
	return &markClient{world: w}, nil
}

func (c *markClient) connect(ctx context.Context, _ bool) error {
	c.close()
	c.tokens = &agingStore{TokenStore: transport.NewMemoryTokenStore()}
	var err error
	c.client, err = markclient.NewOAuthStreamableHttpClient(c.world.url, transport.OAuthConfig{
		RedirectURI: callback, Scopes: []string{scopeRead}, PKCEEnabled: true, TokenStore: c.tokens,
	})
	if err != nil {
		return err
	}
	if err := c.client.Start(ctx); err != nil {
		return err
	}
	_, err = again(ctx, func() (*markmcp.InitializeResult, error) {
		var request markmcp.InitializeRequest
		request.Params.ProtocolVersion = "2025-11-25" // the newest with a handshake that both libraries have
		request.Params.ClientInfo = markmcp.Implementation{Name: "mcp-go", Version: "1.0.0"}
		return c.client.Initialize(ctx, request)
	})
	return err
}

func (c *markClient) call(ctx context.Context, tool string) error {
	result, err := again(ctx, func() (*markmcp.CallToolResult, error) {
		var request markmcp.CallToolRequest
		request.Params.Name = tool
		return c.client.CallTool(ctx, request)
	})
	if err == nil && result.IsError {
		err = errors.New("the tool failed")
	}
	return err
}

func (c *markClient) age(context.Context) error {
	c.tokens.old.Store(true)
	return nil
}

func (c *markClient) close() {
	if c.client != nil {
		_ = c.client.Close()
		c.client = nil
	}
}

// again signs in and repeats what failed because nobody is signed in.
func again[T any](ctx context.Context, fn func() (T, error)) (T, error) {
	result, err := fn()
	if !markclient.IsOAuthAuthorizationRequiredError(err) {
		return result, err
	}
	if err := signIn(ctx, markclient.GetOAuthHandler(err)); err != nil {
		return result, err
	}
	return fn()
}

func signIn(ctx context.Context, handler *transport.OAuthHandler) error {
	if handler.GetClientID() == "" {
		if err := handler.RegisterClient(ctx, "mcp-go"); err != nil {
			return err
		}
	}
	verifier, err := markclient.GenerateCodeVerifier()
	if err != nil {
		return err
	}
	state, err := markclient.GenerateState()
	if err != nil {
		return err
	}
	address, err := handler.GetAuthorizationURL(ctx, state, markclient.GenerateCodeChallenge(verifier))
	if err != nil {
		return err
	}
	q, err := answer(ctx, address)
	if err != nil {
		return err
	}
	return handler.ProcessAuthorizationResponse(ctx, q.Get("code"), q.Get("state"), verifier)
}
