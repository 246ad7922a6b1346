package clerktest

import (
	"net/url"
	"regexp"
	"strings"
)

// instanceDomain is a domain of the instance, the primary one or a satellite.
type instanceDomain struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	IsSatellite bool    `json:"is_satellite"`
	ProxyURL    *string `json:"proxy_url"`
	CreatedAt   int64   `json:"created_at"`
}

type instanceDomainWire struct {
	Object            string            `json:"object"`
	ID                string            `json:"id"`
	Name              string            `json:"name"`
	IsSatellite       bool              `json:"is_satellite"`
	FrontendAPIURL    string            `json:"frontend_api_url"`
	AccountsPortalURL *string           `json:"accounts_portal_url"`
	ProxyURL          *string           `json:"proxy_url"`
	DevelopmentOrigin string            `json:"development_origin"`
	CNAMETargets      []cnameTargetWire `json:"cname_targets"`
}

type cnameTargetWire struct {
	Host     string `json:"host"`
	Value    string `json:"value"`
	Required bool   `json:"required"`
}

var tableDomains = &table[*instanceDomain]{
	name:    "domains",
	id:      func(d *instanceDomain) string { return d.ID },
	indexes: map[string]func(*instanceDomain) []string{"name": func(d *instanceDomain) []string { return []string{d.Name} }},
}

func domainsFamily() family {
	return family{
		tables: []anyTable{tableDomains},
		start: func(in *Instance) {
			_ = in.write(func(x *tx) error {
				tableDomains.put(x, &instanceDomain{ID: x.newID("dmn_"), Name: in.FrontendAPI(), CreatedAt: x.now})
				return nil
			})
		},
		endpoints: map[string]endpoint{
			"ListDomains":       {read: listDomains},
			"AddDomain":         {write: addDomain},
			"UpdateDomain":      {write: updateDomain},
			"DeleteDomain":      deleter((*call).domain, tableDomains, "domain", (*tx).keepPrimaryDomain),
			"VerifyDomainProxy": {write: verifyDomainProxy},

			"ChangeProductionInstanceDomain": {write: changePrimaryDomain},
			"UpdateProductionInstanceDomain": {write: changePrimaryDomain},
		},
	}
}

func (x *tx) wireDomain(d *instanceDomain) instanceDomainWire {
	out := instanceDomainWire{
		Object: "domain", ID: d.ID, Name: d.Name, IsSatellite: d.IsSatellite, FrontendAPIURL: x.inst.URL(), ProxyURL: d.ProxyURL,
		CNAMETargets: []cnameTargetWire{},
	}
	if d.IsSatellite {
		out.FrontendAPIURL = "https://clerk." + d.Name
		out.CNAMETargets = append(out.CNAMETargets, cnameTargetWire{"clerk." + d.Name, "frontend-api.clerk.services", true})
	}
	if d.ProxyURL != nil {
		out.FrontendAPIURL = *d.ProxyURL
	}
	return out
}

func listDomains(c *call) (any, error) { return pageOf(c, tableDomains.all(c.tx), c.tx.wireDomain) }

type domainInput struct {
	Name        field[string] `json:"name"`
	ProxyURL    field[string] `json:"proxy_url"`
	IsSecondary field[bool]   `json:"is_secondary"`
}

