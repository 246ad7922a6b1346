package clerkmcp

import (
	"crypto/sha256"
	"encoding/hex"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// owner is whom a session belongs to. The zero value is an anonymous caller. The OAuth client is no part of it, because
// some clients register anew whenever they ask for more scopes.
type owner struct {
	instance     string
	class        clerkauth.TokenType
	subject, org string
}

func ownerOf(state *clerkauth.RequestState) owner {
	if !state.SignedIn() {
		return owner{}
	}
	o := owner{instance: state.Instance(), class: state.TokenType(), subject: state.UserID(), org: state.OrgID()}
	if o.subject == "" {
		if machine := state.Machine(); machine != nil {
			o.subject = machine.Subject
		}
	}
	return o
}

// Owner returns a key for whom a credential stands for: it is the same for all credentials of one instance, class,
// subject and organization, and tells none of them. Bind what a session holds to it. It is empty when nobody is signed in.
func Owner(state *clerkauth.RequestState) string {
	o := ownerOf(state)
	if o == (owner{}) {
		return ""
	}
	// No part has a zero byte, so that the parts cannot run into each other.
	var buffer [256]byte
	text := append(buffer[:0], o.instance...)
	text = append(append(text, 0), o.class...)
	text = append(append(text, 0), o.subject...)
	text = append(append(text, 0), o.org...)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
