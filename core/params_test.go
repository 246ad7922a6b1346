package clerk_test

import (
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestParams_RequiredListIsNeverNull(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		params any
		want   string
	}{
		"nil":       {clerk.UserBulkBanParams{}, `{"user_ids":[]}`},
		"a pointer": {&clerk.UserBulkBanParams{}, `{"user_ids":[]}`},
		"ids":       {clerk.UserBulkBanParams{UserIDs: []string{"user_1"}}, `{"user_ids":["user_1"]}`},
		"beside optional fields": {
			&clerk.RoleSetAddRolesParams{DefaultRoleKey: clerk.String("org:member")}, `{"role_keys":[],"default_role_key":"org:member"}`,
		},
	} {
		if got := encode(t, test.params); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}
