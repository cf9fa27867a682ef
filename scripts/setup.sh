#!/bin/sh
# Brings a fresh checkout to the point where it can run: npm packages, the few programs of the distribution that the
# laboratory needs, and the compiled program. What is there already is left alone, so a second run changes nothing.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || {
  say "handover needs Node.js 20.19 or newer; this is $(node --version 2>/dev/null || echo 'none'). See https://nodejs.org/"
  exit 1
}

# program or file : Debian package that has it. HANDOVER_NEEDS: more of them.
needs="${HANDOVER_NEEDS-}"'
qemu-system-x86_64:qemu-system-x86
busybox:busybox-static
lspci:pciutils
/usr/share/misc/pci.ids:pci.ids
modprobe:kmod
'
missing=''
for need in $needs; do
  thing=${need%%:*}
  PATH="$PATH:/usr/sbin:/sbin" command -v "$thing" >/dev/null 2>&1 || [ -e "$thing" ] || missing="$missing ${need##*:}"
done

if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    say "Missing:$missing (Debian's package names). Install them with this system's package manager and run this again."
    exit 1
  fi
  root=''
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
      say "Missing packages. As root: apt-get install --no-install-recommends$missing"
      exit 1
    }
    root=sudo
  fi
  say "Installing with apt:$missing"
  log=$(mktemp)
  {
    # Package lists may be absent (fresh image) or point at versions that are gone.
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -q --no-install-recommends $missing >"$log" 2>&1 ||
      { $root apt-get update -q >>"$log" 2>&1 &&
        DEBIAN_FRONTEND=noninteractive $root apt-get install -y -q --no-install-recommends $missing >>"$log" 2>&1; }
  } || {
    tail -n 20 "$log" >&2
    say "apt could not install:$missing (whole log: $log)"
    exit 1
  }
  rm -f "$log"
fi

if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say 'Installing npm packages'
  npm ci --no-audit --no-fund --loglevel=error >&2
fi

scripts/build.sh
