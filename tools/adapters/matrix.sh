#!/usr/bin/env bash
# Runs each adapter's tests with the race detector on the lowest and the newest version of its framework.
#
#	tools/adapters/matrix.sh [adapter…]
#
# The lowest version is the one of the adapter's go.mod, the newest is asked of the module proxy. The go.mod files of the
# repository are not touched: the newest version goes into a copy.
set -euo pipefail
cd "$(dirname "$0")/../.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# run NAME VERSION FLAGS… tests the adapter in the current folder and prints one line of the table.
run() {
	local name=$1 version=$2 started=$SECONDS result=ok
	shift 2
	if ! GOWORK=off go test -race -count=1 "$@" ./... >"$scratch/log" 2>&1; then
		result=FAILED failed=1
		cat "$scratch/log"
	fi
	printf '| %-9s | %-36s | %-6s | %4d s |\n' "$name" "$version" "$result" $((SECONDS - started))
}

adapters=$(awk '!/^#/ && NF == 4 && $4 != "-" { print $1 }' versions.txt)
printf '| %-9s | %-36s | %-6s | %-6s |\n' adapter framework tests time
printf '|---|---|---|---|\n'
for name in ${@:-auth $adapters}; do
	cd "$name"
	framework=$(awk -v m="$name" '$1 == m { print $4 }' ../versions.txt)
	if [ "$framework" = - ]; then
		run "$name" net/http -run 'Contract|Middleware'
	else
		lowest=$(GOWORK=off go list -m -f '{{.Version}}' "$framework")
		run "$name" "$framework $lowest"
		# The newest release: pre-releases are not asked for.
		newest=$(GOWORK=off go list -m -f '{{.Version}}' "$framework@latest")
		if [ "$newest" != "$lowest" ]; then
			sed "s#=> \.\./#=> $(cd .. && pwd)/#" go.mod >"$scratch/go.mod"
			cp go.sum "$scratch/go.sum"
			GOWORK=off go get -modfile="$scratch/go.mod" "$framework@$newest" 2>/dev/null
			GOWORK=off go mod tidy -modfile="$scratch/go.mod" 2>/dev/null
			run "$name" "$framework $newest" -modfile="$scratch/go.mod"
		fi
	fi
	cd ..
done
exit "$failed"
