package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/clerkgo/clerk-go/clerktest"
)

// runNegative sends the negative suite to an emulator that holds some records, so that paths lead somewhere.
func runNegative(doc *document) (*negative, error) {
	e, stop, err := serve(func(h http.Handler) http.Handler { return h })
	if err != nil {
		return nil, err
	}
	defer stop()
	in := e.Default()
	u := in.CreateUser(clerktest.User{Email: "negative@example.com", Password: "correct horse battery"})
	session := in.SignIn(u.ID, "")
	if err := in.Seed([]byte(billingSeed)); err != nil {
		return nil, err
	}
	n := &negative{
		doc: doc, baseURL: in.URL(), key: in.SecretKey(),
		ids: map[string]string{
			"user_id": u.ID, "session_id": session.SessionID, "subscription_item_id": "csub_item_paying", "statementID": "cstmt_org",
			"id": in.CreateSignUp(clerktest.SignUp{}).ID, "organization_id": in.CreateOrganization(clerktest.Organization{}).ID,
		},
		state: func() string {
			raw, err := in.MarshalState()
			if err != nil {
				return err.Error()
			}
			sum := sha256.Sum256(raw)
			return hex.EncodeToString(sum[:])
		},
	}
	n.run()
	return n, nil
}
