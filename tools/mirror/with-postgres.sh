#!/usr/bin/env bash
# with-postgres.sh COMMAND … runs a command with a PostgreSQL server of its own, whose address is in DATABASE_URL.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
folder=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
as=()
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
	chown postgres "$folder"
	as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
stop() {
	(cd / && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
	rm -rf "$folder"
}
trap stop EXIT
(
	cd /
	"${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --no-sync >/dev/null
	"${as[@]}" "$bin/pg_ctl" -w -D "$folder/data" -l "$folder/log" -o "-p $port -k $folder -c listen_addresses=127.0.0.1 \
		-c shared_buffers=256MB -c max_wal_size=8GB -c checkpoint_timeout=30min" start >/dev/null
)
DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable" "$@"
