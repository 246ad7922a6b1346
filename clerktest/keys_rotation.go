package clerktest

import (
	"errors"
	"net/http"
	"time"
)

// KeyInfo describes one signing key of an instance.
type KeyInfo struct {
	ID        string `json:"id"` // the kid of tokens
	Signs     bool   `json:"signs"`
	Published bool   `json:"published"`
	CreatedAt int64  `json:"created_at"`
}

// JWKSFault is a disturbance of the key set's routes. The zero value is none.
type JWKSFault struct {
	Delay  time.Duration `json:"delay"`  // real time before the answer
	Status int           `json:"status"` // an error status instead of keys
	Empty  bool          `json:"empty"`  // an answer without keys
}

// SigningKeys returns the keys of the instance, oldest first.
func (in *Instance) SigningKeys() []KeyInfo {
	if err := in.ensureKey(); err != nil {
		in.fail("SigningKeys", err)
	}
	var out []KeyInfo
	_ = in.read(func(x *tx) error {
		for _, k := range tableKeys.all(x) {
			out = append(out, KeyInfo{ID: k.ID, Signs: k.Signs, Published: k.Published, CreatedAt: k.CreatedAt})
		}
		return nil
	})
	return out
}

// AddKey publishes a further key, which does not sign yet, and returns its kid.
func (in *Instance) AddKey() string {
	return in.editKeys("AddKey", func(x *tx) (string, error) {
		kid := x.newID("ins_")
		return kid, x.addKey(kid, false)
	})
}

// UseKey makes a key the one that signs new tokens. The key may be unpublished, to test tokens whose kid no key set
// contains.
func (in *Instance) UseKey(kid string) {
	in.editKeys("UseKey", func(x *tx) (string, error) {
		if tableKeys.get(x, kid) == nil {
			return "", errNotFound("signing key")
		}
		x.useKey(kid)
		return kid, nil
	})
}

// RetireKey takes a key out of the key set and, unless it still signs, forgets it. Tokens that it signed stop verifying
// once key sets are fetched anew.
func (in *Instance) RetireKey(kid string) {
	in.editKeys("RetireKey", func(x *tx) (string, error) {
		k := tableKeys.get(x, kid)
		if k == nil {
			return "", errNotFound("signing key")
		}
		if k.Signs {
			tableKeys.update(x, kid, func(k *signingKey) { k.Published = false })
		} else {
			tableKeys.delete(x, kid)
		}
		return kid, nil
	})
}

// RotateKey publishes a new key, signs with it from now on and returns its kid. The old key stays published until
// RetireKey.
func (in *Instance) RotateKey() string {
	return in.editKeys("RotateKey", func(x *tx) (string, error) {
		kid := x.newID("ins_")
		return kid, x.addKey(kid, true)
	})
}

// ReplaceKey gives the signing key new material under its old kid, as after a restart of an instance that kept nothing.
func (in *Instance) ReplaceKey() {
	in.editKeys("ReplaceKey", func(x *tx) (string, error) {
		kid, _, err := x.signer()
		if err != nil {
			return "", err
		}
		return kid, x.addKey(kid, true)
	})
}

func (in *Instance) editKeys(op string, edit func(*tx) (string, error)) string {
	var kid string
	err := in.ensureKey()
	if err == nil {
		err = in.write(func(x *tx) (err error) { kid, err = edit(x); return err })
	}
	if err != nil {
		in.fail(op, err)
	}
	return kid
}

// DisturbJWKS makes the key set's routes misbehave until the next call; the zero fault ends it.
func (in *Instance) DisturbJWKS(fault JWKSFault) { in.jwksFault.Store(&fault) }

// JWKSFault returns the disturbance in force.
func (in *Instance) JWKSFault() JWKSFault {
	if f := in.jwksFault.Load(); f != nil {
		return *f
	}
	return JWKSFault{}
}

// disturb waits and refuses a request for the key set as the fault says.
func (in *Instance) disturb(r *http.Request) error {
	fault := in.JWKSFault()
	if fault.Delay > 0 {
		timer := time.NewTimer(fault.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return errors.New("clerktest: the client went away")
		}
	}
	if fault.Status != 0 {
		return newError(fault.Status, "internal_clerk_error", "fault", "the key set is disturbed on purpose")
	}
	return nil
}
