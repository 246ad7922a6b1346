package clerktest

import (
	"net/url"
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

var tableDomains = &table[instanceDomain]{
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
			"DeleteDomain":      {write: deleteDomain},
			"VerifyDomainProxy": {write: verifyDomainProxy},
		},
	}
}

func (x *tx) domainWire(d *instanceDomain) instanceDomainWire {
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

func listDomains(c *call) (any, error) { return pageOf(c, tableDomains.all(c.tx), c.tx.domainWire) }

type domainInput struct {
	Name     field[string] `json:"name"`
	ProxyURL field[string] `json:"proxy_url"`
}

func (in *domainInput) applyTo(x *tx, d *instanceDomain) error {
	if in.Name.given() {
		name := strings.ToLower(in.Name.Value)
		if !hostPattern.MatchString(name) {
			return errParamFormat("name", "a domain name")
		}
		if other := tableDomains.first(x, "name", name); other != nil && other.ID != d.ID {
			return errTaken("name")
		}
		d.Name = name
	}
	if in.ProxyURL.given() {
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
	return c.tx.domainWire(d), nil
}

func (c *call) domain() (*instanceDomain, error) {
	if d := tableDomains.get(c.tx, c.param("domain_id")); d != nil {
		return d, nil
	}
	return nil, errNotFound("domain")
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
	return c.tx.domainWire(&next), nil
}

func deleteDomain(c *call) (any, error) {
	d, err := c.domain()
	if err != nil {
		return nil, err
	}
	if !d.IsSatellite {
		return nil, errForbidden("operation_not_allowed_on_primary_domain", "the primary domain cannot be deleted")
	}
	tableDomains.delete(c.tx, d.ID)
	return deleted("domain", d.ID), nil
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
