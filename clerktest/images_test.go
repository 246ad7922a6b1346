package clerktest_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// picture is a PNG of this width.
func picture(t *testing.T, width int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, 2))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestUsers_ProfileImage(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	id := in.CreateUser(clerktest.User{}).ID
	since := len(in.Events())
	upload := func(user string, content []byte) reply[*clerk.User] {
		return from(client.Users.SetProfileImage(ctx, user, &clerk.UserSetProfileImageParams{File: clerk.File{Name: "me.png", Reader: bytes.NewReader(content)}}))
	}
	first := upload(id, picture(t, 2)).must(t)
	if status, kind, content := fetch(t, in, first.ImageURL); !first.HasImage || status != http.StatusOK || kind != "image/png" || !bytes.Equal(content, picture(t, 2)) {
		t.Errorf("got %d %s with %d bytes, want the picture", status, kind, len(content))
	}
	second := upload(id, picture(t, 3)).must(t)
	if status, _, _ := fetch(t, in, first.ImageURL); status != http.StatusNotFound || second.ImageURL == first.ImageURL {
		t.Errorf("the replaced picture = %d, want 404", status)
	}
	upload(id, []byte("just text")).refused(t, 400, "request_body_invalid")
	upload(id, nil).refused(t, 400, "form_param_missing")
	upload(id, append(picture(t, 2), make([]byte, 10<<20)...)).refused(t, 413, "image_too_large")
	upload("user_none", picture(t, 2)).refused(t, 404, "resource_not_found")
	if got := from(client.Users.Get(ctx, id)).must(t); got.ImageURL != second.ImageURL {
		t.Error("a refused upload changed the picture")
	}
	other := in.CreateUser(clerktest.User{}).ID
	from(client.Users.Update(ctx, other, &clerk.UserUpdateParams{ProfileImageID: clerk.String("img_none")})).refused(t, 404, "image_not_found")
	copied := from(client.Users.Update(ctx, other, &clerk.UserUpdateParams{ProfileImageID: clerk.String(path.Base(second.ImageURL))})).must(t)
	if !copied.HasImage || copied.ImageURL != second.ImageURL {
		t.Errorf("got %+v, want the picture that is there already", copied.ImageURL)
	}
	if got := from(client.Users.DeleteProfileImage(ctx, id)).must(t); got.HasImage || got.ImageURL != "" {
		t.Errorf("got image %q after the deletion", got.ImageURL)
	}
	if status, _, _ := fetch(t, in, copied.ImageURL); status != http.StatusOK {
		t.Errorf("a picture that another user shows = %d, want 200", status)
	}
	from(client.Users.DeleteProfileImage(ctx, id)).refused(t, 404, "image_not_found")
	from(client.Users.Delete(ctx, other)).must(t)
	if status, _, _ := fetch(t, in, copied.ImageURL); status != http.StatusNotFound {
		t.Errorf("the picture of a deleted user = %d, want 404", status)
	}
	if got := strings.Join(kinds(in, since), " "); got != "user.updated user.updated user.created user.updated user.updated user.deleted" {
		t.Errorf("got events %s", got)
	}
}

func TestOrganizations_Logo(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	id, u := in.CreateOrganization(clerktest.Organization{}).ID, in.CreateUser(clerktest.User{}).ID
	set := func(org, uploader string, content []byte) reply[*clerk.Organization] {
		return from(client.Organizations.SetLogo(ctx, org, &clerk.OrganizationSetLogoParams{
			UploaderUserID: clerk.String(uploader), File: clerk.File{Name: "logo.png", Reader: bytes.NewReader(content)},
		}))
	}
	from(client.Organizations.DeleteLogo(ctx, id)).refused(t, 404, "image_not_found")
	org := set(id, u, picture(t, 2)).must(t)
	if status, kind, _ := fetch(t, in, org.ImageURL); !org.HasImage || status != http.StatusOK || kind != "image/png" {
		t.Errorf("got %d %s, want the logo", status, kind)
	}
	set(id, "user_none", picture(t, 2)).refused(t, 404, "resource_not_found")
	set(id, u, []byte("GIF9 or so")).refused(t, 400, "request_body_invalid")
	set("org_none", u, picture(t, 2)).refused(t, 404, "resource_not_found")
	from(client.Organizations.Delete(ctx, id)).must(t)
	if status, _, _ := fetch(t, in, org.ImageURL); status != http.StatusNotFound {
		t.Errorf("the logo of a deleted organization = %d, want 404", status)
	}
}

func TestOAuthApplications_LogoGoesWithItsApplication(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	app := newOAuthApplication(t, client, "Logo")
	upload := func() string {
		shown := from(client.OAuthApplications.SetLogo(ctx, app.ID, &clerk.OAuthApplicationSetLogoParams{
			File: clerk.File{Name: "logo.png", Reader: bytes.NewReader(picture(t, 2))},
		})).must(t)
		return *shown.ClientImageURL
	}
	first := upload()
	second := upload()
	if status, _, _ := fetch(t, in, first); status != http.StatusNotFound {
		t.Errorf("the logo before = %d, want 404", status)
	}
	from(client.OAuthApplications.Delete(ctx, app.ID)).must(t)
	if status, _, _ := fetch(t, in, second); status != http.StatusNotFound {
		t.Errorf("the logo of a deleted application = %d, want 404", status)
	}
}
