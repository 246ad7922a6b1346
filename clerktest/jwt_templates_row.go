package clerktest

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
)

// jwtTemplate is the stored form of a JWT template.
type jwtTemplate struct {
	ID               string          `json:"id"`
	Name             string          `json:"name"`
	Claims           json.RawMessage `json:"claims"`
	Lifetime         int64           `json:"lifetime"`           // seconds
	AllowedClockSkew int64           `json:"allowed_clock_skew"` // seconds
	CustomKey        bool            `json:"custom_key"`
	Algorithm        string          `json:"algorithm"`
	SigningKey       string          `json:"signing_key"` // PEM or shared secret when CustomKey
	CreatedAt        int64           `json:"created_at"`
	UpdatedAt        int64           `json:"updated_at"`
}

var tableJWTTemplates = &table[*jwtTemplate]{
	name:    "jwt_templates",
	id:      func(t *jwtTemplate) string { return t.ID },
	indexes: map[string]func(*jwtTemplate) []string{"name": func(t *jwtTemplate) []string { return []string{t.Name} }},
}

// shortcode is a placeholder of a template, {{user.first_name}}, possibly with alternatives behind ||.
var shortcode = regexp.MustCompile(`\{\{\s*([^{}]+?)\s*\}\}`)

// templateJWT makes a token of a template for a session. An empty azp leaves this claim out.
func (x *tx) templateJWT(s *session, t *jwtTemplate, life time.Duration, azp string) (pendingJWT, error) {
	u := tableUsers.get(x, s.UserID)
	if u == nil {
		return nil, errNotFound("user")
	}
	var custom map[string]any
	if err := json.Unmarshal(t.Claims, &custom); err != nil {
		return nil, errBodyInvalid("the claims of the template are not an object")
	}
	claims, _ := x.fillTemplate(custom, s, u).(map[string]any)
	if claims == nil {
		claims = map[string]any{}
	}
	claims["iss"], claims["sub"], claims["jti"] = x.inst.Issuer(), s.UserID, randomHex(10)
	now := x.tokenTime()
	claims["iat"], claims["exp"] = now.Unix(), now.Add(life).Unix()
	claims["nbf"] = now.Add(-time.Duration(t.AllowedClockSkew) * time.Second).Unix()
	if azp != "" {
		claims["azp"] = azp
	}
	if t.CustomKey {
		return func() (string, error) { return signCustom(t, claims) }, nil
	}
	kid, key, err := x.signer()
	if err != nil {
		return nil, err
	}
	header := map[string]any{"alg": "RS256", "cat": categoryTemplate, "kid": kid, "typ": "JWT"}
	return func() (string, error) { return signJWT(key, header, claims) }, nil
}

// fillTemplate replaces the shortcodes in every string of a value. A string that is nothing but one shortcode takes the
// type of what it names.
func (x *tx) fillTemplate(v any, s *session, u *user) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = x.fillTemplate(item, s, u)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = x.fillTemplate(item, s, u)
		}
		return out
	case string:
		if m := shortcode.FindStringSubmatch(v); m != nil && m[0] == strings.TrimSpace(v) {
			return x.resolveShortcode(m[1], s, u)
		}
		return shortcode.ReplaceAllStringFunc(v, func(code string) string {
			return displayText(x.resolveShortcode(shortcode.FindStringSubmatch(code)[1], s, u))
		})
	default:
		return v
	}
}

func displayText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(raw)
	}
}

// resolveShortcode returns the first alternative that has a value.
func (x *tx) resolveShortcode(code string, s *session, u *user) any {
	for part := range strings.SplitSeq(code, "||") {
		part = strings.TrimSpace(part)
		if quoted := len(part) >= 2 && (part[0] == '\'' || part[0] == '"') && part[len(part)-1] == part[0]; quoted {
			return part[1 : len(part)-1]
		}
		if v := x.lookupShortcode(part, s, u); v != nil && v != "" {
			return v
		}
	}
	return nil
}

func (x *tx) lookupShortcode(code string, s *session, u *user) any {
	group, name, _ := strings.Cut(code, ".")
	switch group {
	case "user":
		return x.userShortcode(name, u)
	case "session":
		name, path, _ := strings.Cut(name, ".")
		if name == "actor" {
			return rawPath(s.Actor, path)
		}
	case "org":
		return x.organizationShortcode(name, s)
	}
	return nil
}

func (x *tx) userShortcode(name string, u *user) any {
	if field, path, nested := strings.Cut(name, "."); nested || strings.HasSuffix(name, "_metadata") {
		switch field {
		case "public_metadata":
			return rawPath(u.PublicMetadata, path)
		case "unsafe_metadata":
			return rawPath(u.UnsafeMetadata, path)
		}
		return nil
	}
	primary := identifierByID(u.Emails, text(u.PrimaryEmailID))
	switch name {
	case "primary_email_address":
		return primaryValue(u.Emails, u.PrimaryEmailID)
	case "primary_phone_number":
		return primaryValue(u.Phones, u.PrimaryPhoneID)
	case "primary_web3_wallet":
		return primaryValue(u.Wallets, u.PrimaryWalletID)
	case "email_verified":
		return primary != nil && primary.verified()
	case "phone_number_verified":
		phone := identifierByID(u.Phones, text(u.PrimaryPhoneID))
		return phone != nil && phone.verified()
	case "full_name":
		return fullName(u)
	case "two_factor_enabled":
		return u.mfaEnabled()
	}
	raw, err := json.Marshal(x.wireUser(u))
	if err != nil {
		return nil
	}
	return rawPath(raw, name)
}

func (x *tx) organizationShortcode(name string, s *session) any {
	o := tableOrganizations.get(x, text(s.OrganizationID))
	if o == nil {
		return nil
	}
	if name == "role" {
		if m := x.findMembership(o.ID, s.UserID); m != nil {
			return m.Role
		}
		return nil
	}
	raw, err := json.Marshal(wireOrganization(o))
	if err != nil {
		return nil
	}
	return rawPath(raw, name)
}

// rawPath walks into a JSON value along names with dots between them.
func rawPath(raw json.RawMessage, path string) any {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	for name := range strings.SplitSeq(path, ".") {
		if name == "" {
			continue
		}
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}
