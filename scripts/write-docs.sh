#!/bin/sh
# Writes the pages in docs/ that are made from tables.
set -eu
cd "$(dirname "$0")/.."
sh scripts/build.sh
mkdir -p docs/rules
node --input-type=module -e "
  import { writeFileSync } from 'node:fs'
  import { manual } from './dist/logs/manual.js'
  import { families, manualPage } from './dist/rules/index.js'
  writeFileSync('docs/diagnose.md', manual())
  for (const family of families) writeFileSync(\`docs/rules/\${family.id}.md\`, manualPage(family))
"
