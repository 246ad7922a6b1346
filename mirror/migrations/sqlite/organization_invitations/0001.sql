CREATE TABLE {table}organization_invitations (
	id TEXT NOT NULL PRIMARY KEY,
	organization_id TEXT NOT NULL,
	email_address TEXT,
	role TEXT,
	inviter_id TEXT,
	status TEXT,
	expires_at TEXT,
	created_at TEXT,
	updated_at TEXT,
	data TEXT,
	data_raw TEXT,
	public_metadata TEXT GENERATED ALWAYS AS (json_extract(data, '$.public_metadata')) VIRTUAL,
	private_metadata TEXT GENERATED ALWAYS AS (json_extract(data, '$.private_metadata')) VIRTUAL,
	version INTEGER NOT NULL,
	observed INTEGER NOT NULL,
	change_mark INTEGER NOT NULL,
	deleted_at TEXT
);

CREATE INDEX {index}org_invitations_organization ON {table}organization_invitations (organization_id);

CREATE INDEX {index}org_invitations_email ON {table}organization_invitations (email_address);
