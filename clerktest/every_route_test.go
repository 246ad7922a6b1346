package clerktest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// routeVisit calls the routes of an instance that has a record of most kinds.
type routeVisit struct {
	*Server

	ids map[string]string // by name of the path parameter or body field
}

func newRouteVisit(t *testing.T) *routeVisit {
	t.Helper()
	v := &routeVisit{Server: NewServer(t), ids: map[string]string{"provider": "google", "template_type": "email", "slug": "invitation"}}
	who := v.SignedInUser()
	org := v.CreateOrganization(Organization{Name: "Acme", CreatedBy: who.UserID})
	v.SetUserPlan(who.UserID, "pro")
	v.ids["user_id"], v.ids["session_id"], v.ids["organization_id"] = who.UserID, who.SessionID, org.ID
	v.ids["subject"] = who.UserID
	for _, made := range []struct{ param, path, body string }{
		{"email_address_id", "/email_addresses", `{"user_id":"` + who.UserID + `","email_address":"more@example.com","verified":true}`},
		{"phone_number_id", "/phone_numbers", `{"user_id":"` + who.UserID + `","phone_number":"+15555550111","verified":true}`},
		{"invitation_id", "/invitations", `{"email_address":"new@example.com"}`},
		{"sign_in_token_id", "/sign_in_tokens", `{"user_id":"` + who.UserID + `"}`},
		{"machine_id", "/machines", `{"name":"one"}`},
		{"other_machine_id", "/machines", `{"name":"two"}`},
		{"apiKeyID", "/api_keys", `{"name":"key","subject":"` + who.UserID + `"}`},
		{"oauth_application_id", "/oauth_applications", `{"name":"app","redirect_uris":["https://a.example.com"]}`},
		{"domain_id", "/organizations/" + org.ID + "/domains", `{"name":"acme.example.com"}`},
		{"enterprise_connection_id", "/enterprise_connections", `{"name":"idp","provider":"saml_custom","domains":["idp.example.com"]}`},
		{"saml_connection_id", "/saml_connections", `{"name":"idp","provider":"saml_custom","domain":"saml.example.com"}`},
		{"permission_id", "/organization_permissions", `{"name":"Read","key":"org:things:read"}`},
		{"organization_role_id", "/organization_roles", `{"name":"Reader","key":"org:reader"}`},
		{"role_set_key_or_id", "/role_sets", `{"name":"Set","default_role_key":"org:member","creator_role_key":"org:admin","roles":["org:member","org:admin"]}`},
		{"template_id", "/jwt_templates", `{"name":"tpl","claims":{"a":1}}`},
		{"waitlist_entry_id", "/waitlist_entries", `{"email_address":"wait@example.com"}`},
	} {
		status, answer := v.visit(t, http.MethodPost, v.URL()+"/v1"+made.path, []byte(made.body), true)
		var row struct {
			ID string `json:"id"`
		}
		if _ = json.Unmarshal(answer, &row); status/100 != 2 || row.ID == "" {
			t.Fatalf("POST %s = %d %s", made.path, status, answer)
		}
		v.ids[made.param] = row.ID
	}
	return v
}

// visit sends a request that has to be answered soon.
func (v *routeVisit) visit(t *testing.T, method, target string, body []byte, withKey bool) (status int, answer []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if withKey {
		req.Header.Set("Authorization", "Bearer "+v.SecretKey())
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: no answer: %v", method, strings.TrimPrefix(target, v.URL()), err)
	}
	defer func() { _ = resp.Body.Close() }()
	if answer, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

// fill puts the ids of records into a path.
func (v *routeVisit) fill(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			segments[i] = "unknown"
			if id := v.ids[name]; id != "" {
				segments[i] = id
			}
		}
	}
	return strings.Join(segments, "/")
}

// body makes up a JSON body of an operation, of every field or of the required ones.
func (v *routeVisit) body(t *testing.T, op *operation, every bool) []byte {
	t.Helper()
	fields := map[string]any{}
	for _, p := range op.fields {
		if every || p.required {
			fields[p.name] = v.value(&p)
		}
	}
	raw, err := json.Marshal(fields)
	if op.bulk {
		raw, err = json.Marshal([]any{fields})
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (v *routeVisit) value(p *param) any {
	var one any
	switch {
	case len(p.allowed) > 0:
		one = p.allowed[0]
	case v.ids[p.name] != "":
		one = v.ids[p.name]
	case strings.Contains(p.name, "email"):
		one = "visit@example.com"
	case strings.Contains(p.name, "url") || strings.Contains(p.name, "uri"):
		one = "https://visit.example.com"
	case strings.Contains(p.name, "role"):
		one = "org:member"
	default:
		one = "visit"
	}
	switch p.kind {
	case "integer", "number":
		one = 10
		if p.least != nil {
			one = max(10, *p.least)
		}
	case "boolean":
		one = true
	case "object":
		one = map[string]any{"visit": "value"}
	}
	if p.array {
		return []any{one}
	}
	return one
}

// stateText is everything that the instance remembers.
func (v *routeVisit) stateText(t *testing.T) string {
	t.Helper()
	raw, err := v.MarshalState()
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestEveryOperation_AnswersAndLeavesNoTraceWhenItFails(t *testing.T) {
	t.Parallel()
	v := newRouteVisit(t)
	v.Clock().Freeze()
	_ = v.JWTKey()
	snapshot, begin := v.Snapshot(), v.stateText(t)
	for _, op := range v.emulator.operations {
		for _, every := range []bool{false, true} {
			status, answer := v.visit(t, op.method, v.URL()+"/v1"+v.fill(op.path), v.body(t, op, every), true)
			if status >= http.StatusInternalServerError && status != http.StatusNotImplemented {
				t.Errorf("%s: got %d %s", op.id, status, answer)
			}
			changed := v.stateText(t) != begin
			if changed && (status >= http.StatusBadRequest || op.method == http.MethodGet) {
				t.Errorf("%s: got %d and a changed state", op.id, status)
			}
			v.Restore(snapshot)
			if changed && v.stateText(t) != begin {
				t.Fatalf("%s: changed a record in place: it stays changed after Restore", op.id)
			}
		}
	}
}

func TestEveryAdminRoute_Answers(t *testing.T) {
	t.Parallel()
	v := newRouteVisit(t)
	seen := 0
	for _, list := range families() {
		for _, route := range list.raw {
			for _, body := range []string{"", "{}", `{"on":true}`, `{"user_id":"` + v.ids["user_id"] + `"}`, `{"email":"a@example.com"}`} {
				status, answer := v.visit(t, route.method, v.URL()+v.fill(route.path), []byte(body), false)
				if status >= http.StatusInternalServerError {
					t.Errorf("%s %s: got %d %s", route.method, route.path, status, answer)
				}
			}
			seen++
		}
	}
	if seen < 40 {
		t.Errorf("got %d routes, want the whole admin API", seen)
	}
	if status, _ := v.visit(t, http.MethodPost, v.URL()+"/v1/users", []byte(`{"username":"after"}`), true); status != http.StatusOK {
		t.Errorf("a user after all visits: got %d, want 200", status)
	}
}