// developmentHost is what a development instance takes for a domain, localhost:3000 for example.
var developmentHost = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$`)

func (x *tx) isDomain(name string) bool {
	return hostPattern.MatchString(name) || (!x.inst.Production() && developmentHost.MatchString(name))
}

func (in *domainInput) applyTo(x *tx, d *instanceDomain) error {
	if in.Name.given() {
		name := strings.ToLower(in.Name.Value)
		if !x.isDomain(name) {
			return errParamFormat("name", "a domain name")
		}
		if x.inst.Production() && !d.IsSatellite && !in.IsSecondary.Value {
			name = registrableDomain(name)
		}
		if other := tableDomains.first(x, "name", name); other != nil && other.ID != d.ID {
			return errTaken("name")
		}
		d.Name = name
	}
	if in.ProxyURL.given() {
		if !x.inst.Production() && !d.IsSatellite {
			return errNotInDevelopment()
		}
		if u, err := url.Parse(in.ProxyURL.Value); err != nil || !u.IsAbs() || u.Host == "" {
			return errParamFormat("proxy_url", "an absolute URL")
		}
	}
	in.ProxyURL.apply(&d.ProxyURL)
	return nil
}

func addDomain(c *call) (any, error) {
	var in domainInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	d := &instanceDomain{ID: c.tx.newID("dmn_"), IsSatellite: true, CreatedAt: c.tx.now}
	if err := in.applyTo(c.tx, d); err != nil {
		return nil, err
	}
	tableDomains.put(c.tx, d)
	return c.tx.wireDomain(d), nil
}

func (c *call) domain() (*instanceDomain, error) {
	return rowOf(c, tableDomains, "domain_id", "domain")
}

func updateDomain(c *call) (any, error) {
	var in domainInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	d, err := c.domain()
	if err != nil {
		return nil, err
	}
	next := *d
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	tableDomains.put(c.tx, &next)
	return c.tx.wireDomain(&next), nil
}

// keepPrimaryDomain refuses to delete the domain that every instance has.
func (x *tx) keepPrimaryDomain(d *instanceDomain) error {
	if !d.IsSatellite {
		return errForbidden("operation_not_allowed_on_primary_domain", "the primary domain cannot be deleted")
	}
	return nil
}

// verifyDomainProxy answers that the proxy works: the emulator calls nobody to find out.
func verifyDomainProxy(c *call) (any, error) {
	var in struct {
		DomainID string `json:"domain_id"`
		ProxyURL string `json:"proxy_url"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if tableDomains.get(c.tx, in.DomainID) == nil {
		return nil, errNotFound("domain")
	}
	if u, err := url.Parse(in.ProxyURL); err != nil || !u.IsAbs() {
		return nil, errParamFormat("proxy_url", "an absolute URL")
	}
	return struct {
		Object     string `json:"object"`
		ID         string `json:"id"`
		DomainID   string `json:"domain_id"`
		ProxyURL   string `json:"proxy_url"`
		Successful bool   `json:"successful"`
		LastRunAt  int64  `json:"last_run_at"`
		CreatedAt  int64  `json:"created_at"`
		UpdatedAt  int64  `json:"updated_at"`
	}{"proxy_check", c.tx.newID("proxchk_"), in.DomainID, in.ProxyURL, true, c.tx.now, c.tx.now, c.tx.now}, nil
}

// changePrimaryDomain moves a production instance to another domain, which ends every session. The emulator itself
// stays where it is, and so do its keys.
func changePrimaryDomain(c *call) (any, error) {
	var in struct {
		HomeURL     string      `json:"home_url"`
		IsSecondary field[bool] `json:"is_secondary"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if !c.inst.Production() {
		return nil, errNotInDevelopment()
	}
	u, err := url.Parse(in.HomeURL)
	switch {
	case in.HomeURL == "":
		return nil, errParamMissing("home_url")
	case err != nil || !u.IsAbs() || !hostPattern.MatchString(strings.ToLower(u.Hostname())):
		return nil, errParamFormat("home_url", "an absolute URL")
	}
	name := strings.ToLower(u.Hostname())
	if !in.IsSecondary.Value {
		name = registrableDomain(name)
	}
	for _, d := range tableDomains.all(c.tx) {
		switch {
		case !d.IsSatellite:
			tableDomains.update(c.tx, d.ID, func(d *instanceDomain) { d.Name = name })
		case d.Name == name:
			return nil, errTaken("home_url")
		}
	}
	for _, s := range tableSessions.all(c.tx) {
		c.tx.endSession(s, "revoked")
	}
	return nil, nil
}

func errNotInDevelopment() *apiError {
	return errBadRequest("operation_not_allowed_on_development_instance", "only a production instance can do this")
}

// registrableDomain drops subdomains. It keeps a third label where the second looks like a registry's, as in
// example.co.uk.
func registrableDomain(host string) string {
	labels := strings.Split(host, ".")
	kept := 2
	if n := len(labels); n > 2 && len(labels[n-1]) == 2 && len(labels[n-2]) <= 3 {
		kept = 3
	}
	return strings.Join(labels[max(len(labels)-kept, 0):], ".")
}

var hostPattern = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
