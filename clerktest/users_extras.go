package clerktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// userExtrasFamily holds what the Backend API only reads of a user: devices and tokens of social providers. Go code
// adds them.
func userExtrasFamily() family {
	return family{
		tables: []anyTable{tableTrustedDevices, tableProviderTokens},
		endpoints: map[string]endpoint{
			"ListUserTrustedDevices":  {read: listTrustedDevices},
			"RevokeUserTrustedDevice": {write: revokeTrustedDevice},
			"GetOAuthAccessToken":     {read: listProviderTokens},
		},
		userGone: func(x *tx, userID string) {
			tableTrustedDevices.deleteAll(x, "user", userID)
			tableProviderTokens.deleteAll(x, "user", userID)
		},
	}
}

// trustedDevice is the stored form of a native app's device.
type trustedDevice struct {
	ID            string `json:"id"`
	UserID        string `json:"user_id"`
	Platform      string `json:"platform"`
	AppIdentifier string `json:"app_identifier"`
	Name          string `json:"name"`
	RevokedAt     *int64 `json:"revoked_at"`
	LastUsedAt    *int64 `json:"last_used_at"`
	CreatedAt     int64  `json:"created_at"`
	UpdatedAt     int64  `json:"updated_at"`
}

// providerToken is the stored form of a social provider's access token.
type providerToken struct {
	AccountID      string   `json:"account_id"`
	UserID         string   `json:"user_id"`
	Provider       string   `json:"provider"` // without oauth_
	ProviderUserID string   `json:"provider_user_id"`
	Token          string   `json:"token"`
	Scopes         []string `json:"scopes"`
	ExpiresAt      *int64   `json:"expires_at"` // seconds
	CreatedAt      int64    `json:"created_at"`
}

var tableTrustedDevices = &table[*trustedDevice]{
	name:    "trusted_devices",
	id:      func(d *trustedDevice) string { return d.ID },
	indexes: map[string]func(*trustedDevice) []string{"user": func(d *trustedDevice) []string { return []string{d.UserID} }},
}

var tableProviderTokens = &table[*providerToken]{
	name:    "provider_tokens",
	id:      func(t *providerToken) string { return t.AccountID },
	indexes: map[string]func(*providerToken) []string{"user": func(t *providerToken) []string { return []string{t.UserID} }},
}

type trustedDeviceWire struct {
	Object        string  `json:"object"`
	ID            string  `json:"id"`
	Platform      string  `json:"platform"`
	AppIdentifier string  `json:"app_identifier"`
	Name          *string `json:"name"`
	Algorithm     string  `json:"algorithm"`
	Status        string  `json:"status"`
	CreatedAt     int64   `json:"created_at"`
	UpdatedAt     int64   `json:"updated_at"`
	LastUsedAt    *int64  `json:"last_used_at"`
	RevokedAt     *int64  `json:"revoked_at"`
}

func wireTrustedDevice(d *trustedDevice) trustedDeviceWire {
	w := trustedDeviceWire{
		Object: "trusted_device", ID: d.ID, Platform: d.Platform, AppIdentifier: d.AppIdentifier, Algorithm: "ES256", Status: "active",
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, LastUsedAt: d.LastUsedAt, RevokedAt: d.RevokedAt,
	}
	if d.Name != "" {
		w.Name = &d.Name
	}
	if d.RevokedAt != nil {
		w.Status = "revoked"
	}
	return w
}

func listTrustedDevices(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	active := keep(tableTrustedDevices.find(c.tx, "user", u.ID), func(d *trustedDevice) bool { return d.RevokedAt == nil })
	return pageOf(c, active, wireTrustedDevice)
}

func revokeTrustedDevice(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	d := tableTrustedDevices.get(c.tx, c.param("trusted_device_id"))
	if d == nil || d.UserID != u.ID {
		return nil, errNotFound("trusted device")
	}
	if d.RevokedAt == nil {
		d = tableTrustedDevices.update(c.tx, d.ID, func(d *trustedDevice) { d.RevokedAt, d.UpdatedAt = &c.tx.now, c.tx.now })
	}
	return wireTrustedDevice(d), nil
}

