package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
)

func saveSettings(v *visit) error {
	box := "document.querySelector('[data-form=Restrictions] [name=allowlist]')"
	return inOrder(v.opens("/console/settings"), v.sees("Allowed origins"), func() error { return v.script(box + ".click()") },
		v.clicks("Restrictions", "Save"), v.waits(box+".checked && document.body.dataset.drawn > 1"),
		v.clicks("Allowlist", "Add to the allowlist"), v.types("Allowlist", "identifier", "*@acme.com"), v.clicks("Allowlist", "Add"), v.sees("*@acme.com"),
		v.opens("/console/settings"), v.waits(box+".checked"), func() error { return v.script(box + ".click()") }, v.clicks("Restrictions", "Save"), v.waits("!"+box+".checked"))
}

func makeRole(v *visit) error {
	return inOrder(v.opens("/console/roles"), v.sees("org:admin"), v.clicks("New role", "Create a role"),
		v.types("New role", "name", "Editor"), v.types("New role", "key", "org:editor"), v.clicks("New role", "Create role"),
		v.waits("location.pathname.startsWith('/console/roles/role_')"), v.clicks("Permissions", "Save permissions"), v.opens("/console/roles"), v.sees("org:editor"))
}

func makeConfiguration(v *visit) error {
	return inOrder(
		v.opens("/console/templates"), v.clicks("New template", "Create a template"), v.types("New template", "name", "hasura"), v.clicks("New template", "Create template"),
		v.waits("location.pathname.startsWith('/console/templates/jtmpl_')"), v.sees("Claims"),
		v.opens("/console/oauth"), v.clicks("New application", "Create an application"), v.types("New application", "name", "Client"),
		func() error {
			return v.script("document.querySelector('textarea[name=redirect_uris]').value = 'https://client.example.com/callback'")
		},
		v.clicks("New application", "Create application"), v.sees("Client secret, shown once"),
		v.opens("/console/machines"), v.clicks("New machine", "Create a machine"), v.types("New machine", "name", "worker"), v.clicks("New machine", "Create machine"),
		v.sees("ak_"), v.waits("document.querySelector('h1').textContent === 'worker'"),
		v.opens("/console/api-keys"), v.clicks("New API key", "Create an API key"), v.types("New API key", "name", "reporting"), v.types("New API key", "subject", v.user),
		v.clicks("New API key", "Create key"), v.sees("The new key, shown once"), v.sees("reporting"))
}

// grantTokens lets a client have tokens without a browser, finds them, and revokes the grant.
func grantTokens(v *visit) error {
	grants := func() []clerktest.OAuthGrant { return v.srv.OAuth().Grants() }
	return inOrder(v.opens("/console/authorizations"), v.clicks("Grants", "Grant without a browser"), v.picks("Grants", "client_id", "Client"), v.picks("Grants", "user_id", "Lovelace"), v.clicks("Grants", "Grant"),
		v.sees("New tokens, shown once"), v.sees("clk_refresh_"), holds(func() bool { return len(grants()) == 1 }, "there is no grant"),
		v.opens("/console/authorizations"), v.missing("clk_refresh_"), v.sees("access"), v.clicks("Grants", "Revoke"), v.agrees("Revoke"), v.waits("[...document.querySelectorAll('td')].some(cell => cell.innerText === 'revoked')"),
		holds(func() bool { return grants()[0].Revoked }, "the grant was not revoked"),
		func() error { return v.get("/oauth/authorize?client_id=nobody") }, v.sees("/oauth/authorize"), v.sees("invalid"))
}

func completeSignUp(v *visit) error {
	v.srv.CreateSignUp(clerktest.SignUp{Email: "waiting@example.com"})
	return inOrder(v.opens("/console/sign-ups"), v.sees("missing_requirements"), v.clicks("Sign-ups", "Complete"), v.sees("complete"), v.missing("missing_requirements"))
}

// seeEveryPage opens each page of the menu and one record of each kind, and holds its width against the screen's. With a
// folder for pictures it takes one in each theme.
func seeEveryPage(v *visit) error {
	pages := []string{"/"}
	for name := range strings.FieldsSeq("users organizations sessions sign-ups tokens outbox inspector authorizations webhooks settings roles templates oauth machines api-keys plans drills data") {
		pages = append(pages, "/console/"+name)
	}
	pages = append(pages, "/console/users/"+v.user, "/console/organizations/"+v.organization, "/console/inspector/1")
	for _, page := range pages {
		if err := v.look(1280, "light"); err != nil {
			return err
		}
		if err := v.open(page); err != nil {
			return err
		}
		if err := v.seePage(page); err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
	}
	return v.look(1280, "light")
}

func (v *visit) seePage(page string) error {
	if text, err := v.text("document.querySelector('h1').textContent"); err != nil || text == "" || text == "This page could not be shown" {
		return errors.Join(err, errors.New("the page shows nothing"))
	}
	themes := []string{"light"} // the width is the same in both
	if v.out != "" {
		themes = append(themes, "dark")
	}
	for _, width := range []int64{1280, 390} {
		for _, theme := range themes {
			if err := v.look(width, theme); err != nil {
				return err
			}
			if err := v.until("document.documentElement.scrollWidth <= innerWidth"); err != nil {
				return fmt.Errorf("wider than %d pixels: %w", width, err)
			}
			name := cmp.Or(strings.Trim(strings.ReplaceAll(strings.TrimPrefix(page, "/console"), "/", "-"), "-"), "overview")
			if err := v.picture(fmt.Sprintf("%s-%d-%s", name, width, theme)); err != nil {
				return err
			}
		}
	}
	return nil
}
