package clerktest

import (
	"net/http"
	"slices"
	"strings"
)

// image is an uploaded profile image or logo.
type image struct {
	ID          string `json:"id"`
	ContentType string `json:"content_type"`
	Data        []byte `json:"data"`
}

var imageTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

var tableImages = &table[*image]{name: "images", id: func(i *image) string { return i.ID }}

func imagesFamily() family {
	return family{
		tables: []anyTable{tableImages},
		raw:    []rawRoute{{http.MethodGet, "/images/{id}", serveImage}},
		endpoints: map[string]endpoint{
			"SetUserProfileImage":        {write: setProfileImage},
			"DeleteUserProfileImage":     {write: deleteProfileImage},
			"UploadOrganizationLogo":     {write: setOrganizationLogo},
			"DeleteOrganizationLogo":     {write: deleteOrganizationLogo},
			"UploadOAuthApplicationLogo": {write: uploadOAuthApplicationLogo},
		},
		userGone:         func(x *tx, userID string) { x.dropImage(tableUsers.get(x, userID).ImageURL) },
		organizationGone: func(x *tx, organizationID string) { x.dropImage(tableOrganizations.get(x, organizationID).ImageURL) },
	}
}

// storeImage keeps the upload of a call and returns its address.
func storeImage(c *call) (string, error) {
	if c.upload == nil || len(c.upload.data) == 0 {
		return "", errNoUpload()
	}
	kind := http.DetectContentType(c.upload.data)
	if !slices.Contains(imageTypes, kind) {
		return "", errBodyInvalid("the file has to be a JPEG, PNG, GIF or WebP image")
	}
	row := &image{ID: c.tx.newID("img_"), ContentType: kind, Data: c.upload.data}
	tableImages.put(c.tx, row)
	return c.inst.imageURL(row.ID), nil
}

func (in *Instance) imageURL(id string) string { return in.URL() + "/images/" + id }

// imageID is the id of the image behind an address, empty when there is none.
func imageID(address string) string { return address[strings.LastIndex(address, "/")+1:] }

// errNoUpload refuses an upload without a file.
func errNoUpload() *apiError {
	return newError(http.StatusBadRequest, "form_param_missing", "image file missing", "there is no image in the request")
}

func errNoImage() *apiError {
	return newError(http.StatusNotFound, "image_not_found", "image not found", "there is no image")
}

// dropImage forgets the image behind an address that a user, an organization or an OAuth application is about to leave,
// unless others show it too.
func (x *tx) dropImage(address string) {
	if address == "" {
		return
	}
	shown := tableUsers.count(x, "image", address) + tableOrganizations.count(x, "image", address)
	if shown <= 1 {
		tableImages.delete(x, imageID(address))
	}
}

func serveImage(e *Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var found *image
		for _, in := range e.Instances() {
			_ = in.read(func(x *tx) error {
				if row := tableImages.get(x, r.PathValue("id")); row != nil {
					found = row
				}
				return nil
			})
		}
		if found == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", found.ContentType)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(found.Data)
	}
}

func setProfileImage(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	address, err := storeImage(c)
	if err != nil {
		return nil, err
	}
	c.tx.dropImage(u.ImageURL)
	return c.tx.changeUser(u.ID, func(u *user) { u.ImageURL, u.HasImage = address, true }), nil
}

func deleteProfileImage(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	if !u.HasImage {
		return nil, errNoImage()
	}
	c.tx.dropImage(u.ImageURL)
	return c.tx.changeUser(u.ID, func(u *user) { u.ImageURL, u.HasImage = "", false }), nil
}

func setOrganizationLogo(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	if uploader := c.upload.fields["uploader_user_id"]; uploader != "" {
		if _, err := c.tx.findUser(uploader); err != nil {
			return nil, err
		}
	}
	address, err := storeImage(c)
	if err != nil {
		return nil, err
	}
	c.tx.dropImage(o.ImageURL)
	return c.tx.changeOrganization(o.ID, func(o *organization) { o.ImageURL, o.HasImage = address, true }), nil
}

func deleteOrganizationLogo(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	if !o.HasImage {
		return nil, errNoImage()
	}
	c.tx.dropImage(o.ImageURL)
	return c.tx.changeOrganization(o.ID, func(o *organization) { o.ImageURL, o.HasImage = "", false }), nil
}

func uploadOAuthApplicationLogo(c *call) (any, error) {
	a, err := c.oauthApplication()
	if err != nil {
		return nil, err
	}
	address, err := storeImage(c)
	if err != nil {
		return nil, err
	}
	c.tx.dropImage(text(a.ClientImageURL))
	return changeOAuthApplication(c, func(a *oauthApplication) { a.ClientImageURL, a.UpdatedAt = &address, c.tx.now })
}
