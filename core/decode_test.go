package clerk_test

import (
	"fmt"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestCall_DecodesWhatOnlyEncodingJSONCan(t *testing.T) {
	t.Parallel()
	client := serve(t, answerWith(200, `{"id":"a","id":"b","count":2.0,"n\u0061me":"x"}`))
	got, err := clerk.Call[item](t.Context(), client, getItem, one("a"))
	if err != nil || got.ID != "b" || got.Count != 2 || clerk.Value(got.Name) != "x" {
		t.Errorf("got %+v, %v", got, err)
	}
	loose, err := clerk.Call[map[string]any](t.Context(), client, getItem, one("a"))
	if err != nil || fmt.Sprint(*loose) != "map[count:2 id:b name:x]" {
		t.Errorf("got %v, %v", loose, err)
	}
}
