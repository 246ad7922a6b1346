package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// keyStep is one step of a jwks-cache vector: it changes what the key server has, moves the clock, or verifies.
type keyStep struct {
	JWKS       [][2]string `json:"jwks"`
	Status     int         `json:"status"`
	Unreached  *bool       `json:"networkError"` // connections to the key server fail, until a step says otherwise
	Key        string      `json:"key"`          // that signs the token, A by default
	Advance    int64       `json:"advance"`
	Concurrent int         `json:"concurrent"`
	Verify     *keyVerify  `json:"verify"`
	Expect     struct {
		Result  string `json:"result"`
		Fetches int    `json:"fetches"`
	} `json:"expect"`
	Note string `json:"note"`
}

// readSteps refuses members that this tool does not know: it would answer for other steps than the ones recorded.
func readSteps(text json.RawMessage) (steps []keyStep, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&steps)
	return steps, err
}

type keyVerify struct {
	KeyID      string `json:"kid"`
	SecretKey  string `json:"secretKey"`
	APIURL     string `json:"apiUrl"`
	APIVersion string `json:"apiVersion"`
	SkipCache  bool   `json:"skipJwksCache"`
	Key        string `json:"key"` // that signs the token
}

// keyServer answers for the key server and counts.
type keyServer struct {
	world     *world
	mu        sync.Mutex
	keys      [][2]string
	status    int
	unreached bool
	fetches   int
}

func (k *keyServer) RoundTrip(req *http.Request) (*http.Response, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fetches++
	if k.unreached {
		return nil, errReset
	}
	list := []any{}
	for _, key := range k.keys {
		list = append(list, k.world.jwk(key[0], key[1]))
	}
	text, err := json.Marshal(map[string]any{"keys": list})
	if err != nil {
		return nil, err
	}
	body := io.NopCloser(strings.NewReader(string(text)))
	return &http.Response{StatusCode: k.status, Header: http.Header{}, Body: body, Request: req}, nil
}

func (k *keyServer) take() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := k.fetches
	k.fetches = 0
	return n
}

func (k *keyServer) set(step *keyStep) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if step.JWKS != nil {
		k.keys = step.JWKS
	}
	if step.Status != 0 {
		k.status = step.Status
	}
	if step.Unreached != nil {
		k.unreached = *step.Unreached
	}
}

func replayKeyCache(v *vector) ([]string, error) {
	w := newWorld()
	server := &keyServer{world: w, status: http.StatusOK}
	instances := map[keyVerify]*clerkauth.Authenticator{}
	steps, err := readSteps(v.Steps)
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range steps {
		step := &steps[i]
		server.set(step)
		w.advance(time.Duration(step.Advance) * time.Second)
		if step.Verify == nil {
			continue
		}
		setting := *step.Verify
		setting.KeyID, setting.Key = "", ""
		authn := instances[setting]
		if authn == nil {
			var err error
			if authn, err = server.authenticator(setting); err != nil {
				return nil, err
			}
			instances[setting] = authn
		}
		result, err := server.verify(authn, step)
		if err != nil {
			return nil, err
		}
		settle()
		out = compare(out, fmt.Sprintf("result of step %d", i), result, step.Expect.Result)
		out = compare(out, fmt.Sprintf("fetches of step %d", i), server.take(), step.Expect.Fetches)
	}
	return out, nil
}

// authenticator makes one for a secret key, an address and a version. Skipping the cache is a key set whose keys are
// always due.
func (k *keyServer) authenticator(setting keyVerify) (*clerkauth.Authenticator, error) {
	base, version, secret := setting.APIURL, setting.APIVersion, setting.SecretKey
	if base == "" {
		base = "https://api.clerk.test"
	}
	if version == "" {
		version = "v1"
	}
	if secret == "" {
		secret = "sk_test_vec"
	}
	config := clerkauth.RemoteKeySetConfig{
		URL: base + "/" + version + "/jwks", SecretKey: secret, Now: k.world.now, HTTPClient: &http.Client{Transport: k},
	}
	if setting.SkipCache {
		config.TTL = time.Nanosecond
	}
	set, err := clerkauth.NewRemoteKeySet(config)
	if err != nil {
		return nil, err
	}
	return clerkauth.New(clerkauth.Config{KeySet: set, HeaderOnly: true, Now: k.world.now})
}

// verify verifies a token of the step, several times at once if the step says so. All must end alike.
func (k *keyServer) verify(authn *clerkauth.Authenticator, step *keyStep) (string, error) {
	k.world.advance(time.Millisecond)
	now := k.world.now().Unix()
	token := k.world.sign(tokenSpec{
		Key:     cmp.Or(step.Verify.Key, step.Key, "A"),
		Header:  map[string]any{"alg": "RS256", "typ": "JWT", "kid": step.Verify.KeyID},
		Payload: map[string]any{"sub": "user_vec", "iat": now, "exp": now + 60},
	})
	results := make([]string, max(step.Concurrent, 1))
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() { results[i] = verifyResult(authn, token) })
	}
	wg.Wait()
	for _, result := range results {
		if result != results[0] {
			return "", errors.New("concurrent verifications differ")
		}
	}
	return results[0], nil
}
