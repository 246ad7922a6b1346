package clerkconnect

import (
	"slices"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Unguarded lists the procedures of services that everybody may call under the rules, sorted. Give it the descriptors
// of all services that the server has, and compare the answer in a test with what you mean to be open.
func (i *Interceptor) Unguarded(services ...protoreflect.ServiceDescriptor) []string {
	var open []string
	for _, service := range services {
		methods := service.Methods()
		for n := range methods.Len() {
			method := methods.Get(n)
			procedure := "/" + string(service.FullName()) + "/" + string(method.Name())
			if i.guard.Rule(procedure, i.schemaRule(connect.Spec{Schema: method})).IsOpen() {
				open = append(open, procedure)
			}
		}
	}
	slices.Sort(open)
	return open
}
