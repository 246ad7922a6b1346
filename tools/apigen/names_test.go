package main

import "testing"

func TestGoName(t *testing.T) {
	t.Parallel()
	for wire, want := range map[string]string{
		"idp_sso_url": "IDPSSOURL", "acs_url": "ACSURL", "sp_entity_id": "SPEntityID", "mfa_enabled_at": "MFAEnabledAt",
		"totp_secret": "TOTPSecret", "redirect_uris": "RedirectURIs", "cname_targets": "CNAMETargets", "last4": "Last4",
		"default_token_ttl": "DefaultTokenTTL", "hibp": "HIBP", "jwt": "JWT", "ip_address": "IPAddress",
		"web3_wallet": "Web3Wallet", "oauth_config": "OAuthConfig", "force_authn": "ForceAuthn", "user_ids": "UserIDs",
		"x5t#S256": "X5TS256", "x5c": "X5C", "apiKeyID": "APIKeyID", "statementID": "StatementID", "payer-credits": "PayerCredits",
		"public_metadata": "PublicMetadata",
	} {
		if got := goName(wire); got != want {
			t.Errorf("goName(%q) = %s, want %s", wire, got, want)
		}
	}
}

func TestArgName(t *testing.T) {
	t.Parallel()
	for wire, want := range map[string]string{
		"user_id": "userID", "id": "id", "saml_connection_id": "samlConnectionID", "apiKeyID": "apiKeyID",
		"oauth_application_id": "oauthApplicationID", "m2m_token_id": "m2mTokenID", "slug": "slug",
		"role_set_key_or_id": "roleSetKeyOrID", "scim_directory_id": "scimDirectoryID",
	} {
		if got := argName(wire); got != want {
			t.Errorf("argName(%q) = %s, want %s", wire, got, want)
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"User": "user", "APIKeys": "api_keys", "OAuthApplications": "oauth_applications", "M2MTokens": "m2m_tokens",
		"RedirectURLs": "redirect_urls", "Web3Wallet": "web3_wallet", "IDPOAuthAccessToken": "idp_oauth_access_token",
		"JWTTemplate": "jwt_template",
	} {
		if got := fileName(name); got != want {
			t.Errorf("fileName(%q) = %s, want %s", name, got, want)
		}
	}
}

func TestIteratorName(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]string{
		"List": "ListAll", "ListPlans": "ListAllPlans", "ListForInstance": "ListAllForInstance",
	} {
		if got := iteratorName(method); got != want {
			t.Errorf("iteratorName(%q) = %s, want %s", method, got, want)
		}
	}
}
