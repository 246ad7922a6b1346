package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// coverageTable says, service by service, what the local Clerk emulates.
func coverageTable() ([]string, error) {
	emulator, err := clerktest.New()
	if err != nil {
		return nil, err
	}
	return coverageRows(clerk.Endpoints(), emulator.Emulated()), nil
}

func coverageRows(endpoints []clerk.Endpoint, emulated map[string]bool) []string {
	type coverage struct {
		all, here int
		missing   []string
	}
	services := make(map[string]*coverage)
	var names []string
	total := 0
	for _, e := range endpoints {
		c := services[e.Service]
		if c == nil {
			c = &coverage{}
			services[e.Service] = c
			names = append(names, e.Service)
		}
		c.all++
		if emulated[e.OperationID] {
			c.here++
			total++
		} else {
			c.missing = append(c.missing, "`"+e.Name+"`")
		}
	}
	slices.Sort(names)
	rows := []string{
		fmt.Sprintf("%d of %d operations are emulated.", total, len(endpoints)), "",
		"| service | emulated | not emulated |", "|---|---|---|",
	}
	for _, name := range names {
		c := services[name]
		rows = append(rows, fmt.Sprintf("| `%s` | %d of %d | %s |", name, c.here, c.all, strings.Join(c.missing, " ")))
	}
	return rows
}
