package clerktest_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestImages(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := coreClient(t, in)
	id := in.CreateUser(clerktest.User{}).ID
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	u, err := client.Users.SetProfileImage(t.Context(), id, &clerk.UserSetProfileImageParams{
		File: clerk.File{Name: "me.png", Reader: bytes.NewReader(picture.Bytes())},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !u.HasImage {
		t.Error("the user has no image after the upload")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.ImageURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := in.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(got, picture.Bytes()) || resp.Header.Get("Content-Type") != "image/png" {
		t.Errorf("got %d bytes of %s, %v, want the picture", len(got), resp.Header.Get("Content-Type"), err)
	}
	_, err = client.Users.SetProfileImage(t.Context(), id, &clerk.UserSetProfileImageParams{
		File: clerk.File{Name: "me.txt", Reader: strings.NewReader("just text")},
	})
	if !errors.Is(err, clerk.ErrInvalid) {
		t.Errorf("got %v for a text, want ErrInvalid", err)
	}
	if got := must(t, in, "DELETE", "/users/"+id+"/profile_image", ""); got.object["has_image"] != false {
		t.Errorf("got %s", got.raw)
	}
}

func TestUserExtras(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	id := in.CreateUser(clerktest.User{}).ID
	account := in.AddExternalAccount(id, clerktest.ExternalAccount{
		Provider: "google", ProviderUserID: "g-1", Email: "a@gmail.com", AccessToken: "secret", Scopes: []string{"openid"},
	})
	tokens := must(t, in, "GET", "/users/"+id+"/oauth_access_tokens/oauth_google?paginated=true", "")
	if tokens.object["total_count"] != 1.0 {
		t.Errorf("got %s, want one token", tokens.raw)
	}
	if got := must(t, in, "GET", "/users?provider=google&provider_user_id=g-1", ""); len(got.list) != 1 {
		t.Errorf("got %d users of the provider, want 1", len(got.list))
	}
	must(t, in, "DELETE", "/users/"+id+"/external_accounts/"+account, "")
	refused(t, send(t, in, "DELETE", "/users/"+id+"/external_accounts/"+account, ""), 404, "resource_not_found")
	device := in.AddTrustedDevice(id, clerktest.TrustedDevice{Platform: "android"})
	if got := must(t, in, "DELETE", "/users/"+id+"/trusted_devices/"+device, ""); got.text("status") != "revoked" {
		t.Errorf("got %s", got.raw)
	}
	if got := must(t, in, "GET", "/users/"+id+"/trusted_devices", "").object["total_count"]; got != 1.0 {
		t.Errorf("got %v devices, want 1", got)
	}
}
