package clerkwebhook_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	secretA = "whsec_dGhlIGZpcnN0IHNpZ25pbmcgc2VjcmV0"
	secretB = "whsec_dGhlIG90aGVyIHNpZ25pbmcgc2VjcmV0"
)

// body is not in the form that encoding/json writes, so that a verifier which encodes it again is found out.
var body = []byte(`{ "type":"user.created", "object":"event","timestamp":1716883200000,"instance_id":"ins_1",` +
	`"data":{"id":"user_1","object":"user","updated_at":1716883200000} }`)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func newVerifier(t *testing.T, secrets ...string) *clerkwebhook.Verifier {
	t.Helper()
	v, err := clerkwebhook.New(clerkwebhook.Config{Secrets: secrets, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newSigner(t *testing.T, secrets ...string) *clerkwebhook.Signer {
	t.Helper()
	s, err := clerkwebhook.NewSigner(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func reasonOf(err error) clerkwebhook.Reason {
	var refusal *clerkwebhook.Error
	if !errors.As(err, &refusal) {
		return ""
	}
	return refusal.Reason
}

func TestVerifier_Verify(t *testing.T) {
	t.Parallel()
	event, err := newVerifier(t, secretA).Verify(newSigner(t, secretA).Sign("msg_1", noon, body), body)
	if err != nil {
		t.Fatal(err)
	}
	if event.ID != "msg_1" || !event.SentAt.Equal(noon) {
		t.Errorf("got id %q sent at %v, want msg_1 at %v", event.ID, event.SentAt, noon)
	}
	if event.Type != clerkwebhook.EventUserCreated || event.InstanceID != "ins_1" || event.Object != "event" {
		t.Errorf("got %q %q %q, want the fields of the body", event.Type, event.InstanceID, event.Object)
	}
	if got, want := event.Time(), time.UnixMilli(1716883200000); !got.Equal(want) {
		t.Errorf("got time %v, want %v", got, want)
	}
	if !bytes.Equal(event.RawJSON(), bytes.TrimSpace(body)) {
		t.Errorf("got raw %s, want the body", event.RawJSON())
	}
}

// TestVerifier_Refusals changes one thing of a good delivery at a time.
func TestVerifier_Refusals(t *testing.T) {
	t.Parallel()
	good := newSigner(t, secretA).Sign("msg_1", noon, body)
	signature := good.Get("svix-signature")
	at := func(seconds int64) http.Header {
		return newSigner(t, secretA).Sign("msg_1", noon.Add(time.Duration(seconds)*time.Second), body)
	}
	set := func(name, value string) http.Header {
		h := good.Clone()
		h.Set(name, value)
		return h
	}
	tests := []struct {
		name   string
		header http.Header
		body   []byte
		want   clerkwebhook.Reason
	}{
		{"changed body", good, bytes.Replace(body, []byte("user_1"), []byte("user_2"), 1), "no-matching-signature"},
		{"re-encoded body", good, bytes.ReplaceAll(body, []byte(" "), nil), "no-matching-signature"},
		{"empty body", good, nil, "empty-body"},
		{"changed id", set("svix-id", "msg_2"), body, "no-matching-signature"},
		{"changed timestamp", set("svix-timestamp", strconv.FormatInt(noon.Unix()+1, 10)), body, "no-matching-signature"},
		{"secret of someone else", newSigner(t, secretB).Sign("msg_1", noon, body), body, "no-matching-signature"},
		{"too old", at(-301), body, "timestamp-too-old"},
		{"too new", at(301), body, "timestamp-too-new"},
		{"timestamp with letters", set("svix-timestamp", strconv.FormatInt(noon.Unix(), 10)+"abc"), body, "invalid-timestamp"},
		{"timestamp in milliseconds", set("svix-timestamp", strconv.FormatInt(noon.UnixMilli(), 10)), body, "invalid-timestamp"},
		{"timestamp with a fraction", set("svix-timestamp", "1772366400.0"), body, "invalid-timestamp"},
		{"timestamp with a sign", set("svix-timestamp", "+1772366400"), body, "invalid-timestamp"},
		{"version v2", set("svix-signature", "v2"+signature[2:]), body, "no-matching-signature"},
		{"version v1a", set("svix-signature", "v1a"+signature[2:]), body, "no-matching-signature"},
		{"no version", set("svix-signature", signature[3:]), body, "no-matching-signature"},
		{"cut signature", set("svix-signature", signature[:len(signature)-4]), body, "no-matching-signature"},
		{"empty signature", set("svix-signature", "v1,"), body, "no-matching-signature"},
		{"signature that is not base64", set("svix-signature", "v1,%%%"), body, "no-matching-signature"},
		{"blank signature", set("svix-signature", "  "), body, "missing-headers"},
		{"huge signature header", set("svix-signature", strings.Repeat(signature+" ", 200)), body, "invalid-headers"},
		{"no headers", nil, body, "missing-headers"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			event, err := newVerifier(t, secretA).Verify(test.header, test.body)
			if got := reasonOf(err); got != test.want {
				t.Errorf("got %v, want reason %s", err, test.want)
			}
			if event != nil || !errors.Is(err, clerkwebhook.ErrUnverified) {
				t.Errorf("got event %v and error %v, want none and ErrUnverified", event, err)
			}
		})
	}
}

func TestVerifier_ToleranceEdges(t *testing.T) {
	t.Parallel()
	for _, offset := range []time.Duration{-300 * time.Second, 300 * time.Second} {
		header := newSigner(t, secretA).Sign("msg_1", noon.Add(offset), body)
		if _, err := newVerifier(t, secretA).Verify(header, body); err != nil {
			t.Errorf("%v: got %v, want a timestamp on the edge to pass", offset, err)
		}
	}
	v, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{secretA}, Now: clock, Tolerance: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.Verify(newSigner(t, secretA).Sign("msg_1", noon.Add(-2*time.Second), body), body)
	if got, want := reasonOf(err), clerkwebhook.ReasonTimestampTooOld; got != want {
		t.Errorf("got %q, want %q with a tolerance of a second", got, want)
	}
}

func TestVerifier_Rotation(t *testing.T) {
	t.Parallel()
	oldOnly, both := newSigner(t, secretA), newSigner(t, secretA, secretB)
	tests := []struct {
		name     string
		verifier *clerkwebhook.Verifier
		signer   *clerkwebhook.Signer
	}{
		{"receiver knows both, sender uses the old", newVerifier(t, secretB, secretA), oldOnly},
		{"sender uses both, receiver knows the new", newVerifier(t, secretB), both},
		{"sender uses both, receiver knows the old", newVerifier(t, secretA), both},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			header := test.signer.Sign("msg_1", noon, body)
			header.Set("svix-signature", "v1a,c29tZXRoaW5n junk v1,AAAA "+header.Get("svix-signature"))
			if _, err := test.verifier.Verify(header, body); err != nil {
				t.Errorf("got %v, want the delivery to pass", err)
			}
		})
	}
}

func TestVerifier_HeaderNames(t *testing.T) {
	t.Parallel()
	svix := newSigner(t, secretA).Sign("msg_1", noon, body)
	standard, both, lower := http.Header{}, svix.Clone(), http.Header{}
	for _, part := range []string{"Id", "Timestamp", "Signature"} {
		standard["Webhook-"+part] = svix["Svix-"+part]
		both["Webhook-"+part] = svix["Svix-"+part]
		lower["svix-"+strings.ToLower(part)] = svix["Svix-"+part]
	}
	v := newVerifier(t, secretA)
	for name, header := range map[string]http.Header{"standard": standard, "both": both, "lower case": lower} {
		if _, err := v.Verify(header, body); err != nil {
			t.Errorf("%s: got %v, want the delivery to pass", name, err)
		}
	}
	standard.Del("Webhook-Id")
	_, err := v.Verify(standard, body)
	var refusal *clerkwebhook.Error
	if !errors.As(err, &refusal) || !slices.Equal(refusal.Headers, []string{"webhook-id"}) {
		t.Errorf("got %v, want webhook-id to be named as missing", err)
	}
	svix.Del("Svix-Id")
	svix.Set("Webhook-Id", "msg_1")
	if _, err = v.Verify(svix, body); reasonOf(err) != clerkwebhook.ReasonMissingHeaders {
		t.Errorf("got %v, want no mixture of the two sets of names", err)
	}
}

func TestVerifier_DuplicateHeaders(t *testing.T) {
	t.Parallel()
	good := newSigner(t, secretA).Sign("msg_1", noon, body)
	twice := good.Clone()
	twice.Add("Svix-Id", "msg_1")
	otherCase := good.Clone()
	otherCase["svix-id"] = []string{"msg_2"}
	contradiction := good.Clone()
	contradiction.Set("Webhook-Id", "msg_2")
	for name, header := range map[string]http.Header{"twice": twice, "in another case": otherCase, "contradiction": contradiction} {
		_, err := newVerifier(t, secretA).Verify(header, body)
		if got, want := reasonOf(err), clerkwebhook.ReasonDuplicateHeaders; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestNew_Secrets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		secrets []string
		want    clerkwebhook.Reason
	}{
		{"none", nil, "missing-secret"},
		{"empty", []string{""}, "missing-secret"},
		{"blank", []string{" \t"}, "missing-secret"},
		{"prefix only", []string{"whsec_"}, "missing-secret"},
		{"second is empty", []string{secretA, ""}, "missing-secret"},
		{"not base64", []string{"whsec_%%%%"}, "invalid-secret"},
		{"base64 of URLs", []string{"whsec_-_-_"}, "invalid-secret"},
		{"padding is missing", []string{"whsec_YWI"}, "invalid-secret"},
		{"line break", []string{secretA + "\n"}, "invalid-secret"},
		{"an asymmetric key", []string{"whpk_dGhlIGZpcnN0IHNpZ25pbmcgc2VjcmV0"}, "invalid-secret"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v, err := clerkwebhook.New(clerkwebhook.Config{Secrets: test.secrets})
			if got := reasonOf(err); got != test.want || v != nil {
				t.Errorf("got %v and %v, want no verifier and reason %s", v, err, test.want)
			}
			if !errors.Is(err, clerkwebhook.ErrConfig) {
				t.Errorf("got %v, want it to match ErrConfig", err)
			}
			if _, err = clerkwebhook.NewSigner(test.secrets...); reasonOf(err) != test.want {
				t.Errorf("signer: got %v, want reason %s", err, test.want)
			}
		})
	}
	if _, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{strings.TrimPrefix(secretA, "whsec_")}}); err != nil {
		t.Errorf("got %v, want a secret without the prefix to be accepted", err)
	}
	var zero *clerkwebhook.Verifier
	if _, err := zero.Verify(nil, body); reasonOf(err) != clerkwebhook.ReasonMissingSecret {
		t.Errorf("got %v, want a nil verifier to refuse", err)
	}
}

