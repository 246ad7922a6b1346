package clerkauth

// Requirement describes what an identity lacks, in machine-readable form. It is in the body of a 403.
type Requirement struct {
	// Type is the kind of check: permission, role, scope, feature, plan, claim, check, organization, reverification,
	// not_impersonated, not_agent, agent, not_delegated, client or any_of.
	Type string `json:"type"`
	// Name is the permission, role, scope, feature, plan, claim or check. Other kinds have no name: ids and values are not
	// told.
	Name string `json:"name,omitzero"`
	// AnyOf lists what each way to pass lacks, of type any_of only.
	AnyOf []Requirement `json:"any_of,omitzero"`
}

// Missing returns what the identity lacks, or nil where the refusal is not about a check. The result belongs to the
// caller.
func (e *Error) Missing() *Requirement {
	if e.missing == nil {
		return nil
	}
	return e.missing.clone()
}

func (r Requirement) clone() *Requirement {
	if r.AnyOf != nil {
		ways := make([]Requirement, len(r.AnyOf))
		for i := range r.AnyOf {
			ways[i] = *r.AnyOf[i].clone()
		}
		r.AnyOf = ways
	}
	return &r
}

// requirement describes a check that has failed. Nil is for checks that can never pass.
func (c *Check) requirement() *Requirement {
	switch c.kind {
	case checkPermission:
		return &Requirement{Type: "permission", Name: orgName(c.value)}
	case checkRole:
		return &Requirement{Type: "role", Name: orgName(c.value)}
	case checkScope:
		return &Requirement{Type: "scope", Name: c.value}
	case checkFeature:
		return &Requirement{Type: "feature", Name: c.value}
	case checkPlan:
		return &Requirement{Type: "plan", Name: c.value}
	case checkClaim:
		return &Requirement{Type: "claim", Name: c.value}
	case checkFunc:
		return &Requirement{Type: "check", Name: c.value}
	case checkInOrg:
		return &Requirement{Type: "organization"}
	case checkReverified:
		return &Requirement{Type: "reverification"}
	case checkNotImpersonated:
		return &Requirement{Type: "not_impersonated"}
	case checkNotAgent:
		return &Requirement{Type: "not_agent"}
	case checkOnlyAgents:
		return &Requirement{Type: "agent"}
	case checkNotDelegated:
		return &Requirement{Type: "not_delegated"}
	case checkThroughClient:
		return &Requirement{Type: "client"}
	}
	return nil
}
