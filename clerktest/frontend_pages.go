package clerktest

import "html"

// messagePage is a page that only tells something.
func (c *frontendCall) messagePage(title, text string) textAnswer {
	return textAnswer{"text/html; charset=utf-8", "<!DOCTYPE html><title>" + html.EscapeString(title) + "</title><h1>" + html.EscapeString(title) + "</h1><p>" + html.EscapeString(text) + "</p>"}
}
