CREATE TABLE {table}organization_invitations (
	id TEXT NOT NULL PRIMARY KEY,
	organization_id TEXT NOT NULL,
	email_address TEXT,
	role TEXT,
	inviter_id TEXT,
	status TEXT,
	expires_at TIMESTAMPTZ,
	created_at TIMESTAMPTZ,
	updated_at TIMESTAMPTZ,
	data JSONB,
	data_raw TEXT,
	public_metadata JSONB GENERATED ALWAYS AS (data -> 'public_metadata') STORED,
	private_metadata JSONB GENERATED ALWAYS AS (data -> 'private_metadata') STORED,
	version BIGINT NOT NULL,
	observed BIGINT NOT NULL,
	change_mark BIGINT NOT NULL,
	deleted_at TIMESTAMPTZ
);

CREATE INDEX {index}org_invitations_organization ON {table}organization_invitations (organization_id);

CREATE INDEX {index}org_invitations_email ON {table}organization_invitations (email_address);
