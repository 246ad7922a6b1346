package clerktest

import (
	"net/http"
	"time"
)

func jwksFamily() family {
	return family{
		tables:    []anyTable{tableKeys},
		endpoints: map[string]endpoint{"GetJWKS": {read: getJWKS, keys: true}},
		intercept: disturbJWKS,
		raw: []rawRoute{
			{http.MethodGet, "/.well-known/jwks.json", publicJWKS},
			{http.MethodGet, "/v1/.well-known/jwks.json", publicJWKS},
			{http.MethodOptions, "/.well-known/jwks.json", oauthPreflight},
		},
	}
}

// disturbJWKS runs a drill before the lock is taken, because it may wait.
func disturbJWKS(c *call) error {
	if c.endpoint.op.id != "GetJWKS" {
		return nil
	}
	c.inst.jwksFetches.Add(1)
	return c.inst.disturb(c.r)
}

func getJWKS(c *call) (any, error) {
	if c.inst.JWKSFault().Empty {
		return jwkSet{Keys: []jwk{}}, nil
	}
	return c.tx.keySet()
}

// publicJWKS serves the key set where the frontend host has it, with no key.
func publicJWKS(e *Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in := e.instanceOf(r)
		in.jwksFetches.Add(1)
		w.Header().Set("Access-Control-Allow-Origin", "*")
		c := &call{emulator: e, inst: in, w: w, r: r, traceID: randomHex(16), endpoint: &endpoint{op: e.operations["GetJWKS"]}}
		started := time.Now()
		set, err := publicKeySet(in, r)
		e.logCall(c, apiKeySet, started, c.respond(set, err), err)
	}
}

func publicKeySet(in *Instance, r *http.Request) (set jwkSet, err error) {
	if err := in.disturb(r); err != nil {
		return set, err
	}
	if in.JWKSFault().Empty {
		return jwkSet{Keys: []jwk{}}, nil
	}
	if err := in.ensureKey(); err != nil {
		return set, err
	}
	err = in.read(func(x *tx) (err error) { set, err = x.keySet(); return err })
	return set, err
}

// JWKSFetches returns how often the key set was asked for, on either route.
func (in *Instance) JWKSFetches() int { return int(in.jwksFetches.Load()) }
