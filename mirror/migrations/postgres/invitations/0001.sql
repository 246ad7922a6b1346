CREATE TABLE {table}invitations (
	id TEXT NOT NULL PRIMARY KEY,
	email_address TEXT,
	status TEXT,
	expires_at TIMESTAMPTZ,
	created_at TIMESTAMPTZ,
	updated_at TIMESTAMPTZ,
	data JSONB,
	data_raw TEXT,
	public_metadata JSONB GENERATED ALWAYS AS (data -> 'public_metadata') STORED,
	version BIGINT NOT NULL,
	observed BIGINT NOT NULL,
	change_mark BIGINT NOT NULL,
	deleted_at TIMESTAMPTZ
);

CREATE INDEX {index}invitations_email ON {table}invitations (email_address);
