package clerktest

import "strings"

// orNone is the list, never null in an answer.
func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func nilIfEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// lastOf is the end of a list, of n entries at most.
func lastOf[T any](list []T, n int) []T { return list[max(0, len(list)-n):] }

// pointer returns the address of a value.
func pointer[T any](v T) *T { return &v }

// text returns the string behind p, empty when there is none.
func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// keysOf is what an index lists a row under: nothing when the value is empty.
func keysOf(value string) []string { return optionalKey(nilIfEmpty(value)) }

func optionalKey(p *string) []string {
	if p == nil {
		return nil
	}
	return []string{*p}
}

// expiredAt reports whether an expiration has come; nil never does.
func expiredAt(expiration *int64, now int64) bool { return expiration != nil && *expiration <= now }

// containsFold reports whether text contains part, ignoring case.
func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// mapped returns what change makes of each value.
func mapped[T, R any](list []T, change func(T) R) []R {
	out := make([]R, len(list))
	for i, v := range list {
		out[i] = change(v)
	}
	return out
}

// compareFold compares texts in lower case.
func compareFold(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }
