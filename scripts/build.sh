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
# The program in few files, with the packages that every command loads in them: it starts in less than half the time. Beside the
# others' folders, so that what they find from their own place is found from there too.
node_modules/.bin/rolldown dist/cli/main.js dist/cli/watcher.js dist/changes/writer-process.js dist/lab/agent.js --dir dist/bin \
  --platform node --format esm --external @clack/prompts --external diff \
  --entry-file-names '[name].js' --chunk-file-names '[name]-[hash].js' >/dev/null
for package in commander yaml zod; do
  printf '%s\n\n' "$package" && cat "node_modules/$package/LICENSE" && echo
done >dist/bin/LICENSES
: >"$stamp"
# Built under sudo, it still belongs to whoever owns the checkout.
[ "$(id -u)" != 0 ] || chown -R --reference=. dist
