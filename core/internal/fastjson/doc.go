// Package fastjson decodes the answers of the Backend API faster than encoding/json, with the same results.
//
// [Split] cuts a list into its items, a [Decoder] decodes one item in a single pass, and [Unmarshal] decodes whatever the
// Decoder gives up on. The package knows nothing of the API but the shape of its lists, and can go once encoding/json is
// as fast.
package fastjson
