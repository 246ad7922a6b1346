package clerktest

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"math/big"
	"sync"
)

const rsaBits = 2048

// keyPool makes RSA keys for local instances. Finding primes takes most of the time a key costs, so keys share primes:
// n primes serve n(n-1)/2 keys. That would be careless for keys that guard something; these sign tokens of an emulator
// and live as long as the process.
type keyPool struct {
	mu     sync.Mutex
	primes []*big.Int
	i, j   int // the pair that the last key took
}

// processKeys is shared by all emulators of the process, so that a test suite with hundreds of instances does not spend
// its time on primes. Every key it gives is another one.
var processKeys keyPool

func (p *keyPool) next() (*rsa.PrivateKey, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		p.i++
		if p.i >= p.j {
			p.i, p.j = 0, p.j+1
		}
		if p.j >= len(p.primes) {
			if err := p.grow(); err != nil {
				return nil, err
			}
		}
		if key, ok := assembleKey(p.primes[p.i], p.primes[p.j]); ok {
			return key, nil
		}
	}
}

func (p *keyPool) grow() error {
	key, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return fmt.Errorf("clerktest: generate key: %w", err)
	}
	p.primes = append(p.primes, key.Primes...)
	return nil
}

// assembleKey builds a key from two primes, false when they do not fit.
func assembleKey(a, b *big.Int) (*rsa.PrivateKey, bool) {
	one := big.NewInt(1)
	n := new(big.Int).Mul(a, b)
	phi := new(big.Int).Mul(new(big.Int).Sub(a, one), new(big.Int).Sub(b, one))
	d := new(big.Int).ModInverse(big.NewInt(65537), phi)
	if n.BitLen() != rsaBits || d == nil {
		return nil, false
	}
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: 65537}, D: d, Primes: []*big.Int{a, b}}
	if key.Validate() != nil {
		return nil, false
	}
	key.Precompute()
	return key, true
}
