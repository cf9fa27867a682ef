#!/bin/sh
# The same tests on Node.js 24, which npm brings as a package of its own.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
exec npx -y node@24 node_modules/vitest/vitest.mjs run "$@"
