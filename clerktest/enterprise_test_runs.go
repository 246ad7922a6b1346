package clerktest

import (
	"net/http"
	"slices"
	"strings"
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

var tableTestRuns = &table[*testRun]{
	name: "enterprise_test_runs",
	id:   func(r *testRun) string { return r.ID },
	indexes: map[string]func(*testRun) []string{
		"connection": func(r *testRun) []string { return []string{r.ConnectionID} },
		"secret":     func(r *testRun) []string { return []string{r.Secret} },
	},
}

const testRunLife = 10 * time.Minute

func enterpriseTestRunsFamily() family {
	return family{
		tables: []anyTable{tableTestRuns},
		endpoints: map[string]endpoint{
			"ListEnterpriseConnectionTestRuns":  {read: listTestRuns},
			"CreateEnterpriseConnectionTestRun": {write: createTestRun},
		},
		frontend: map[string]frontendEndpoint{
			"initEnterpriseConnectionTestRun":      {write: beginTestRun, anyone: true},
			"getEnterpriseConnectionTestRunResult": {read: showTestRun, anyone: true},
		},
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
	return map[string]string{"url": c.inst.pageURL(connectionPath(e.ID) + "/init_test_run?ticket=" + r.Secret)}, nil
}

func connectionPath(id string) string { return "/v1/enterprise_connections/" + id }

// beginTestRun follows the link of a test run, which ends it at once: well when the connection has what an identity
// provider needs, else with a log that names what is missing. The browser goes on to the result.
func beginTestRun(c *frontendCall) (any, error) {
	r, err := c.tx.followTestRun(c.param("enterpriseConnectionID"), c.query.Get("ticket"))
	if err != nil {
		return nil, err
	}
	target := c.inst.pageURL(connectionPath(r.ConnectionID) + "/test_runs/" + r.ID + "?token=" + r.Secret)
	return redirectAnswer{location: target, status: http.StatusMovedPermanently}, nil
}

// showTestRun is the page that says how a test run has ended.
func showTestRun(c *frontendCall) (any, error) {
	r := tableTestRuns.first(c.tx, "secret", c.query.Get("token"))
	if r == nil || r.ID != c.param("testRunID") || r.ConnectionID != c.param("enterpriseConnectionID") {
		return nil, errNotFound("test run")
	}
	result := []string{"The test run ended with " + r.Status + "."}
	for _, log := range r.Logs {
		result = append(result, sentence(log.Message))
	}
	return c.messagePage("Test run", strings.Join(result, " "))
}

func (x *tx) followTestRun(connectionID, secret string) (*testRun, error) {
	r := tableTestRuns.first(x, "secret", secret)
	if r == nil || r.ConnectionID != connectionID {
		return nil, errNotFound("test run")
	}
	if r.Status != "pending" || r.ExpiresAt <= x.now {
		return nil, errBadRequest("test_run_link_expired", "the link was followed before or is too old")
	}
	return tableTestRuns.update(x, r.ID, func(r *testRun) {
		r.Status = "success"
		for _, name := range tableEnterpriseConnections.get(x, r.ConnectionID).missingSettings() {
			r.Status = "failed"
			r.Logs = append(r.Logs, testRunLog{
				Level: "error", Code: "connection_incomplete", Short: name + " is missing", Message: "the connection has no " + name,
			})
		}
	}), nil
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
