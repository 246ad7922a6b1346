CREATE TABLE {table}invitations (
	id TEXT NOT NULL PRIMARY KEY,
	email_address TEXT,
	status TEXT,
	expires_at TEXT,
	created_at TEXT,
	updated_at TEXT,
	data TEXT,
	data_raw TEXT,
	public_metadata TEXT GENERATED ALWAYS AS (json_extract(data, '$.public_metadata')) VIRTUAL,
	version INTEGER NOT NULL,
	observed INTEGER NOT NULL,
	change_mark INTEGER NOT NULL,
	deleted_at TEXT
);

CREATE INDEX {index}invitations_email ON {table}invitations (email_address);
