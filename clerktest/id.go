package clerktest

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"time"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// idEpoch is the second that sortable identifiers count from.
const idEpoch = 1_400_000_000

// newID returns prefix and 27 base62 characters that sort by time: 4 bytes of seconds and 16 random bytes.
func newID(prefix string, now time.Time) string {
	var raw [20]byte
	binary.BigEndian.PutUint32(raw[:4], uint32(now.Unix()-idEpoch)) //nolint:gosec // wraps in the year 2150
	_, _ = rand.Read(raw[4:])                                       // never fails, see crypto/rand
	n := new(big.Int).SetBytes(raw[:])
	var text [27]byte
	base, digit := big.NewInt(62), new(big.Int)
	for i := len(text) - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		text[i] = base62[digit.Int64()]
	}
	return prefix + string(text[:])
}

// newHexID returns prefix and 32 hexadecimal characters, the form of machine tokens and API keys.
func newHexID(prefix string) string { return prefix + randomHex(16) }

// randomHex returns n random bytes as text.
func randomHex(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return hex.EncodeToString(raw)
}
