#!/bin/sh
# Writes test/recordings/lab.json: what handover reads of the laboratory's own computer. To be run again when a rule reads more.
set -eu
cd "$(dirname "$0")/../.."
script=$(mktemp)
trap 'rm -f "$script"' EXIT
echo "exec $PWD/bin/handover record -o -" >"$script"
./bin/handover lab run "$script" >test/recordings/lab.json
node_modules/.bin/biome format --write --log-level=warn test/recordings/lab.json
