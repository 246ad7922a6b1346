package main

import (
	"context"
	"fmt"
)

// loginOnDevice signs in with the device grant (RFC 8628): the user agrees in a browser on whatever machine has one.
func (p *program) loginOnDevice(ctx context.Context) error {
	//docs:begin device
	device, err := p.oauth.DeviceAuth(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "Go to %s and enter the code %s\n", device.VerificationURI, device.UserCode)
	if err != nil {
		return err
	}
	token, err := p.oauth.DeviceAccessToken(ctx, device) // asks until the user has answered
	//docs:end device
	if err != nil {
		return err
	}
	return p.keep(ctx, token, "")
}
