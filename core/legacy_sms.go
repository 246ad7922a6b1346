package clerk

// SMSMessagesService sends text messages to users.
type SMSMessagesService struct{ client *Client }
