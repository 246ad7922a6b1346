package clerktest

import (
	"cmp"
	"encoding/base64"
	"html/template"
	"net/url"
	"strings"
)

func interstitialFamily() family {
	return family{endpoints: map[string]endpoint{"GetPublicInterstitial": {read: getInterstitial, auth: authNone}}}
}

// interstitialPage loads Clerk's script, which finds out who is signed in, and then asks for the page again.
var interstitialPage = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Signing in</title></head>
<body>
<script async crossorigin="anonymous" src="{{.Script}}" data-clerk-publishable-key="{{.Key}}" data-clerk-frontend-api="{{.Host}}"{{with .Proxy}} data-clerk-proxy-url="{{.}}"{{end}}{{with .Domain}} data-clerk-domain="{{.}}"{{end}}></script>
<script>
window.addEventListener("load", async () => {
  await window.Clerk.load({signInUrl: {{.SignIn}}});
  window.location.reload();
});
</script>
</body>
</html>
`))

func getInterstitial(c *call) (any, error) {
	q := c.query
	page := struct{ Script, Key, Host, Proxy, Domain, SignIn string }{
		Key: q.Get("publishable_key"), Proxy: q.Get("proxy_url"), Domain: q.Get("domain"), SignIn: q.Get("sign_in_url"),
		Host: cmp.Or(q.Get("frontend_api"), q.Get("frontendApi")),
	}
	var ok bool
	switch {
	case page.Key != "":
		if page.Host, ok = frontendHost(page.Key); !ok {
			return nil, errBadRequest("publishable_key_invalid", "the publishable key is malformed")
		}
	case page.Host == "":
		return nil, errBadRequest("form_param_missing", "publishable_key or frontend_api has to be given")
	}
	base, host := "https://"+page.Host, page.Host
	if onDomain, _ := c.queryBool("use_domain_for_script"); onDomain && page.Domain != "" {
		host = "clerk." + page.Domain
		base = "https://" + host
	}
	if isLoopback("http://" + host) {
		base = "http://" + host
	}
	if page.Proxy != "" {
		u, err := url.Parse(page.Proxy)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, errBadRequest("proxy_url_invalid", "proxy_url has to be an absolute URL")
		}
		base = strings.TrimSuffix(page.Proxy, "/")
	}
	page.Script = base + "/npm/@clerk/clerk-js@5/dist/clerk.browser.js"
	var b strings.Builder
	if err := interstitialPage.Execute(&b, page); err != nil {
		return nil, err
	}
	return textAnswer{"text/html; charset=utf-8", b.String()}, nil
}

// frontendHost is the host that a publishable key encodes.
func frontendHost(key string) (host string, ok bool) {
	_, encoded, ok := strings.Cut(strings.TrimPrefix(key, "pk_"), "_")
	if !ok || !strings.HasPrefix(key, "pk_") {
		return "", false
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return "", false
	}
	return strings.CutSuffix(string(raw), "$")
}
