package clerktest

func organizationsFamily() family {
	return family{
		tables: []anyTable{tableOrganizations, tableMemberships, tableRoles, tablePermissions},
		start:  startRoles,
	}
}
