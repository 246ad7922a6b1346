package clerk_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

var (
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
	errDial  = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
)

// script answers the attempts of a call one after the other and counts them.
func script(attempts *int, steps ...any) roundTrip {
	return func(*http.Request) (*http.Response, error) {
		step := steps[min(*attempts, len(steps)-1)]
		*attempts++
		switch step := step.(type) {
		case error:
			return nil, step
		case int:
			return answer(step, `{}`), nil
		default:
			return step.(*http.Response), nil
		}
	}
}

func TestRetry_ByClass(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		first              any
		never, safe, idemp int
	}{
		"429":                      {429, 2, 2, 2},
		"never sent":               {errDial, 2, 2, 2},
		"connection reset":         {errReset, 1, 2, 2},
		"unexpected end":           {io.ErrUnexpectedEOF, 1, 2, 2},
		"500":                      {500, 1, 2, 2},
		"503":                      {503, 1, 2, 2},
		"400":                      {400, 1, 1, 1},
		"404":                      {404, 1, 1, 1},
		"409":                      {409, 1, 1, 1},
		"302":                      {302, 1, 1, 1},
		"dialing inside of a read": {&net.OpError{Op: "read", Err: errors.New("dial")}, 1, 2, 2},
	}
	for name, test := range tests {
		for class, want := range map[clerk.RetryClass]int{
			clerk.RetryNever: test.never, clerk.RetrySafe: test.safe, clerk.RetryIdempotent: test.idemp,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					attempts := 0
					client := transport(t, script(&attempts, test.first, 200))
					e := clerk.Endpoint{Name: "Call", Method: "POST", Path: "/call", Retry: class}
					_, err := clerk.Call[item](t.Context(), client, e, clerk.CallParams{Body: map[string]any{"a": 1}})
					if attempts != want || (err == nil) != (want == 2) {
						t.Errorf("class %d: got %d attempts and %v, want %d", class, attempts, err, want)
					}
				})
			})
		}
	}
}

func TestRetry_SendsTheBodyAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		client := transport(t, func(r *http.Request) (*http.Response, error) {
			data, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(data))
			return answer(429, `{}`), nil
		})
		_, err := clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{Body: map[string]any{"a": 1}})
		if !errors.Is(err, clerk.ErrRateLimited) {
			t.Errorf("got %v", err)
		}
		if got := strings.Join(bodies, " "); got != `{"a":1} {"a":1} {"a":1}` {
			t.Errorf("got %s", got)
		}
	})
}

func TestRetry_Count(t *testing.T) {
	t.Parallel()
	for retries, opt := range map[int]clerk.RequestOption{0: clerk.WithRetries(0), 2: nil, 10: clerk.WithRetries(10)} {
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			client := transport(t, script(&attempts, 500))
			_, err := clerk.Call[item](t.Context(), client, getItem, one("a"), opt)
			if attempts != retries+1 || !errors.Is(err, clerk.ErrServer) {
				t.Errorf("got %d attempts and %v, want %d", attempts, err, retries+1)
			}
		})
	}
}

func TestRetry_BackoffHasFullJitterAndACeiling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var times []time.Time
		client := transport(t, func(*http.Request) (*http.Response, error) {
			times = append(times, time.Now())
			return answer(500, `{}`), nil
		}, clerk.WithRetries(10))
		seen := map[time.Duration]bool{}
		for range 20 {
			times = nil
			_, _ = clerk.Call[item](t.Context(), client, getItem, one("a"))
			for i := 1; i < len(times); i++ {
				wait := times[i].Sub(times[i-1])
				seen[wait] = true
				if ceiling := min(500*time.Millisecond<<(i-1), 8*time.Second); wait >= ceiling {
					t.Fatalf("wait %d: got %v, want below %v", i, wait, ceiling)
				}
			}
		}
		if len(seen) < 190 {
			t.Errorf("only %d of 200 waits differ", len(seen))
		}
	})
}

