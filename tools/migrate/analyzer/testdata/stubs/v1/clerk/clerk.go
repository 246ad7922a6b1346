// Package clerk stands for version 1.
package clerk

// NewClient returns nothing.
func NewClient(string) error { return nil }
