#!/bin/sh
# Broken input for every decoder and for the reader of logs, for as long as is asked: npm run fuzz [-- SECONDS].
# It prints the seed; HANDOVER_FUZZ_SEED=SEED draws the same inputs again.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
export HANDOVER_FUZZ_SECONDS="${1:-120}"
exec node_modules/.bin/vitest run --project unit test/fuzz
