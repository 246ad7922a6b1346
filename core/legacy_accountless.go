package clerk

// AccountlessApplicationsService finishes the set-up of instances that were created without an account.
type AccountlessApplicationsService struct{ client *Client }
