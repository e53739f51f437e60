#!/usr/bin/env bash
# Checks the units as systemd reads them; prints one line for each and fails on any complaint.
# ExecStart= names a file that only an installed package has, so that the units are checked as
# copies that start an existing program instead.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
copies=$(mktemp -d)
trap 'rm -rf "$copies"' EXIT
failed=0

check() {
  local manager=$1 unit complaints
  mkdir "$copies/$manager"
  for unit in "$here/$manager"/*; do
    sed 's|^ExecStart=/usr/bin/imlinkd|ExecStart=/bin/true|' "$unit" > "$copies/$manager/${unit##*/}"
  done
  for unit in "$copies/$manager"/*; do
    # An unknown key or value is a warning to systemd, which goes on; here it is a failure.
    if complaints=$(systemd-analyze "--$manager" --man=no verify "$unit" 2>&1) && [ -z "$complaints" ]; then
      echo "ok      $manager/${unit##*/}"
    else
      echo "failed  $manager/${unit##*/}"
      printf '%s\n' "$complaints"
      failed=1
    fi
  done
}

# The user manager wants a runtime directory even to read units.
export XDG_RUNTIME_DIR="$copies"
check user
check system
exit "$failed"
