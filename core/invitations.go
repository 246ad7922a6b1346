package clerk

import (
	"context"
	"net/http"
)

var endpointInvitationsDelete = Endpoint{
	Service: "Invitations", Name: "Delete", OperationID: "DeleteInvitation",
	Method: http.MethodDelete, Path: "/invitations/{invitation_id}", Retry: RetryIdempotent,
}

// Delete deletes an invitation of any state, and the copies of its e-mail that Clerk keeps, for a request to erase
// somebody's data. Users and invitations of organizations with the same address stay. To make only the link stop
// working, use Revoke. Clerk's published documents do not list this operation yet; its JavaScript SDK has it.
func (s *InvitationsService) Delete(
	ctx context.Context, invitationID string, opts ...RequestOption,
) (*DeletedObject, error) {
	return call(ctx, s.client, &endpointInvitationsDelete, &CallParams{Path: []string{invitationID}}, new(DeletedObject), opts)
}