func TestNewFromEnv(t *testing.T) {
	t.Setenv("CLERK_WEBHOOK_SIGNING_SECRET", secretA)
	v, err := clerkwebhook.NewFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = v.Verify(newSigner(t, secretA).Sign("msg_1", time.Now(), body), body); err != nil {
		t.Errorf("got %v, want the secret of the environment to be used", err)
	}
	t.Setenv("CLERK_WEBHOOK_SIGNING_SECRET", "")
	if _, err = clerkwebhook.NewFromEnv(); reasonOf(err) != clerkwebhook.ReasonMissingSecret {
		t.Errorf("got %v, want an unset variable to be an error", err)
	}
	for secret, want := range map[string]string{
		"":              "CLERK_WEBHOOK_SIGNING_SECRET is not set",
		"sk_test_x":     "CLERK_WEBHOOK_SIGNING_SECRET is not a signing secret",
		`"whsec_YWJj"`:  "CLERK_WEBHOOK_SIGNING_SECRET is not a signing secret",
		"whsec_%secret": "CLERK_WEBHOOK_SIGNING_SECRET is not a signing secret",
	} {
		t.Setenv("CLERK_WEBHOOK_SIGNING_SECRET", secret)
		_, err := clerkwebhook.NewFromEnv()
		if !errors.Is(err, clerkwebhook.ErrConfig) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "whsec_…") {
			t.Errorf("%s: got %v, want %q and how a secret begins", secret, err, want)
		}
		if secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestVerifier_VerifyRequest(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header = newSigner(t, secretA).Sign("msg_1", noon, body)
	if _, err := newVerifier(t, secretA).VerifyRequest(r); err != nil {
		t.Fatal(err)
	}
	again, err := io.ReadAll(r.Body)
	if err != nil || !bytes.Equal(again, body) {
		t.Errorf("got %q and %v, want the body to be readable again", again, err)
	}
}

func TestVerifier_BodyCap(t *testing.T) {
	t.Parallel()
	v, err := clerkwebhook.New(clerkwebhook.Config{
		Secrets: []string{secretA}, Now: clock, MaxBodyBytes: int64(len(body)),
	})
	if err != nil {
		t.Fatal(err)
	}
	signer := newSigner(t, secretA)
	if _, err = v.Verify(signer.Sign("msg_1", noon, body), body); err != nil {
		t.Errorf("got %v, want a body of exactly the cap to pass", err)
	}
	longer := append(bytes.Clone(body), ' ')
	if _, err = v.Verify(signer.Sign("msg_1", noon, longer), longer); reasonOf(err) != clerkwebhook.ReasonBodyTooLarge {
		t.Errorf("got %v, want one byte more to be refused", err)
	}
	endless := &countingReader{}
	r := httptest.NewRequest(http.MethodPost, "/", endless)
	r.Header = signer.Sign("msg_1", noon, body)
	_, err = v.VerifyRequest(r)
	if reasonOf(err) != clerkwebhook.ReasonBodyTooLarge || !errors.Is(err, clerkwebhook.ErrBody) {
		t.Errorf("got %v, want an endless body to be refused", err)
	}
	if endless.read > 1<<16 {
		t.Errorf("got %d bytes read, want reading to stop at the cap", endless.read)
	}
}

// countingReader never ends.
type countingReader struct{ read int }

func (r *countingReader) Read(p []byte) (int, error) {
	r.read += len(p)
	return len(p), nil
}

func TestVerifier_BrokenBody(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader("{"), brokenReader{}))
	_, err := newVerifier(t, secretA).VerifyRequest(r)
	if reasonOf(err) != clerkwebhook.ReasonBodyUnreadable || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want body-unreadable with its cause", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestVerifier_BodyThatIsNoEvent(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "null", "[]", `"x"`, "{}", `{"type":""}`, `{"type":1}`, `{"type":"a"`, "\xff"} {
		_, err := newVerifier(t, secretA).Verify(newSigner(t, secretA).Sign("msg_1", noon, []byte(text)), []byte(text))
		if reasonOf(err) != clerkwebhook.ReasonInvalidBody || !errors.Is(err, clerkwebhook.ErrMalformed) {
			t.Errorf("%q: got %v, want invalid-body", text, err)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	config := clerkwebhook.Config{Secrets: []string{secretA}}
	key := []byte("the first signing secret")
	var logged bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&logged, nil))
	values := []any{config, &config, newVerifier(t, secretA), newSigner(t, secretA), *newVerifier(t, secretA), *newSigner(t, secretA)}
	text := ""
	for _, value := range values {
		text += fmt.Sprintf("%v %+v %#v %s ", value, value, value, value)
		logger.Info("value", "value", value)
	}
	text += logged.String()
	_, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{secretA + "%"}})
	text += fmt.Sprintf("%v %#v", err, err)
	for _, hidden := range []string{secretA, secretA[6:], string(key), fmt.Sprintf("%d", key)} {
		if strings.Contains(text, hidden) {
			t.Errorf("got %q printed, want no form of the secret", hidden)
		}
	}
}

func TestNewSecret(t *testing.T) {
	t.Parallel()
	first, second := clerkwebhook.NewSecret(), clerkwebhook.NewSecret()
	if first == second || len(first) != len("whsec_")+32 {
		t.Errorf("got %q and %q, want two different secrets of 24 bytes", first, second)
	}
	if _, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{first}}); err != nil {
		t.Errorf("got %v, want the secret to be usable", err)
	}
}
