package clerktest

import (
	"io"
	"net/http"
	"slices"
	"time"
)

// testRun is a trial sign-in over an enterprise connection. It begins with a link; whoever follows it plays the
// identity provider.
type testRun struct {
	ID           string       `json:"id"`
	ConnectionID string       `json:"connection_id"`
	Secret       string       `json:"secret"` // of the link
	Status       string       `json:"status"` // pending, success or failed
	Kind         string       `json:"kind"`   // saml or oauth
	Logs         []testRunLog `json:"logs"`
	ExpiresAt    int64        `json:"expires_at"`
	CreatedAt    int64        `json:"created_at"`
}

type testRunLog struct {
	Level   string `json:"level"`
	Code    string `json:"code"`
	Short   string `json:"short_message"`
	Message string `json:"message"`
}

type testRunWire struct {
	ID        string           `json:"id"`
	Status    string           `json:"status"`
	Kind      string           `json:"connection_type"`
	UserInfo  *testRunUserInfo `json:"parsed_user_info"`
	Logs      []testRunLog     `json:"logs"`
	CreatedAt int64            `json:"created_at"`
}

type testRunUserInfo struct {
	EmailAddress string `json:"email_address"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	UserID       string `json:"user_id"`
}

var tableTestRuns = &table[testRun]{
	name: "enterprise_test_runs",
	id:   func(r *testRun) string { return r.ID },
	indexes: map[string]func(*testRun) []string{
		"connection": func(r *testRun) []string { return []string{r.ConnectionID} },
		"secret":     func(r *testRun) []string { return []string{r.Secret} },
	},
}

const (
	testRunPath = "/v1/enterprise_connection_test_runs/"
	testRunLife = 10 * time.Minute
)

func enterpriseTestRunsFamily() family {
	return family{
		tables: []anyTable{tableTestRuns},
		endpoints: map[string]endpoint{
			"ListEnterpriseConnectionTestRuns":  {read: listTestRuns},
			"CreateEnterpriseConnectionTestRun": {write: createTestRun},
		},
		raw: []rawRoute{{http.MethodGet, testRunPath + "{secret}", followTestRun}},
	}
}

func (x *tx) wireTestRun(r *testRun) testRunWire {
	out := testRunWire{ID: r.ID, Status: r.Status, Kind: r.Kind, Logs: orNone(r.Logs), CreatedAt: r.CreatedAt}
	if r.Status == "success" {
		out.UserInfo = &testRunUserInfo{FirstName: "Test", LastName: "Run", UserID: "idp_user_1", EmailAddress: "test-run@example.com"}
		if e := tableEnterpriseConnections.get(x, r.ConnectionID); len(e.Domains) > 0 {
			out.UserInfo.EmailAddress = "test-run@" + e.Domains[0]
		}
	}
	return out
}

func listTestRuns(c *call) (any, error) {
	e, err := c.enterpriseConnection()
	if err != nil {
		return nil, err
	}
	wanted := c.query["status"]
	rows := keep(tableTestRuns.find(c.tx, "connection", e.ID), func(r *testRun) bool {
		return len(wanted) == 0 || slices.Contains(wanted, r.Status)
	})
	slices.Reverse(rows)
	return pageOf(c, rows, c.tx.wireTestRun)
}

func createTestRun(c *call) (any, error) {
	e, err := c.enterpriseConnection()
	if err != nil {
		return nil, err
	}
	r := &testRun{
		ID: c.tx.newID("entctr_"), ConnectionID: e.ID, Secret: randomHex(24), Status: "pending", Kind: "oauth",
		ExpiresAt: c.tx.time.Add(testRunLife).UnixMilli(), CreatedAt: c.tx.now,
	}
	if e.SAML != nil {
		r.Kind = "saml"
	}
	tableTestRuns.put(c.tx, r)
	return map[string]string{"url": c.inst.URL() + "/" + c.inst.name + frontendSuffix + testRunPath + r.Secret}, nil
}

// followTestRun ends a test run: well when the connection has what an identity provider needs, else with a log that
// names what is missing.
func followTestRun(e *Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var status string
		err := e.instanceOf(r).write(func(x *tx) (err error) { status, err = x.followTestRun(r.PathValue("secret")); return err })
		if err != nil {
			writeFrontendError(w, err)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "The test run ended with "+status+".\n")
	}
}

func (x *tx) followTestRun(secret string) (status string, err error) {
	r := tableTestRuns.first(x, "secret", secret)
	if r == nil {
		return "", errNotFound("test run")
	}
	if r.Status != "pending" || r.ExpiresAt <= x.now {
		return "", errBadRequest("test_run_link_expired", "the link was followed before or is too old")
	}
	r = tableTestRuns.update(x, r.ID, func(r *testRun) {
		r.Status = "success"
		for _, name := range tableEnterpriseConnections.get(x, r.ConnectionID).missingSettings() {
			r.Status = "failed"
			r.Logs = append(r.Logs, testRunLog{
				Level: "error", Code: "connection_incomplete", Short: name + " is missing", Message: "the connection has no " + name,
			})
		}
	})
	return r.Status, nil
}

// missingSettings names what an identity provider could not do without.
func (e *enterpriseConnection) missingSettings() (names []string) {
	need := func(name string, values ...*string) {
		if !slices.ContainsFunc(values, func(v *string) bool { return text(v) != "" }) {
			names = append(names, name)
		}
	}
	if s := e.SAML; s != nil {
		need("idp_entity_id", s.EntityID, s.MetadataURL, s.Metadata)
		need("idp_sso_url", s.SSOURL, s.MetadataURL, s.Metadata)
		need("idp_certificate", s.Certificate, s.MetadataURL, s.Metadata)
	}
	if o := e.OIDC; o != nil {
		need("client_id", o.ClientID)
		need("auth_url", o.AuthURL, o.DiscoveryURL)
		need("token_url", o.TokenURL, o.DiscoveryURL)
	}
	return names
}

// forgetTestRuns deletes the test runs of a connection.
func (x *tx) forgetTestRuns(e *enterpriseConnection) error {
	tableTestRuns.deleteAll(x, "connection", e.ID)
	return nil
}
