package clerktest

import (
	"cmp"
	"encoding/json"
	"regexp"
)

func jwtTemplatesFamily() family {
	return family{
		tables: []anyTable{tableJWTTemplates},
		endpoints: map[string]endpoint{
			"ListJWTTemplates":  {read: listJWTTemplates},
			"CreateJWTTemplate": {write: createJWTTemplate},
			"GetJWTTemplate":    getter((*call).jwtTemplate, plain(wireJWTTemplate)),
			"UpdateJWTTemplate": {write: updateJWTTemplate},
			"DeleteJWTTemplate": deleter((*call).jwtTemplate, tableJWTTemplates, "jwt_template", nil),
		},
	}
}

type jwtTemplateWire struct {
	Object           string          `json:"object"`
	ID               string          `json:"id"`
	Name             string          `json:"name"`
	Claims           json.RawMessage `json:"claims"`
	Lifetime         int64           `json:"lifetime"`
	AllowedClockSkew int64           `json:"allowed_clock_skew"`
	CustomSigningKey bool            `json:"custom_signing_key"`
	SigningAlgorithm string          `json:"signing_algorithm"`
	CreatedAt        int64           `json:"created_at"`
	UpdatedAt        int64           `json:"updated_at"`
}

func wireJWTTemplate(t *jwtTemplate) *jwtTemplateWire {
	return &jwtTemplateWire{
		Object: "jwt_template", ID: t.ID, Name: t.Name, Claims: t.Claims, Lifetime: t.Lifetime, AllowedClockSkew: t.AllowedClockSkew,
		CustomSigningKey: t.CustomKey, SigningAlgorithm: t.Algorithm, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

func (c *call) jwtTemplate() (*jwtTemplate, error) {
	return rowOf(c, tableJWTTemplates, "template_id", "JWT template")
}

func listJWTTemplates(c *call) (any, error) {
	rows := tableJWTTemplates.all(c.tx)
	err := orderRows(c, rows, "-created_at", map[string]func(a, b *jwtTemplate) int{
		"created_at": func(a, b *jwtTemplate) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
	})
	if err != nil {
		return nil, err
	}
	return pageOf(c, rows, wireJWTTemplate)
}

var (
	templateName   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	reservedClaims = []string{"azp", "exp", "iat", "iss", "jti", "nbf", "sub"}
)

type jwtTemplateInput struct {
	Name       field[string]          `json:"name"`
	Claims     field[json.RawMessage] `json:"claims"`
	Lifetime   field[int64]           `json:"lifetime"`
	Skew       field[int64]           `json:"allowed_clock_skew"`
	CustomKey  field[bool]            `json:"custom_signing_key"`
	Algorithm  field[string]          `json:"signing_algorithm"`
	SigningKey field[string]          `json:"signing_key"`
}

func (in *jwtTemplateInput) applyTo(x *tx, t *jwtTemplate) error {
	if in.Name.given() {
		if !templateName.MatchString(in.Name.Value) {
			return errParamFormat("name", "1 to 64 letters, digits, dashes and underscores")
		}
		if other := tableJWTTemplates.first(x, "name", in.Name.Value); other != nil && other.ID != t.ID {
			return errTaken("name")
		}
	}
	var claims map[string]json.RawMessage
	if in.Claims.given() && json.Unmarshal(in.Claims.Value, &claims) != nil {
		return errParamType("claims", "object")
	}
	for _, name := range reservedClaims {
		if _, ok := claims[name]; ok {
			return paramError("jwt_template_reserved_claim", "claims", "is invalid", "claims must not set "+name)
		}
	}
	if in.CustomKey.Value && !t.CustomKey && !in.Algorithm.given() {
		return errParamMissing("signing_algorithm")
	}
	in.Name.applyValue(&t.Name)
	in.Claims.applyValue(&t.Claims)
	in.Lifetime.applyValue(&t.Lifetime)
	in.Skew.applyValue(&t.AllowedClockSkew)
	in.CustomKey.applyValue(&t.CustomKey)
	in.Algorithm.applyValue(&t.Algorithm)
	in.SigningKey.applyValue(&t.SigningKey)
	if !t.CustomKey {
		t.Algorithm, t.SigningKey = "RS256", ""
		return nil
	}
	if t.SigningKey == "" {
		return errParamMissing("signing_key")
	}
	return checkCustomKey(t.Algorithm, t.SigningKey)
}

func createJWTTemplate(c *call) (any, error) {
	var in jwtTemplateInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.tx.newJWTTemplate(&in)
	if err != nil {
		return nil, err
	}
	return wireJWTTemplate(t), nil
}

// newJWTTemplate checks the input and stores the template.
func (x *tx) newJWTTemplate(in *jwtTemplateInput) (*jwtTemplate, error) {
	t := &jwtTemplate{ID: x.newID("jtmpl_"), Lifetime: 60, AllowedClockSkew: 5, Algorithm: "RS256", CreatedAt: x.now, UpdatedAt: x.now}
	if err := in.applyTo(x, t); err != nil {
		return nil, err
	}
	tableJWTTemplates.put(x, t)
	return t, nil
}

func updateJWTTemplate(c *call) (any, error) {
	t, err := c.jwtTemplate()
	if err != nil {
		return nil, err
	}
	var in jwtTemplateInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	next := *t
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	next.UpdatedAt = c.tx.now
	tableJWTTemplates.put(c.tx, &next)
	return wireJWTTemplate(&next), nil
}
