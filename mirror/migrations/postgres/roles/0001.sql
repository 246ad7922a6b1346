CREATE TABLE {table}roles (
	id TEXT NOT NULL PRIMARY KEY,
	role_key TEXT,
	name TEXT,
	description TEXT,
	is_creator_eligible BOOLEAN,
	created_at TIMESTAMPTZ,
	updated_at TIMESTAMPTZ,
	data JSONB,
	data_raw TEXT,
	permissions JSONB GENERATED ALWAYS AS (data -> 'permissions') STORED,
	version BIGINT NOT NULL,
	observed BIGINT NOT NULL,
	change_mark BIGINT NOT NULL,
	deleted_at TIMESTAMPTZ
);

CREATE INDEX {index}roles_role_key ON {table}roles (role_key);
