package clerktest

import (
	"encoding/json"
	"net/http"
	"time"
)

// jwksDrill is a disturbance of the key set's routes.
type jwksDrill struct {
	delay  time.Duration
	status int
	empty  bool
}

func jwksFamily() family {
	return family{
		tables:    []anyTable{tableKeys},
		endpoints: map[string]endpoint{"GetJWKS": {read: getJWKS, keys: true}},
		raw: []rawRoute{
			{http.MethodGet, "/.well-known/jwks.json", publicJWKS},
			{http.MethodGet, "/v1/.well-known/jwks.json", publicJWKS},
		},
	}
}

func getJWKS(c *call) (any, error) {
	c.inst.jwksFetches.Add(1)
	return c.tx.keySet()
}

// publicJWKS serves the key set where the frontend host has it, with no key.
func publicJWKS(e *Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in := e.instanceOf(r)
		if err := in.ensureKey(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		in.jwksFetches.Add(1)
		var set jwkSet
		err := in.read(func(x *tx) (err error) { set, err = x.keySet(); return err })
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(set)
	}
}

// JWKSFetches returns how often the key set was asked for, on either route.
func (in *Instance) JWKSFetches() int { return int(in.jwksFetches.Load()) }
