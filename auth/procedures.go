package clerkauth

import (
	"fmt"
	"slices"
	"strings"
)

// ProcedureRule says who may call an RPC procedure. The zero value admits callers who are signed in. Rules are values
// and safe for concurrent use.
type ProcedureRule struct {
	open   bool
	checks []Check
}

// OpenProcedure admits every caller, also one whose credential is not valid. Name each open procedure on purpose.
func OpenProcedure() ProcedureRule { return ProcedureRule{open: true} }

// GuardProcedure admits callers who are signed in and pass all checks.
func GuardProcedure(checks ...Check) ProcedureRule {
	return ProcedureRule{checks: slices.Clone(checks)}
}

// IsOpen reports whether the rule admits every caller.
func (r ProcedureRule) IsOpen() bool { return r.open }

// Require returns nil if the rule admits the caller, and otherwise an [*Error].
func (r ProcedureRule) Require(state *RequestState) error {
	if r.open {
		return nil
	}
	return state.Require(r.checks...)
}

// ProcedureRules maps RPC procedures to rules. A key is a procedure as Connect and gRPC write it, such as
// /acme.invoices.v1.InvoiceService/Create, or a service, such as acme.invoices.v1.InvoiceService, which stands for all
// its procedures that have no rule of their own. It must not change while a server uses it.
type ProcedureRules map[string]ProcedureRule

// Procedure returns the rule of one procedure, if it has one of its own.
func (r ProcedureRules) Procedure(procedure string) (ProcedureRule, bool) {
	rule, ok := r[procedure]
	return rule, ok && strings.HasPrefix(procedure, "/")
}

// Service returns the rule of the service that a procedure belongs to, if it has one.
func (r ProcedureRules) Service(procedure string) (ProcedureRule, bool) {
	service, _, found := strings.Cut(strings.TrimPrefix(procedure, "/"), "/")
	if !found {
		return ProcedureRule{}, false
	}
	rule, ok := r[service]
	return rule, ok
}

// Validate returns an error if a key is neither a procedure nor a service: such a rule would never apply.
func (r ProcedureRules) Validate() error {
	for key := range r {
		service, method, isProcedure := strings.Cut(strings.TrimPrefix(key, "/"), "/")
		valid := service != "" && !strings.Contains(method, "/")
		if strings.HasPrefix(key, "/") != isProcedure || isProcedure && method == "" || !valid {
			return fmt.Errorf("clerkauth: ProcedureRules: %q is neither a procedure nor a service", key)
		}
	}
	return nil
}
