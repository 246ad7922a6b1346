#!/usr/bin/env bash
# Exchanges signed webhooks with the npm packages svix and standardwebhooks, which it installs into a temporary folder.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp package.json package-lock.json peer.mjs "$work"
(cd "$work" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error)
go run . -peer "$work/peer.mjs"