type providerTokenWire struct {
	Object            string   `json:"object"`
	ExternalAccountID string   `json:"external_account_id"`
	ProviderUserID    string   `json:"provider_user_id"`
	Token             string   `json:"token"`
	ExpiresAt         *int64   `json:"expires_at"`
	Provider          string   `json:"provider"`
	PublicMetadata    metadata `json:"public_metadata"`
	Label             *string  `json:"label"`
	Scopes            []string `json:"scopes"`
}

func listProviderTokens(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	provider := providerOf(c.param("provider"))
	rows := keep(tableProviderTokens.find(c.tx, "user", u.ID), func(t *providerToken) bool { return t.Provider == provider })
	err = orderRows(c, rows, "-created_at", map[string]func(a, b *providerToken) int{
		"created_at": func(a, b *providerToken) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
	})
	if err != nil {
		return nil, err
	}
	return pageOf(c, rows, func(t *providerToken) providerTokenWire {
		return providerTokenWire{
			Object: "oauth_access_token", ExternalAccountID: t.AccountID, ProviderUserID: t.ProviderUserID, Token: t.Token,
			ExpiresAt: t.ExpiresAt, Provider: "oauth_" + t.Provider, PublicMetadata: emptyMetadata, Scopes: orNone(t.Scopes),
		}
	})
}

// TrustedDevice describes a device of a native app.
type TrustedDevice struct {
	Platform      string // ios or android; ios when empty
	AppIdentifier string
	Name          string
}

// AddTrustedDevice stores a trusted device of a user and returns its id.
func (in *Instance) AddTrustedDevice(userID string, d TrustedDevice) string {
	var id string
	in.edit("AddTrustedDevice", func(x *tx) error {
		if _, err := x.findUser(userID); err != nil {
			return err
		}
		id = x.newID("tdev_")
		tableTrustedDevices.put(x, &trustedDevice{
			ID: id, UserID: userID, Platform: cmp.Or(d.Platform, "ios"), AppIdentifier: cmp.Or(d.AppIdentifier, "com.example.app"),
			Name: d.Name, CreatedAt: x.now, UpdatedAt: x.now,
		})
		return nil
	})
	return id
}

// ExternalAccount describes a user's account at a social provider.
type ExternalAccount struct {
	Provider       string // google, github, …
	ProviderUserID string
	Email          string
	AccessToken    string // what the list of OAuth access tokens answers; none when empty
	Scopes         []string
}

// AddExternalAccount links a user with an account at a social provider and returns the link's id.
func (in *Instance) AddExternalAccount(userID string, a ExternalAccount) string {
	var id string
	in.edit("AddExternalAccount", func(x *tx) error {
		u, err := x.findUser(userID)
		if err != nil {
			return err
		}
		id = x.newID("eac_")
		provider, link := providerOf(a.Provider), x.newID("idn_")
		raw, err := json.Marshal(map[string]any{
			"object": "external_account", "id": id, "provider": "oauth_" + provider, "identification_id": link,
			"provider_user_id": a.ProviderUserID, "approved_scopes": strings.Join(a.Scopes, " "), "email_address": a.Email,
			"first_name": text(u.FirstName), "last_name": text(u.LastName), "public_metadata": map[string]any{}, "label": nil,
			"username": nil, "image_url": "", "created_at": x.now, "updated_at": x.now,
			"verification": map[string]any{
				"object": "verification_oauth", "status": "verified", "strategy": "oauth_" + provider, "expire_at": x.now, "attempts": nil,
			},
		})
		if err != nil {
			return fmt.Errorf("clerktest: external account: %w", err)
		}
		x.changeUser(u.ID, func(u *user) {
			u.ExternalAccounts = append(slices.Clone(u.ExternalAccounts), raw)
			u.Emails = slices.Clone(u.Emails)
			for i, e := range u.Emails {
				if e.Value == strings.ToLower(a.Email) {
					u.Emails[i].LinkedTo = append(slices.Clone(e.LinkedTo), identifierLink{ID: link, Type: "oauth_" + provider})
				}
			}
		})
		if a.AccessToken != "" {
			tableProviderTokens.put(x, &providerToken{
				AccountID: id, UserID: u.ID, Provider: provider, ProviderUserID: a.ProviderUserID, Token: a.AccessToken, Scopes: a.Scopes, CreatedAt: x.now,
			})
		}
		return nil
	})
	return id
}
