package clerkauth

import (
	"context"
	"slices"
)

// preset is an authenticator whose options were looked at.
type preset struct {
	authn *Authenticator
	call  *callConfig
}

// presetOptions passes the same options on with every request.
type presetOptions struct {
	authn RequestAuthenticator
	opts  []CallOption
}

// Preset returns an authenticator that authenticates requests with these options, and then with those of each call. For
// an [*Authenticator] that costs less than to pass the same options with every request. Without options it returns authn.
func Preset(authn RequestAuthenticator, opts ...CallOption) RequestAuthenticator {
	if len(opts) == 0 {
		return authn
	}
	if a, ok := authn.(*Authenticator); ok && a != nil {
		return &preset{a, a.callConfig(opts)}
	}
	return &presetOptions{authn, slices.Clip(slices.Clone(opts))}
}

// Authenticate implements [RequestAuthenticator].
func (p *preset) Authenticate(ctx context.Context, req Request, opts ...CallOption) *RequestState {
	return p.authn.request(ctx, &req, p.authn.configured(p.call, opts))
}

// Authenticate implements [RequestAuthenticator].
func (p *presetOptions) Authenticate(ctx context.Context, req Request, opts ...CallOption) *RequestState {
	return p.authn.Authenticate(ctx, req, append(p.opts, opts...)...)
}
