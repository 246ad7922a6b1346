#!/usr/bin/env bash
# oracle.sh ORACLE SEED N: lets the JS SDK decide N generated situations and compares this SDK with it.
# ORACLE is the folder of the generator. Everything happens in a temporary folder; npm packages are kept in ORACLE_HOME.
set -euo pipefail
oracle=${1:?usage: oracle.sh ORACLE SEED N} seed=${2:-1} n=${3:-5000}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export ORACLE_HOME=${ORACLE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/clerk-oracle}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$oracle/." "$work/oracle"
chmod -R u+w "$work/oracle"

"$work/oracle/setup.sh" >"$work/setup.log" 2>&1 || { cat "$work/setup.log" >&2; exit 2; }
"$work/oracle/corpus.sh" "$seed" "$n" "$work/corpus" >"$work/corpus.log" 2>&1 || { cat "$work/corpus.log" >&2; exit 2; }
go run ./conformance -scenarios "$work/corpus/scenarios.jsonl" -decisions "$work/corpus/decisions.jsonl"
