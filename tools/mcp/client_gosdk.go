package main

import (
	"context"
	"errors"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

// sdkClient is the client of the official Go SDK.
type sdkClient struct {
	world   *world
	session *mcp.ClientSession
}

func openSDK(_ context.Context, w *world, _ string) (client, error) { return &sdkClient{world: w}, nil }

func (c *sdkClient) connect(ctx context.Context, keepRefreshTokens bool) error {
	c.close()
	grants := []string{"authorization_code"}
	if keepRefreshTokens {
		grants = append(grants, "refresh_token")
	}
	handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		RedirectURL: callback, RequestRefreshToken: keepRefreshTokens,
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{Metadata: &oauthex.ClientRegistrationMetadata{
			ClientName: "Go", RedirectURIs: []string{callback}, TokenEndpointAuthMethod: "none", GrantTypes: grants,
		}},
		AuthorizationCodeFetcher: func(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			q, err := answer(ctx, args.URL)
			if err != nil {
				return nil, err
			}
			return &auth.AuthorizationResult{Code: q.Get("code"), State: q.Get("state"), Iss: q.Get("iss")}, nil
		},
	})
	if err != nil {
		return err
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "go", Version: "1.0.0"}, nil)
	c.session, err = client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: c.world.url, OAuthHandler: handler}, nil)
	return err
}

func (c *sdkClient) call(ctx context.Context, tool string) error {
	result, err := c.session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: map[string]any{}})
	if err == nil && result.IsError {
		err = errors.New("the tool failed")
	}
	return err
}

// age waits until the token has less than ten seconds to live, which is when the client refreshes it.
func (c *sdkClient) age(ctx context.Context) error {
	select {
	case <-time.After(1500 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *sdkClient) close() {
	if c.session != nil {
		_ = c.session.Close()
		c.session = nil
	}
}
