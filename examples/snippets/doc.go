// Package snippets holds the Go code that the documentation shows, so that the compiler sees it.
package snippets
