#!/bin/sh
# Writes the pages in docs/ that are made from tables.
set -eu
cd "$(dirname "$0")/.."
sh scripts/build.sh
node -e "
  import('./dist/logs/manual.js').then(({ manual }) => require('node:fs').writeFileSync('docs/diagnose.md', manual()))
"
