package clerkauth

// claimSet is a set of the claims that this package reads.
type claimSet uint32

const (
	claimSubject claimSet = 1 << iota
	claimActor
	claimExpiry
	claimNotBefore
	claimIssuedAt
	claimAudience
	claimParty
	claimIssuer
)

func (s claimSet) has(c claimSet) bool { return s&c != 0 }
