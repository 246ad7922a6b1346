package clerktest

import (
	"cmp"
	"net/url"
)

// redirectURL is an address to which native sign-ins may return; row and wire are the same.
type redirectURL struct {
	Object    string `json:"object"`
	ID        string `json:"id"`
	URL       string `json:"url"`
	CreatedAt int64  `json:"created_at"`
	UpdatedAt int64  `json:"updated_at"`
}

var tableRedirectURLs = &table[*redirectURL]{
	name: "redirect_urls",
	id:   func(u *redirectURL) string { return u.ID },
	indexes: map[string]func(*redirectURL) []string{
		"url": func(u *redirectURL) []string { return []string{u.URL} },
	},
}

func redirectURLsFamily() family {
	return family{
		tables: []anyTable{tableRedirectURLs},
		endpoints: map[string]endpoint{
			"ListRedirectURLs":  {read: listRedirectURLs},
			"CreateRedirectURL": {write: createRedirectURL},
			"GetRedirectURL":    getter((*call).redirectURL, plain(func(row *redirectURL) *redirectURL { return row })),
			"DeleteRedirectURL": deleter((*call).redirectURL, tableRedirectURLs, "redirect_url", nil),
		},
	}
}

func listRedirectURLs(c *call) (any, error) {
	rows := tableRedirectURLs.all(c.tx)
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *redirectURL) int{
		"created_at": func(a, b *redirectURL) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, sameRow)
}

func createRedirectURL(c *call) (any, error) {
	var in struct {
		URL string `json:"url"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if u, err := url.Parse(in.URL); err != nil || u.Scheme == "" || (u.Host == "" && u.Opaque == "" && u.Path == "") {
		return nil, errParamFormat("url", "an absolute URL")
	}
	if tableRedirectURLs.first(c.tx, "url", in.URL) != nil {
		return nil, errBadRequest("duplicate_record", "this redirect URL exists already")
	}
	row := &redirectURL{Object: "redirect_url", ID: c.tx.newID("ru_"), URL: in.URL, CreatedAt: c.tx.now, UpdatedAt: c.tx.now}
	tableRedirectURLs.put(c.tx, row)
	return row, nil
}

func (c *call) redirectURL() (*redirectURL, error) {
	return rowOf(c, tableRedirectURLs, "id", "redirect URL")
}
