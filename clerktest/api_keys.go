package clerktest

import (
	"encoding/json"
	"strings"
)

// apiKey is a long-lived key of a user or an organization.
type apiKey struct {
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject"`
	Name        string          `json:"name"`
	Description *string         `json:"description"`
	Claims      json.RawMessage `json:"claims"`
	Scopes      []string        `json:"scopes"`
	CreatedBy   *string         `json:"created_by"`
	credential
}

type apiKeyWire struct {
	Object      string          `json:"object"`
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject"`
	Name        string          `json:"name"`
	Description *string         `json:"description"`
	Claims      json.RawMessage `json:"claims"`
	Scopes      []string        `json:"scopes"`
	Secret      string          `json:"secret,omitzero"`
	CreatedBy   *string         `json:"created_by"`
	LastUsedAt  *int64          `json:"last_used_at"`
	credentialWire
}

var tableAPIKeys = &table[*apiKey]{
	name: "api_keys",
	id:   func(k *apiKey) string { return k.ID },
	indexes: map[string]func(*apiKey) []string{
		"secret":  func(k *apiKey) []string { return []string{k.Secret} },
		"subject": func(k *apiKey) []string { return []string{k.Subject} },
	},
}

func apiKeysFamily() family {
	subjectGone := func(x *tx, subject string) { tableAPIKeys.deleteAll(x, "subject", subject) }
	return family{
		tables:           []anyTable{tableAPIKeys},
		userGone:         subjectGone,
		organizationGone: subjectGone,
		endpoints: map[string]endpoint{
			"getApiKeys":      {read: listAPIKeys},
			"createApiKey":    {write: createAPIKey},
			"getApiKey":       getter((*call).apiKeyRow, (*tx).wireAPIKey),
			"updateApiKey":    {write: updateAPIKey},
			"deleteApiKey":    deleter((*call).apiKeyRow, tableAPIKeys, "api_key", nil),
			"getApiKeySecret": {read: getAPIKeySecret},
			"revokeApiKey":    {write: revokeAPIKey},
			"verifyApiKey":    {read: verifyAPIKey},
		},
	}
}

func (x *tx) wireAPIKey(k *apiKey) apiKeyWire {
	return apiKeyWire{
		Object: "api_key", ID: k.ID, Type: k.Type, Subject: k.Subject, Name: k.Name, Description: k.Description,
		Claims: k.Claims, Scopes: orNone(k.Scopes), CreatedBy: k.CreatedBy, credentialWire: x.wireCredential(&k.credential),
	}
}

func (c *call) apiKeyRow() (*apiKey, error) {
	return rowOf(c, tableAPIKeys, "apiKeyID", "API key")
}

func listAPIKeys(c *call) (any, error) {
	kind, text, invalid := c.query.Get("type"), c.query.Get("query"), c.query.Get("include_invalid") == "true"
	rows := keep(tableAPIKeys.find(c.tx, "subject", c.query.Get("subject")), func(k *apiKey) bool {
		return (kind == "" || k.Type == kind) && (text == "" || containsFold(k.Name, text)) &&
			(invalid || k.validAt(c.tx.now))
	})
	return pageOf(c, rows, c.tx.wireAPIKey)
}

// checkAPIKeySubject refuses a subject that is no record of the instance.
func (x *tx) checkAPIKeySubject(subject string) error {
	switch {
	case strings.HasPrefix(subject, "user_") && tableUsers.get(x, subject) != nil:
		return nil
	case strings.HasPrefix(subject, "org_") && tableOrganizations.get(x, subject) != nil:
		return nil
	default:
		return errParamValue("subject", "the id of a user or an organization of this instance")
	}
}

func createAPIKey(c *call) (any, error) {
	var in struct {
		Type        field[string]   `json:"type"`
		Name        string          `json:"name"`
		Description field[string]   `json:"description"`
		Subject     string          `json:"subject"`
		Claims      json.RawMessage `json:"claims"`
		Scopes      []string        `json:"scopes"`
		CreatedBy   field[string]   `json:"created_by"`
		Lifetime    field[float64]  `json:"seconds_until_expiration"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.tx.checkAPIKeySubject(in.Subject); err != nil {
		return nil, err
	}
	for _, other := range tableAPIKeys.find(c.tx, "subject", in.Subject) {
		if other.Name == in.Name && other.validAt(c.tx.now) {
			return nil, newError(409, "api_key_name_already_exists", "already exists", "the subject has a key of this name already")
		}
	}
	expiration, err := c.tx.expirationIn(in.Lifetime)
	if err != nil {
		return nil, err
	}
	k := &apiKey{
		ID: newHexID("ak_"), Type: "api_key", Subject: in.Subject, Name: in.Name, Description: in.Description.pointer(),
		Claims: in.Claims, Scopes: in.Scopes, CreatedBy: in.CreatedBy.pointer(), credential: c.tx.newCredential("ak_", expiration),
	}
	in.Type.applyValue(&k.Type)
	tableAPIKeys.put(c.tx, k)
	wire := c.tx.wireAPIKey(k)
	wire.Secret = k.Secret
	return wire, nil
}

func getAPIKeySecret(c *call) (any, error) {
	k, err := c.apiKeyRow()
	if err != nil {
		return nil, err
	}
	return map[string]string{"secret": k.Secret}, nil
}

func updateAPIKey(c *call) (any, error) {
	var in struct {
		Claims      field[json.RawMessage] `json:"claims"`
		Scopes      field[[]string]        `json:"scopes"`
		Description field[string]          `json:"description"`
		Subject     field[string]          `json:"subject"`
		Lifetime    field[float64]         `json:"seconds_until_expiration"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	k, err := c.apiKeyRow()
	if err != nil {
		return nil, err
	}
	if in.Subject.given() {
		if err := c.tx.checkAPIKeySubject(in.Subject.Value); err != nil {
			return nil, err
		}
	}
	expiration, err := c.tx.expirationIn(in.Lifetime)
	if err != nil {
		return nil, err
	}
	k = tableAPIKeys.update(c.tx, k.ID, func(k *apiKey) {
		if in.Claims.Set {
			k.Claims = in.Claims.Value
		}
		in.Scopes.applyValue(&k.Scopes)
		in.Description.apply(&k.Description)
		in.Subject.applyValue(&k.Subject)
		if in.Lifetime.Set {
			k.Expiration = expiration
		}
		k.UpdatedAt = c.tx.now
	})
	return c.tx.wireAPIKey(k), nil
}

func revokeAPIKey(c *call) (any, error) {
	var in struct {
		Reason field[string] `json:"revocation_reason"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	k, err := c.apiKeyRow()
	if err != nil {
		return nil, err
	}
	k = tableAPIKeys.update(c.tx, k.ID, func(k *apiKey) { k.revoke(in.Reason.pointer(), c.tx.now) })
	return c.tx.wireAPIKey(k), nil
}

func verifyAPIKey(c *call) (any, error) {
	var in struct {
		Secret string `json:"secret"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	k := tableAPIKeys.first(c.tx, "secret", in.Secret)
	if k == nil || !k.validAt(c.tx.now) {
		return nil, errNotFound("API key")
	}
	return c.tx.wireAPIKey(k), nil
}
