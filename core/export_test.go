package clerk

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// What the generated methods use is opened to the tests under the same names with a capital.

type PagingKind = pagingKind

const (
	PagingNone   = pagingNone
	PagingOffset = pagingOffset
	PagingCursor = pagingCursor
)

func ListAll[T any](
	ctx context.Context, c *Client, e Endpoint, p CallParams, paging PagingKind, opts ...RequestOption,
) iter.Seq2[*T, error] {
	return listAll[T](ctx, c, e, p, paging, opts)
}

func CallList[T any](
	ctx context.Context, c *Client, e Endpoint, p CallParams, opts ...RequestOption,
) (*List[T], error) {
	return callList[T](ctx, c, e, p, opts)
}

func CallEmpty(ctx context.Context, c *Client, e Endpoint, p CallParams, opts ...RequestOption) error {
	return callEmpty(ctx, c, e, p, opts)
}

func SplitBody(body []byte) (items []json.RawMessage, total int64, err error) {
	list, err := splitBody(body)
	return list.items, list.total, err
}

func DecodeErrorBody(body []byte) []ErrorItem {
	items, _ := decodeErrorBody(body)
	return items
}

func ParseRetryAfter(value string, now time.Time) time.Duration { return parseRetryAfter(value, now) }

func RawID(item json.RawMessage) string { return rawID(item) }

// DecodePlanned decodes data into *out, which must be zero, without the help of encoding/json; it reports whether it could.
func DecodePlanned(data []byte, out any) bool {
	d := decoder{plans: &planner{}}
	return d.decode(data, out)
}
