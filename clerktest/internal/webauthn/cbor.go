package webauthn

import (
	"encoding/binary"
	"errors"
	"math"
)

// Bounds of a CBOR item.
const (
	maxDepth = 8
	maxItems = 64
)

var errCBOR = errors.New("webauthn: not the CBOR of an authenticator")

// decodeCBOR reads one item of the subset of CBOR (RFC 8949) that authenticators write (CTAP2 canonical form) and returns what
// follows it. Integers are int64, byte strings []byte, texts string, arrays []any, maps map[any]any, and there are true, false
// and nil. Lengths are definite.
func decodeCBOR(data []byte) (item any, rest []byte, err error) { return decodeItem(data, 0) }

func decodeItem(data []byte, depth int) (item any, rest []byte, err error) {
	if len(data) == 0 || depth > maxDepth {
		return nil, nil, errCBOR
	}
	major, info := data[0]>>5, data[0]&0x1f
	if major == 7 {
		return decodeSimple(info, data[1:])
	}
	n, rest, err := decodeLength(info, data[1:])
	if err != nil {
		return nil, nil, err
	}
	if major <= 1 && n > math.MaxInt64 {
		return nil, nil, errCBOR
	}
	switch major {
	case 0:
		return int64(n), rest, nil //nolint:gosec // its size was checked above
	case 1:
		return -1 - int64(n), rest, nil //nolint:gosec // its size was checked above
	case 2, 3:
		if n > uint64(len(rest)) {
			return nil, nil, errCBOR
		}
		if major == 3 {
			return string(rest[:n]), rest[n:], nil
		}
		return rest[:n:n], rest[n:], nil
	case 4:
		return decodeArray(n, rest, depth)
	case 5:
		return decodeMap(n, rest, depth)
	default:
		return nil, nil, errCBOR
	}
}

func decodeSimple(info byte, rest []byte) (any, []byte, error) {
	switch info {
	case 20:
		return false, rest, nil
	case 21:
		return true, rest, nil
	case 22:
		return nil, rest, nil
	}
	return nil, nil, errCBOR
}

// decodeLength reads the number that follows the first byte of an item, within int64.
func decodeLength(info byte, data []byte) (n uint64, rest []byte, err error) {
	if info < 24 {
		return uint64(info), data, nil
	}
	if info > 27 {
		return 0, nil, errCBOR
	}
	size := 1 << (info - 24)
	if len(data) < size {
		return 0, nil, errCBOR
	}
	var wide [8]byte
	copy(wide[8-size:], data[:size])
	if n = binary.BigEndian.Uint64(wide[:]); n > math.MaxInt64 {
		return 0, nil, errCBOR
	}
	return n, data[size:], nil
}

func decodeArray(n uint64, data []byte, depth int) (any, []byte, error) {
	if n > maxItems {
		return nil, nil, errCBOR
	}
	out := make([]any, 0, n)
	for range n {
		item, rest, err := decodeItem(data, depth+1)
		if err != nil {
			return nil, nil, err
		}
		out, data = append(out, item), rest
	}
	return out, data, nil
}

// decodeMap reads a map whose keys are integers or texts, each once.
func decodeMap(n uint64, data []byte, depth int) (any, []byte, error) {
	if n > maxItems {
		return nil, nil, errCBOR
	}
	out := make(map[any]any, n)
	for range n {
		key, rest, err := decodeItem(data, depth+1)
		if err != nil {
			return nil, nil, err
		}
		switch key.(type) {
		case int64, string:
		default:
			return nil, nil, errCBOR
		}
		if _, twice := out[key]; twice {
			return nil, nil, errCBOR
		}
		value, rest, err := decodeItem(rest, depth+1)
		if err != nil {
			return nil, nil, err
		}
		out[key], data = value, rest
	}
	return out, data, nil
}
