package clerktest

import (
	"strings"
)

// ownAPIKeysFamily is the part of the Frontend API about the API keys of people and organizations, and about the
// waitlist.
func ownAPIKeysFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"getApiKeys":   {read: listOwnAPIKeys},
		"createApiKey": {write: createOwnAPIKey},
		"updateApiKey": {write: withOwnAPIKey(updateAPIKey)},
		"revokeApiKey": {write: withOwnAPIKey(revokeAPIKey)},
		"joinWaitlist": {write: joinWaitlist, anyone: true},
	}}
}

// The permissions that an organization's API keys ask for.
const (
	readAPIKeys   = "org:sys_api_keys:read"
	manageAPIKeys = "org:sys_api_keys:manage"
)

// checkSubject refuses the keys of others: a person has the own ones, and those of organizations by a permission.
func (c *frontendCall) checkSubject(subject, permission string) error {
	switch {
	case subject == c.user.ID:
		return nil
	case strings.HasPrefix(subject, "org_"):
		_, err := c.memberOf(subject, permission)
		return err
	default:
		return errForbidden("api_key_subject_not_permitted", "These are the API keys of somebody else.")
	}
}

func listOwnAPIKeys(c *frontendCall) (any, error) {
	if err := c.checkSubject(c.query.Get("subject"), readAPIKeys); err != nil {
		return nil, err
	}
	return listAPIKeys(c.call)
}

func createOwnAPIKey(c *frontendCall) (any, error) {
	var in struct {
		Subject string `json:"subject"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.checkSubject(in.Subject, manageAPIKeys); err != nil {
		return nil, err
	}
	if err := c.keepListedFields(); err != nil {
		return nil, err
	}
	if err := c.setField("created_by", c.user.ID); err != nil {
		return nil, err
	}
	return createAPIKey(c.call)
}

// withOwnAPIKey borrows a handler for a key that the person may change.
func withOwnAPIKey(handle backendHandler) func(*frontendCall) (any, error) {
	return func(c *frontendCall) (any, error) {
		k, err := c.apiKeyRow()
		if err != nil {
			return nil, err
		}
		if c.checkSubject(k.Subject, manageAPIKeys) != nil {
			return nil, errNotFound("API key")
		}
		return c.borrow(handle)
	}
}

// joinWaitlist puts an address on the waitlist. It tells nobody whether the address was there before.
func joinWaitlist(c *frontendCall) (any, error) {
	var in waitlistInput
	if err := c.keepListedFields(); err != nil {
		return nil, err
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	entry, err := addToWaitlist(c.call, in)
	if err != nil {
		return nil, err
	}
	return struct {
		Object string `json:"object"`
		ID     string `json:"id"`
	}{entry.Object, entry.ID}, nil
}
