package clerktest

func clientsFamily() family {
	return family{
		endpoints: map[string]endpoint{
			"GetClientList": {read: listClients},
			"GetClient":     getter((*call).client, (*tx).wireClient),
			"VerifyClient":  {read: verifyClient, keys: true},
		},
	}
}

type clientWire struct {
	Object              string         `json:"object"`
	ID                  string         `json:"id"`
	SessionIDs          []string       `json:"session_ids"`
	Sessions            []*sessionWire `json:"sessions"`
	SignInID            *string        `json:"sign_in_id"`
	SignUpID            *string        `json:"sign_up_id"`
	LastActiveSessionID *string        `json:"last_active_session_id"`
	LastStrategy        *string        `json:"last_authentication_strategy"`
	UpdatedAt           int64          `json:"updated_at"`
	CreatedAt           int64          `json:"created_at"`
}

// wireClient returns the answer form of a client with its live sessions.
func (x *tx) wireClient(d *device) *clientWire {
	w := &clientWire{
		Object: "client", ID: d.ID, SessionIDs: []string{}, Sessions: []*sessionWire{}, SignInID: d.SignInID, SignUpID: d.SignUpID,
		LastStrategy: d.Strategy, UpdatedAt: d.UpdatedAt, CreatedAt: d.CreatedAt,
	}
	var latest int64
	for _, s := range tableSessions.find(x, "client", d.ID) {
		if !s.liveAt(x.now) {
			continue
		}
		w.SessionIDs = append(w.SessionIDs, s.ID)
		w.Sessions = append(w.Sessions, x.wireSession(s))
		if s.LastActiveAt >= latest {
			latest, w.LastActiveSessionID = s.LastActiveAt, &s.ID
		}
	}
	return w
}

func listClients(c *call) (any, error) {
	return answerList(c, listing[device]{table: tableDevices, order: "-created_at"}, c.tx.wireClient)
}

func (c *call) client() (*device, error) {
	return rowOf(c, tableDevices, "client_id", "client")
}

// verifyClient finds the client of a __client cookie's token or of a session token.
func verifyClient(c *call) (any, error) {
	var in struct {
		Token string `json:"token"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	claims, refusal := c.tx.verifyOwn(in.Token)
	if refusal != "" {
		return nil, errBadRequest("token_invalid", "the token does not verify: "+refusal)
	}
	if s := tableSessions.get(c.tx, claims.SessionID); s != nil {
		if d := tableDevices.get(c.tx, s.ClientID); d != nil {
			return c.tx.wireClient(d), nil
		}
	}
	if d := tableDevices.get(c.tx, claims.ClientID); d != nil {
		return c.tx.wireClient(d), nil
	}
	return nil, errNotFound("client")
}
