package clerkgrpc

import (
	"slices"

	"google.golang.org/grpc"
)

// Unguarded lists the procedures of a server that everybody may call under the rules, sorted. Give it the services of
// the running server (server.GetServiceInfo()) and compare the answer in a test with what you mean to be open:
// reflection and health checks show up as soon as a rule opens them.
func (g *Guard) Unguarded(services map[string]grpc.ServiceInfo) []string {
	var open []string
	for service, info := range services {
		for _, method := range info.Methods {
			if procedure := "/" + service + "/" + method.Name; g.guard.Rule(procedure, g.schemaRule(procedure)).IsOpen() {
				open = append(open, procedure)
			}
		}
	}
	slices.Sort(open)
	return open
}
