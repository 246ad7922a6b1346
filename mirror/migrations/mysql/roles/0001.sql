CREATE TABLE IF NOT EXISTS {table}roles (
	id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	role_key TEXT,
	name TEXT,
	description TEXT,
	is_creator_eligible BOOLEAN,
	created_at DATETIME(3),
	updated_at DATETIME(3),
	data JSON,
	data_raw LONGTEXT,
	permissions LONGTEXT GENERATED ALWAYS AS (JSON_EXTRACT(data, '$.permissions')) VIRTUAL,
	version BIGINT NOT NULL,
	observed BIGINT NOT NULL,
	change_mark BIGINT NOT NULL,
	deleted_at DATETIME(3),
	KEY {index}roles_role_key (role_key(191))
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE InnoDB;
