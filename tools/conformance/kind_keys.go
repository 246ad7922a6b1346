package main

import clerkauth "github.com/clerkgo/clerk-go/auth"

type keyInput struct {
	Key         string `json:"key"`
	FrontendAPI string `json:"frontendApi"`
	Options     struct {
		ProxyURL    string `json:"proxyUrl"`
		Domain      string `json:"domain"`
		IsSatellite bool   `json:"isSatellite"`
	} `json:"options"`
}

func replayPublishableKey(v *vector) ([]string, error) {
	var in keyInput
	var want *struct {
		InstanceType string `json:"instanceType"`
		FrontendAPI  string `json:"frontendApi"`
	}
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	key, err := clerkauth.ParsePublishableKey(in.Key)
	if isKey := err == nil; !isKey || want == nil {
		return compare(nil, "is a key", isKey, want != nil), nil
	}
	out := compare(nil, "instance", string(key.Instance()), want.InstanceType)
	host := key.FrontendAPIFor(in.Options.ProxyURL, in.Options.Domain, in.Options.IsSatellite)
	return compare(out, "Frontend API", host, want.FrontendAPI), nil
}

// replayText replays a kind that turns the input into one text.
func replayText(v *vector, answer func(in keyInput) string) ([]string, error) {
	var in keyInput
	var want string
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	return compare(nil, "answer", answer(in), want), nil
}

func replayBuildPublishableKey(v *vector) ([]string, error) {
	return replayText(v, func(in keyInput) string { return clerkauth.BuildPublishableKey(in.FrontendAPI) })
}

func replayCookieSuffix(v *vector) ([]string, error) {
	return replayText(v, func(in keyInput) string { return clerkauth.CookieSuffix(in.Key) })
}

func replayAccountsURL(v *vector) ([]string, error) {
	return replayText(v, func(in keyInput) string { return clerkauth.AccountsURL(in.FrontendAPI) })
}

// A key that does not parse is of the production environment, as the zero key is.
func replayAPIURL(v *vector) ([]string, error) {
	return replayText(v, func(in keyInput) string {
		key, _ := clerkauth.ParsePublishableKey(in.Key)
		return key.APIURL()
	})
}

func replayFrontendAPIProxyURL(v *vector) ([]string, error) {
	return replayText(v, func(in keyInput) string {
		key, _ := clerkauth.ParsePublishableKey(in.Key)
		return key.FrontendAPIProxyURL()
	})
}
