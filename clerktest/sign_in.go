package clerktest

import (
	"context"
	"io"
	"net/http"
	"strconv"
)

// SignedIn is a user with a live session and a fresh token.
type SignedIn struct {
	UserID         string
	SessionID      string
	OrganizationID string
	Token          string
}

// CreateSession signs a user in and returns the session's id. A non-empty organization becomes the active one.
func (in *Instance) CreateSession(userID, organizationID string) string {
	var id string
	err := in.write(func(x *tx) error {
		u, err := x.findUser(userID)
		if err != nil {
			return err
		}
		f := given(organizationID)
		id = x.startSession(u, "", f.pointer()).ID
		return nil
	})
	if err != nil {
		in.fail("CreateSession", err)
	}
	return id
}

// SessionToken signs a token for a session: version 2, good for 60 seconds, unless options say otherwise. The session
// may have ended: as with Clerk, verification without the network does not notice.
func (in *Instance) SessionToken(sessionID string, opts ...TokenOption) string {
	if err := in.ensureKey(); err != nil {
		in.fail("SessionToken", err)
	}
	var jwt pendingJWT
	err := in.read(func(x *tx) (err error) {
		s := tableSessions.get(x, sessionID)
		if s == nil {
			return errNotFound("session")
		}
		jwt, err = x.sessionJWT(s, in.newTokenSpec(opts))
		return err
	})
	token := ""
	if err == nil {
		token, err = jwt()
	}
	if err != nil {
		in.fail("SessionToken", err)
	}
	return token
}

// SignedInUser creates a user, a session and a token in one call.
func (in *Instance) SignedInUser(opts ...TokenOption) SignedIn {
	return in.SignIn(in.CreateUser(User{}).ID, "", opts...)
}

// SignIn creates a session and a token for a user. A non-empty organization becomes the active one.
func (in *Instance) SignIn(userID, organizationID string, opts ...TokenOption) SignedIn {
	id := in.CreateSession(userID, organizationID)
	return SignedIn{UserID: userID, SessionID: id, OrganizationID: organizationID, Token: in.SessionToken(id, opts...)}
}

// Request returns a request that carries the token in its Authorization header. The target is a path or a whole
// address.
func (s SignedIn) Request(ctx context.Context, method, target string, body io.Reader) (*http.Request, error) {
	req, err := newRequest(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	return s.Authorize(req), nil
}

// Authorize adds the token to a request's Authorization header and returns the request.
func (s SignedIn) Authorize(r *http.Request) *http.Request {
	r.Header.Set("Authorization", "Bearer "+s.Token)
	return r
}

// AddCookies adds the cookies that a browser would send for somebody signed in, those of a development instance
// included, and returns the request.
func (in *Instance) AddCookies(r *http.Request, s SignedIn) *http.Request {
	since := strconv.FormatInt(in.sessionStart(s.SessionID)/1000, 10)
	browser := in.NewBrowser()
	for _, c := range []struct{ name, value string }{
		{"__session", s.Token}, {"__client_uat", since}, {"__clerk_db_jwt", browser},
		{"__session_" + in.CookieSuffix(), s.Token}, {"__client_uat_" + in.CookieSuffix(), since},
		{"__clerk_db_jwt_" + in.CookieSuffix(), browser},
	} {
		r.AddCookie(&http.Cookie{Name: c.name, Value: c.value}) //nolint:gosec // a request's cookie has no attributes
	}
	return r
}

func (in *Instance) sessionStart(id string) (ms int64) {
	_ = in.read(func(x *tx) error {
		if s := tableSessions.get(x, id); s != nil {
			ms = s.CreatedAt
		}
		return nil
	})
	return ms
}

func newRequest(ctx context.Context, method, target string, body io.Reader) (*http.Request, error) {
	if len(target) > 0 && target[0] == '/' {
		target = "http://example.com" + target
	}
	return http.NewRequestWithContext(ctx, method, target, body)
}
