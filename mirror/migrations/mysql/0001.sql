CREATE TABLE IF NOT EXISTS {table}users (
	id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	primary_email TEXT,
	username TEXT,
	first_name TEXT,
	last_name TEXT,
	external_id TEXT,
	image_url TEXT,
	banned BOOLEAN,
	locked BOOLEAN,
	created_at DATETIME(3),
	updated_at DATETIME(3),
	last_sign_in_at DATETIME(3),
	data JSON,
	data_raw LONGTEXT,
	public_metadata LONGTEXT GENERATED ALWAYS AS (JSON_EXTRACT(data, '$.public_metadata')) VIRTUAL,
	private_metadata LONGTEXT GENERATED ALWAYS AS (JSON_EXTRACT(data, '$.private_metadata')) VIRTUAL,
	unsafe_metadata LONGTEXT GENERATED ALWAYS AS (JSON_EXTRACT(data, '$.unsafe_metadata')) VIRTUAL,
	version BIGINT NOT NULL,
	observed BIGINT NOT NULL,
	change_mark BIGINT NOT NULL,
	deleted_at DATETIME(3),
	KEY {index}users_primary_email (primary_email(191)),
	KEY {index}users_username (username(191)),
	KEY {index}users_external_id (external_id(191))
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE InnoDB;

CREATE TABLE IF NOT EXISTS {table}organizations (
	id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	name TEXT,
	slug TEXT,
	image_url TEXT,
	created_by VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin,
	created_at DATETIME(3),
	updated_at DATETIME(3),
	data JSON,
	data_raw LONGTEXT,
	public_metadata LONGTEXT GENERATED ALWAYS AS (JSON_EXTRACT(data, '$.public_metadata')) VIRTUAL,
	private_metadata LONGTEXT GENERATED ALWAYS AS (JSON_EXTRACT(data, '$.private_metadata')) VIRTUAL,
	version BIGINT NOT NULL,
	observed BIGINT NOT NULL,
	change_mark BIGINT NOT NULL,
	deleted_at DATETIME(3),
	KEY {index}organizations_slug (slug(191))
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE InnoDB;

CREATE TABLE IF NOT EXISTS {table}memberships (
	id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	organization_id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	role TEXT,
	created_at DATETIME(3),
	updated_at DATETIME(3),
	data JSON,
	data_raw LONGTEXT,
	public_metadata LONGTEXT GENERATED ALWAYS AS (JSON_EXTRACT(data, '$.public_metadata')) VIRTUAL,
	private_metadata LONGTEXT GENERATED ALWAYS AS (JSON_EXTRACT(data, '$.private_metadata')) VIRTUAL,
	version BIGINT NOT NULL,
	observed BIGINT NOT NULL,
	change_mark BIGINT NOT NULL,
	deleted_at DATETIME(3),
	KEY {index}memberships_organization (organization_id, user_id),
	KEY {index}memberships_user (user_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE InnoDB;

CREATE TABLE IF NOT EXISTS {table}messages (
	receiver VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	finished BOOLEAN NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (receiver, id),
	KEY {index}messages_at (at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE InnoDB;

CREATE TABLE IF NOT EXISTS {table}outbox (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	kind VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	object_id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	organization_id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	deleted BOOLEAN NOT NULL,
	at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE InnoDB;

CREATE TABLE IF NOT EXISTS {table}changes (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	kind VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	object_id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	organization_id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	deleted BOOLEAN NOT NULL,
	at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE InnoDB;

CREATE TABLE IF NOT EXISTS {table}sync (
	name VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	owner VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	lease_until BIGINT NOT NULL,
	beat BIGINT NOT NULL,
	phase VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	position TEXT NOT NULL,
	started BIGINT NOT NULL,
	done BIGINT NOT NULL,
	completed BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE InnoDB;

INSERT IGNORE INTO {table}sync (name, owner, lease_until, beat, phase, position, started, done, completed)
VALUES ('backfill', '', 0, 0, '', '', 0, 0, 0), ('changes', '', 0, 0, '', '', 0, 0, 0);
