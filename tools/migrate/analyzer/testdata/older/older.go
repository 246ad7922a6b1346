// Package older uses version 1 of the official SDK, and webhooks by hand: both are named and stay as they are.
package older

import (
	"errors"

	"github.com/clerkinc/clerk-sdk-go/clerk"
	svix "github.com/svix/svix-webhooks/go"
)

// Open opens both.
func Open(key, secret string) error {
	return errors.Join(clerk.NewClient(key), svix.NewWebhook(secret))
}
