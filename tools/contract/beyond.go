package main

import "github.com/getkin/kin-openapi/openapi3"

// beyond names fields that Clerk's JavaScript SDK reads and the documents lack, by the schema of the documents.
var beyond = map[string][]string{
	"User":              {"timezone"},
	"OAuth.ConsentInfo": {"state"},
}

// open are schemas of the documents that may have further fields: metadata of servers, where clients look for what RFC 8414,
// RFC 9207 and OpenID Connect Discovery name.
var open = []string{"WellKnown.OAuth2AuthorizationServerMetadata", "WellKnown.OpenIDConfiguration"}

// addBeyond adds these fields to the schemas of a document, as texts that may be null, opens the open ones and says what is
// known of sessions with tasks and of the verifications of a sign-up.
func addBeyond(schemas openapi3.Schemas) {
	for name, fields := range beyond {
		schema := schemas[name]
		if schema == nil {
			continue
		}
		for _, field := range fields {
			schema.Value.Properties[field] = openapi3.NewSchemaRef("", openapi3.NewStringSchema().WithNullable())
		}
	}
	for _, name := range open {
		if schema := schemas[name]; schema != nil {
			schema.Value.AdditionalProperties = openapi3.AdditionalProperties{}
		}
	}
	if session := schemas["Client.SessionBase"]; session != nil {
		status := session.Value.Properties["status"].Value
		status.Enum = append(status.Enum, "pending") // by which ClerkJS knows a session with tasks
	}
	if verifications := schemas["Client.SignUp.Verifications"]; verifications != nil {
		addUnprepared(verifications.Value, "email_address", "phone_number")
	}
}

// addUnprepared lets verifications of a sign-up have neither status nor strategy. Before a code was asked for, ClerkJS has to
// see them so: it takes any other for one whose code is on its way, and never asks.
func addUnprepared(verifications *openapi3.Schema, names ...string) {
	null := openapi3.NewStringSchema().WithNullable().WithEnum(nil)
	unprepared := openapi3.NewObjectSchema().WithRequired([]string{"status", "strategy", "next_action", "supported_strategies"}).
		WithProperty("status", null).WithProperty("strategy", null).
		WithProperty("next_action", openapi3.NewStringSchema().WithEnum("needs_prepare")).
		WithProperty("supported_strategies", openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema()))
	for _, name := range names {
		documented := verifications.Properties[name].Value
		verifications.Properties[name] = openapi3.NewSchemaRef("", openapi3.NewOneOfSchema(documented, unprepared).WithNullable())
	}
}

// bare are operations whose answers lack the envelope that the document gives them, each with the reason.
var bare = map[string]string{
	"GetUserPaymentAttempts":         bareAttempts,
	"GetUserPaymentAttempt":          bareAttempts,
	"GetOrganizationPaymentAttempts": bareAttempts,
	"GetOrganizationPaymentAttempt":  bareAttempts,
}

const bareAttempts = "ClerkJS reads the fields of payment attempts from the answer itself"
