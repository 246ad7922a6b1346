CREATE TABLE {table}users (
	id TEXT NOT NULL PRIMARY KEY,
	primary_email TEXT,
	username TEXT,
	first_name TEXT,
	last_name TEXT,
	external_id TEXT,
	image_url TEXT,
	banned BOOLEAN,
	locked BOOLEAN,
	created_at TEXT,
	updated_at TEXT,
	last_sign_in_at TEXT,
	data TEXT,
	data_raw TEXT,
	public_metadata TEXT GENERATED ALWAYS AS (json_extract(data, '$.public_metadata')) VIRTUAL,
	private_metadata TEXT GENERATED ALWAYS AS (json_extract(data, '$.private_metadata')) VIRTUAL,
	unsafe_metadata TEXT GENERATED ALWAYS AS (json_extract(data, '$.unsafe_metadata')) VIRTUAL,
	version INTEGER NOT NULL,
	observed INTEGER NOT NULL,
	change_mark INTEGER NOT NULL,
	deleted_at TEXT
);

CREATE INDEX {index}users_primary_email ON {table}users (primary_email);

CREATE INDEX {index}users_username ON {table}users (username);

CREATE INDEX {index}users_external_id ON {table}users (external_id);

CREATE TABLE {table}organizations (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT,
	slug TEXT,
	image_url TEXT,
	created_by TEXT,
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

CREATE INDEX {index}organizations_slug ON {table}organizations (slug);

CREATE TABLE {table}memberships (
	id TEXT NOT NULL PRIMARY KEY,
	organization_id TEXT NOT NULL,
	user_id TEXT NOT NULL,
	role TEXT,
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

CREATE INDEX {index}memberships_organization ON {table}memberships (organization_id, user_id);

CREATE INDEX {index}memberships_user ON {table}memberships (user_id);

CREATE TABLE {table}messages (
	receiver TEXT NOT NULL,
	id TEXT NOT NULL,
	finished BOOLEAN NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (receiver, id)
);

CREATE INDEX {index}messages_at ON {table}messages (at);

CREATE TABLE {table}outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	object_id TEXT NOT NULL,
	organization_id TEXT NOT NULL,
	user_id TEXT NOT NULL,
	deleted BOOLEAN NOT NULL,
	at INTEGER NOT NULL
);

CREATE TABLE {table}changes (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	object_id TEXT NOT NULL,
	organization_id TEXT NOT NULL,
	user_id TEXT NOT NULL,
	deleted BOOLEAN NOT NULL,
	at INTEGER NOT NULL
);

CREATE TABLE {table}sync (
	name TEXT NOT NULL PRIMARY KEY,
	owner TEXT NOT NULL,
	lease_until INTEGER NOT NULL,
	beat INTEGER NOT NULL,
	phase TEXT NOT NULL,
	position TEXT NOT NULL,
	started INTEGER NOT NULL,
	done INTEGER NOT NULL,
	completed INTEGER NOT NULL
);

INSERT INTO {table}sync (name, owner, lease_until, beat, phase, position, started, done, completed)
VALUES ('backfill', '', 0, 0, '', '', 0, 0, 0), ('changes', '', 0, 0, '', '', 0, 0, 0) ON CONFLICT DO NOTHING;
