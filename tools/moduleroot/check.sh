#!/usr/bin/env bash
# Renames a copy of the working tree, type-checks all of it under the new name, and lets it document itself and run the tests
# whose outcome may depend on the name: those of the tools that read it, and some of each layer.
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

cd tools
workspace=$(sed -n 's|^[[:space:]]*\./\(.*\)|./\1/...|p' ../go.work)
# shellcheck disable=SC2086 # a list of patterns
go run ./ports .. linux/amd64 $workspace
go run ./ports . linux/amd64 ./...
GOWORK=off go run ./ports migrate linux/amd64 ./...
go test -vet=off ./internal/... ./depscheck ./docs ./moduleroot
(cd migrate && GOWORK=off go test -vet=off ./...)
cd .. && go test -vet=off ./core ./chi ./examples/quickstart/...