func TestRetry_RetryAfter(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		header   string
		attempts int
		least    time.Duration
		most     time.Duration
	}{
		"one second":        {"1", 2, time.Second, 1100 * time.Millisecond},
		"twenty seconds":    {"20", 2, 20 * time.Second, 22 * time.Second},
		"nothing readable":  {"soon", 2, 0, 500 * time.Millisecond},
		"negative":          {"-5", 2, 0, 500 * time.Millisecond},
		"an hour":           {"3600", 1, 0, 0},
		"beyond all bounds": {"99999999999999999999999999", 1, 0, 0},
		"a date in 2100":    {"Fri, 01 Jan 2100 00:00:00 GMT", 1, 0, 0},
		"a date ahead":      {"Sat, 01 Jan 2000 00:00:05 GMT", 2, 5 * time.Second, 5500 * time.Millisecond},
		"a date behind":     {"Thu, 01 Jan 1970 00:00:00 GMT", 2, 0, 500 * time.Millisecond},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // the clock of a bubble starts at 2000-01-01
				attempts := 0
				client := transport(t, script(&attempts, answer(429, `{}`, "Retry-After", test.header), 200))
				started := time.Now()
				_, err := clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{})
				if took := time.Since(started); attempts != test.attempts || took < test.least || took > test.most {
					t.Errorf("got %d attempts in %v", attempts, took)
				}
				var apiErr *clerk.APIError
				if test.attempts == 1 && (!errors.As(err, &apiErr) || apiErr.RetryAfter < time.Hour) {
					t.Errorf("got %v, want the APIError with its wait", err)
				}
			})
		})
	}
}

func TestRetry_GivesUpWhereTheDeadlineIsNearer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, script(&attempts, answer(429, `{}`, "Retry-After", "20")))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		started := time.Now()
		_, err := clerk.Call[item](ctx, client, getItem, one("a"))
		if attempts != 1 || time.Since(started) != 0 || !errors.Is(err, clerk.ErrRateLimited) {
			t.Errorf("got %d attempts in %v and %v", attempts, time.Since(started), err)
		}
	})
}

func TestRetry_CancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, script(&attempts, answer(503, `{}`, "Retry-After", "20")))
		ctx, cancel := context.WithCancel(t.Context())
		started := time.Now()
		time.AfterFunc(3*time.Second, cancel)
		_, err := clerk.Call[item](ctx, client, getItem, one("user_private"))
		if took := time.Since(started); attempts != 1 || took != 3*time.Second {
			t.Errorf("got %d attempts in %v", attempts, took)
		}
		var transportErr *clerk.TransportError
		if !errors.As(err, &transportErr) || !errors.Is(err, context.Canceled) || !errors.Is(err, clerk.ErrServer) {
			t.Errorf("got %v, want a *TransportError for both causes", err)
		}
		if got := err.Error(); got != "clerk: Items.Get: context canceled" {
			t.Errorf("got %q", got)
		}
	})
}

func TestCall_CancelledBeforeAndWhileSending(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, func(r *http.Request) (*http.Response, error) {
			attempts++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		for range 2 {
			_, err := clerk.Call[item](ctx, client, getItem, one("a"))
			var transportErr *clerk.TransportError
			if !errors.As(err, &transportErr) || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		}
		if attempts != 1 {
			t.Errorf("got %d attempts, want 1", attempts)
		}
	})
}

func TestCall_Timeout(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		e        clerk.Endpoint
		p        clerk.CallParams
		opts     []clerk.RequestOption
		attempts int
		timeout  time.Duration
	}{
		"a read is tried again":  {getItem, one("a"), nil, 3, 30 * time.Second},
		"a create is not":        {createItem, clerk.CallParams{}, nil, 1, 30 * time.Second},
		"an own limit is obeyed": {createItem, clerk.CallParams{}, []clerk.RequestOption{clerk.WithTimeout(time.Second)}, 1, time.Second},
	}
	for name, test := range tests {
		for part, hangs := range map[string]func(*http.Request) (*http.Response, error){
			"in the header": func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			},
			"in the body": func(r *http.Request) (*http.Response, error) {
				resp := answer(200, ``)
				resp.ContentLength = -1
				resp.Body = io.NopCloser(hangingReader{r.Context()})
				return resp, nil
			},
		} {
			t.Run(name+" "+part, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					attempts := 0
					client := transport(t, func(r *http.Request) (*http.Response, error) {
						attempts++
						return hangs(r)
					})
					started := time.Now()
					_, err := clerk.Call[item](t.Context(), client, test.e, test.p, test.opts...)
					took := time.Since(started)
					if least := test.timeout * time.Duration(test.attempts); took < least || took > least+2*time.Second {
						t.Errorf("took %v, want about %v", took, least)
					}
					var transportErr *clerk.TransportError
					if !errors.As(err, &transportErr) || !errors.Is(err, context.DeadlineExceeded) {
						t.Fatalf("got %v", err)
					}
					if attempts != test.attempts || transportErr.Attempts != attempts {
						t.Errorf("got %d attempts, error says %d, want %d", attempts, transportErr.Attempts, test.attempts)
					}
				})
			})
		}
	}
}

