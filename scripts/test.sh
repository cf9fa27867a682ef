#!/bin/sh
# Everything a change must pass: types, style, unit tests, and the laboratory's tests in one shared boot.
# Ends with the line `N passed, N failed`. Arguments go to the test runner.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
echo 'Checking types' >&2
node_modules/.bin/tsc
echo 'Checking style' >&2
node_modules/.bin/biome check --log-level=warn .
exec node_modules/.bin/vitest run "$@"
