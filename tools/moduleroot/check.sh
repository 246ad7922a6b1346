#!/usr/bin/env bash
# Renames a copy of the working tree and lets it build, test and document itself under the new name.
#
#	tools/moduleroot/check.sh [ROOT]
set -euo pipefail
cd "$(dirname "$0")/../.."

root=${1:-github.com/acme/clerk-go}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | while read -r -d '' file; do
	[ ! -e "$file" ] || cp --parents "$file" "$copy"
done
old=$(sed -n 's/^const Root = "\(.*\)"$/\1/p' tools/internal/workspace/workspace.go)
cd "$copy"
make --no-print-directory module-root ROOT="$root"

if grep -rIl "$old" .; then
	echo "the files above still say $old"
	exit 1
fi
make --no-print-directory docs-check deps-check
workspace=$(sed -n 's|^[[:space:]]*\./\(.*\)|./\1/...|p' go.work)
# shellcheck disable=SC2086 # a list of patterns
go vet $workspace
go test ./core ./chi ./examples/quickstart/...
(cd tools && go vet ./... && go test ./internal/... ./depscheck ./docs ./moduleroot)
cd tools/migrate && GOWORK=off go vet ./... && GOWORK=off go test ./...