// hangingReader gives nothing until its context ends.
type hangingReader struct{ ctx context.Context }

func (r hangingReader) Read([]byte) (int, error) {
	<-r.ctx.Done()
	return 0, r.ctx.Err()
}

func TestCall_ConnectionResetByARealServer(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	})
	_, err := clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{Body: map[string]any{"a": 1}})
	var transportErr *clerk.TransportError
	if !errors.As(err, &transportErr) || transportErr.Attempts != 1 || requests.Load() != 1 {
		t.Errorf("a create: got %v after %d requests, want one request", err, requests.Load())
	}
	if strings.Contains(err.Error(), "/items") {
		t.Errorf("the error shows the address: %v", err)
	}
}

func TestCall_NobodyListens(t *testing.T) {
	t.Parallel()
	// A port that was free a moment ago can be that of another test by now; nobody is given port 1.
	client, err := clerk.NewClient(testKey, clerk.WithBaseURL("http://127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{}, clerk.WithRetries(1))
	var transportErr *clerk.TransportError
	if !errors.As(err, &transportErr) || transportErr.Attempts != 2 {
		t.Errorf("got %v, want a *TransportError after two attempts", err)
	}
}

func TestRetry_TruncatedBodyOfAWriteIsNotSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, func(*http.Request) (*http.Response, error) {
			attempts++
			resp := answer(200, `{"id":"a"`)
			resp.ContentLength = 50
			return resp, nil
		})
		_, err := clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{})
		var transportErr *clerk.TransportError
		if !errors.As(err, &transportErr) || !errors.Is(err, io.ErrUnexpectedEOF) || attempts != 1 {
			t.Errorf("got %v after %d attempts", err, attempts)
		}
	})
}

func TestRetry_DeleteWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	gone := `{"errors":[{"code":"resource_not_found","message":"not found"}]}`
	tests := map[string]struct {
		steps []any
		ok    bool
	}{
		"a lost answer, then 404":        {[]any{io.ErrUnexpectedEOF, answer(404, gone)}, true},
		"a gateway's error, then 404":    {[]any{502, answer(404, gone)}, true},
		"a lost answer, a 429, then 410": {[]any{io.ErrUnexpectedEOF, 429, answer(410, gone)}, true},
		"404 at once":                    {[]any{answer(404, gone)}, false},
		"refused with 429, then 404":     {[]any{429, answer(404, gone)}, false},
		"a lost answer, then 403":        {[]any{io.ErrUnexpectedEOF, 403}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				client := transport(t, script(&attempts, test.steps...))
				deleted, err := client.Users.Delete(t.Context(), "user_1")
				if (err == nil) != test.ok {
					t.Fatalf("got %v after %d attempts", err, attempts)
				}
				if test.ok && (deleted.ID != "user_1" || !deleted.Deleted) {
					t.Errorf("got %+v, want user_1 to be deleted", deleted)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, script(&attempts, io.ErrUnexpectedEOF, answer(404, gone)))
		if _, err := client.Users.Get(t.Context(), "user_1"); !errors.Is(err, clerk.ErrNotFound) {
			t.Errorf("got %v, want a read to say that there is nothing", err)
		}
		attempts = 0
		client = transport(t, script(&attempts, io.ErrUnexpectedEOF, answer(404, gone)))
		member, err := client.OrganizationMemberships.Delete(t.Context(), "org_1", "user_1")
		if err != nil || member.ID != "" {
			t.Errorf("got %v, %v, want no id that is not known", member, err)
		}
	})
}
