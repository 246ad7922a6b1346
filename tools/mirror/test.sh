#!/usr/bin/env bash
# Tests the mirror on PostgreSQL, MariaDB and SQLite, SEEDS random schedules of failures among the tests, and LARGE with as many
# USERS. Where a server is not installed, root installs its Debian package in CI; elsewhere its tests are left out, loudly.
set -euo pipefail
cd "$(dirname "$0")/../.."

servers=()
want() { # want NAME PATTERN PACKAGE
	if ! compgen -G "$2" >/dev/null && [ -n "${CI:-}" ]; then
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$3" >/dev/null
	fi
	if compgen -G "$2" >/dev/null; then
		servers+=("$1")
	elif [ -n "${CI:-}" ]; then
		echo "mirror: $3 cannot be installed" >&2
		exit 1
	else
		printf '\n*** NOT TESTED on %s: install %s, or set CI=1 to let this script do it.\n\n' "$1" "$3" >&2
	fi
}
want postgres '/usr/lib/postgresql/*/bin/postgres' postgresql
want mysql '/usr/sbin/mariadbd' mariadb-server

# The servers of a test that was killed live in folders below this one, with their process ids.
TMPDIR=$(mktemp -d)
export TMPDIR
chmod 1777 "$TMPDIR" # the servers run under accounts of their own
sweep() {
	for file in "$TMPDIR"/clerk-mirror-*/pid; do
		[ -f "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null
	done
	umount -l "$TMPDIR"/clerk-mirror-* 2>/dev/null || true # the small disks
	rm -rf "$TMPDIR"
}
trap sweep EXIT
CLERK_MIRROR_SERVERS=$(IFS=,; echo "${servers[*]}") CLERK_MIRROR_SEEDS=${SEEDS:-50} CLERK_MIRROR_USERS=${USERS:-20000} \
	CLERK_MIRROR_LARGE_SEEDS=${LARGE:-} \
	go test -count=1 -timeout "${TIMEOUT:-15m}" -parallel 6 ./mirror/... ./mirror/cmd/clerk-mirror/...
