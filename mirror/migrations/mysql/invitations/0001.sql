CREATE TABLE IF NOT EXISTS {table}invitations (
	id VARCHAR(191) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	email_address TEXT,
	status TEXT,
	expires_at DATETIME(3),
	created_at DATETIME(3),
	updated_at DATETIME(3),
	data JSON,
	data_raw LONGTEXT,
	public_metadata LONGTEXT GENERATED ALWAYS AS (JSON_EXTRACT(data, '$.public_metadata')) VIRTUAL,
	version BIGINT NOT NULL,
	observed BIGINT NOT NULL,
	change_mark BIGINT NOT NULL,
	deleted_at DATETIME(3),
	KEY {index}invitations_email (email_address(191))
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE InnoDB;
