#!/bin/sh
# Every test that needs the laboratory, the slow ones too. Writes the result, with date and versions, to docs/lab-results.md.
set -eu
cd "$(dirname "$0")/.."
# As test.sh, and for a machine as Windows 11 wants it OVMF and the last two.
HANDOVER_NEEDS='mmdebstrap:mmdebstrap mke2fs:e2fsprogs sfdisk:fdisk xz:xz-utils zstd:zstd /usr/share/OVMF/OVMF_CODE_4M.fd:ovmf swtpm:swtpm qemu-img:qemu-utils' sh scripts/setup.sh
export HANDOVER_LAB=all
# With arguments for the test runner it is not every test.
[ $# -gt 0 ] || set -- --reporter=./test/lab-results-reporter.ts
exec node_modules/.bin/vitest run --project lab --project boot --reporter=default --reporter=./test/closing-line-reporter.ts "$@"
