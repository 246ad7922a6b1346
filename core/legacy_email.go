package clerk

// EmailsService sends e-mail messages to users.
type EmailsService struct{ client *Client }
