package clerk

import (
	"context"
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
	return listAll[*T](ctx, c, &e, &p, paging, opts)
}

func CallList[T any](
	ctx context.Context, c *Client, e Endpoint, p CallParams, opts ...RequestOption,
) (*List[T], error) {
	return callList(ctx, c, &e, &p, new(List[T]), opts)
}

func CallEmpty(ctx context.Context, c *Client, e Endpoint, p CallParams, opts ...RequestOption) error {
	return callEmpty(ctx, c, &e, &p, opts)
}

func DecodeErrorBody(body []byte) []ErrorItem {
	items, _ := decodeErrorBody(body)
	return items
}

func ParseRetryAfter(value string, now time.Time) time.Duration { return parseRetryAfter(value, now) }
