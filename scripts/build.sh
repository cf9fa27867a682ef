#!/bin/sh
# Compiles src/ into dist/ when any source is newer than the last build.
set -eu
cd "$(dirname "$0")/.."
stamp=dist/.built
if [ -e "$stamp" ] && [ -z "$(find src package.json tsconfig.json tsconfig.build.json -newer "$stamp" -print -quit)" ]; then
  exit 0
fi
printf 'Building\n' >&2
rm -rf dist
node_modules/.bin/tsc -p tsconfig.build.json
: >"$stamp"
# Built under sudo, it still belongs to whoever owns the checkout.
[ "$(id -u)" != 0 ] || chown -R --reference=. dist
