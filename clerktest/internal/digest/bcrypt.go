package digest

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"math/big"
	"strconv"
	"strings"
	"sync"
)

// blowfish is the cipher under bcrypt. The standard library lacks it, and imported users mostly have bcrypt digests.
type blowfish struct {
	p [18]uint32
	s [4][256]uint32
}

var bcryptBase64 = base64.NewEncoding("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789").WithPadding(base64.NoPadding)

// bcryptLength is the length of a digest.
const bcryptLength = 60

// VerifyBcrypt reports whether a bcrypt digest, $2b$cost$salt-and-key, was made from the password.
func VerifyBcrypt(digest, password string) bool {
	parts := strings.Split(digest, "$")
	if len(parts) != 4 || len(parts[1]) != 2 || parts[1][0] != '2' || len(parts[3]) != 53 {
		return false
	}
	cost, err := strconv.Atoi(parts[2])
	if err != nil || cost < 4 || cost > 16 {
		return false
	}
	salt, err := bcryptBase64.DecodeString(parts[3][:22])
	if err != nil {
		return false
	}
	got := bcryptBase64.EncodeToString(bcryptKey(password, salt, cost))
	return subtle.ConstantTimeCompare([]byte(got), []byte(parts[3][22:])) == 1
}

// bcryptKey returns the 23 bytes of a digest.
func bcryptKey(password string, salt []byte, cost int) []byte {
	key := append([]byte(password), 0)
	if len(key) > 72 {
		key = key[:72]
	}
	b := piBlowfish() // a copy
	b.expand(key, salt)
	for range 1 << cost {
		b.expand(key, nil)
		b.expand(salt, nil)
	}
	text := []byte("OrpheanBeholderScryDoubt")
	for i := 0; i < len(text); i += 8 {
		l, r := binary.BigEndian.Uint32(text[i:]), binary.BigEndian.Uint32(text[i+4:])
		for range 64 {
			l, r = b.encrypt(l, r)
		}
		binary.BigEndian.PutUint32(text[i:], l)
		binary.BigEndian.PutUint32(text[i+4:], r)
	}
	return text[:23]
}

// expand mixes a key, and a salt when there is one, into the tables.
func (b *blowfish) expand(key, salt []byte) {
	at := 0
	for i := range b.p {
		b.p[i] ^= nextWord(key, &at)
	}
	at = 0
	var l, r uint32
	fill := func(pair []uint32) {
		if salt != nil {
			l ^= nextWord(salt, &at)
			r ^= nextWord(salt, &at)
		}
		l, r = b.encrypt(l, r)
		pair[0], pair[1] = l, r
	}
	for i := 0; i < len(b.p); i += 2 {
		fill(b.p[i:])
	}
	for i := range b.s {
		for j := 0; j < len(b.s[i]); j += 2 {
			fill(b.s[i][j:])
		}
	}
}

// nextWord reads 4 bytes of data as if it went on forever.
func nextWord(data []byte, at *int) uint32 {
	var w uint32
	for range 4 {
		w = w<<8 | uint32(data[*at])
		*at = (*at + 1) % len(data)
	}
	return w
}

func (b *blowfish) encrypt(l, r uint32) (left, right uint32) {
	for i := 0; i < 16; i += 2 {
		l ^= b.p[i]
		r ^= ((b.s[0][l>>24] + b.s[1][l>>16&0xff]) ^ b.s[2][l>>8&0xff]) + b.s[3][l&0xff]
		r ^= b.p[i+1]
		l ^= ((b.s[0][r>>24] + b.s[1][r>>16&0xff]) ^ b.s[2][r>>8&0xff]) + b.s[3][r&0xff]
	}
	return r ^ b.p[17], l ^ b.p[16]
}

// piBlowfish returns the start tables, which are the digits of pi.
var piBlowfish = sync.OnceValue(func() blowfish {
	const words = 18 + 4*256
	const guard = 64
	pi := new(big.Int).Sub(
		new(big.Int).Mul(big.NewInt(16), arctanInverse(5, words*32+guard)),
		new(big.Int).Mul(big.NewInt(4), arctanInverse(239, words*32+guard)),
	)
	pi.Rsh(pi, guard)
	digits := pi.FillBytes(make([]byte, words*4+1))[1:] // without the 3
	var b blowfish
	for i := range b.p {
		b.p[i] = binary.BigEndian.Uint32(digits[4*i:])
	}
	for i := range b.s {
		for j := range b.s[i] {
			b.s[i][j] = binary.BigEndian.Uint32(digits[4*(18+256*i+j):])
		}
	}
	return b
})

// arctanInverse returns arctan(1/n) as an integer with so many binary digits after the point.
func arctanInverse(n int64, bits uint) *big.Int {
	power := new(big.Int).Lsh(big.NewInt(1), bits)
	power.Quo(power, big.NewInt(n))
	square := big.NewInt(n * n)
	sum, term := new(big.Int), new(big.Int)
	for i := int64(1); power.Sign() > 0; i += 2 {
		term.Quo(power, big.NewInt(i))
		if i%4 == 1 {
			sum.Add(sum, term)
		} else {
			sum.Sub(sum, term)
		}
		power.Quo(power, square)
	}
	return sum
}
