#!/bin/sh
# Everything a change must pass: types, style, unit tests, the laboratory's tests in one shared boot, and a plan on a real Debian.
# Ends with the line `N passed, N failed`. Arguments go to the test runner.
set -eu
cd "$(dirname "$0")/.."
# A disk with a Debian on it is made with the first three; the others unpack a kernel for a machine in the laboratory.
HANDOVER_NEEDS='mmdebstrap:mmdebstrap mke2fs:e2fsprogs sfdisk:fdisk xz:xz-utils zstd:zstd' sh scripts/setup.sh
echo 'Checking types' >&2
node_modules/.bin/tsc
echo 'Checking style' >&2
node_modules/.bin/biome check --log-level=warn .
exec node_modules/.bin/vitest run "$@"
