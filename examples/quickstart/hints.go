package main

import "fmt"

// hints are lines to copy into a shell. Session tokens live for a minute, so the first line asks for a new one.
func (l *local) hints(address string) []string {
	return []string{
		fmt.Sprintf(`TOKEN=$(curl -s -X POST -H "Authorization: Bearer %s" %s/v1/sessions/%s/tokens | sed 's/.*"jwt":"\([^"]*\)".*/\1/')`,
			l.server.SecretKey(), l.server.URL(), l.adminSession),
		fmt.Sprintf(`curl -i %s/me -H "Authorization: Bearer $TOKEN"`, address),
		fmt.Sprintf(`curl -i -X POST %s/invoices -H "Authorization: Bearer $TOKEN"`, address),
		fmt.Sprintf(`curl -i %s/me`, address),
	}
}

func realHints(address string) []string {
	return []string{
		fmt.Sprintf(`curl -i %s/me`, address),
		`TOKEN=…   # in your front end: await Clerk.session.getToken()`,
		fmt.Sprintf(`curl -i %s/me -H "Authorization: Bearer $TOKEN"`, address),
	}
}
