CREATE TABLE {table}roles (
	id TEXT NOT NULL PRIMARY KEY,
	role_key TEXT,
	name TEXT,
	description TEXT,
	is_creator_eligible BOOLEAN,
	created_at TEXT,
	updated_at TEXT,
	data TEXT,
	data_raw TEXT,
	permissions TEXT GENERATED ALWAYS AS (json_extract(data, '$.permissions')) VIRTUAL,
	version INTEGER NOT NULL,
	observed INTEGER NOT NULL,
	change_mark INTEGER NOT NULL,
	deleted_at TEXT
);

CREATE INDEX {index}roles_role_key ON {table}roles (role_key);
