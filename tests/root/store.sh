#!/usr/bin/env bash
# Failures of a disk that only root can make, against the store's own tests: sudo tests/root/store.sh
#
# Needs root, loop devices and ext4; the quota also `setquota` and a kernel with quotas (QFMT_V2).
# Everything is mounted in a mount namespace of its own, on images in a temporary directory, and gone
# at the end. What cannot be done here is an EXCEPTION line; the last line says how it ended.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ "$(id -u)" -ne 0 ]; then
  echo "tests/root/store.sh mounts file systems: run it as root"
  exit 1
fi
if [ -z "${IMLINK_OWN_MOUNTS:-}" ]; then
  IMLINK_OWN_MOUNTS=1 exec unshare --mount --propagation private "$0" "$@"
fi

work=$(mktemp -d)
disk=$work/disk
trap 'umount -q "$disk" "$work/copy" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$disk" "$work/copy"
export IMLINK_STORE_TEST_DIRECTORY=$disk
exceptions=0

# The test program of that name, built if need be.
program() {
  cargo test --locked -q -p imlink-store --test "$1" --no-run --message-format=json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1
}

# An ignored test of a program, alone.
run() {
  "$1" --exact "$2" --ignored --nocapture >"$work/said" 2>&1 && grep -q '1 passed' "$work/said" ||
    { cat "$work/said"; return 1; }
}

# An ext4 of so many MiB, made with those options.
fresh_disk() {
  umount -q "$disk" 2>/dev/null || true
  rm -f "$work/image"
  truncate -s "$1M" "$work/image"
  mkfs.ext4 -q "${@:2}" "$work/image"
  mount -o loop "$work/image" "$disk" || return 1
  rm -rf "$disk/lost+found"
  chmod 700 "$disk"
}

acknowledged() {
  sed -n 's/.*STORED \([0-9]*\).*/\1/p' "$work/writer" | tail -n 1
}

# A writer that goes on until it is killed or its disk fails.
start_writer() {
  : >"$work/writer"
  "$durability" --exact writer --ignored --nocapture >"$work/writer" 2>&1 &
  writer=$!
  until [ -n "$(acknowledged)" ]; do sleep 0.01; done
}

# F-D01, F-D02
a_full_ext4_changes_nothing_and_heals() {
  fresh_disk 24
  run "$full_disk" full_copy
  fresh_disk 24
  run "$full_disk" full_index
}

# F-D06
an_ext4_without_inodes_is_as_full_as_one_without_room() {
  fresh_disk 64 -N 64
  run "$full_disk" no_inodes
}

# F-D06
a_quota_is_met_once_and_no_process_ends_of_it_again() {
  fresh_disk 64 -O quota -E quotatype=usrquota
  setquota -u 65534 16384 16384 0 0 "$disk"
  chown 65534:65534 "$disk"
  install -m 755 "$full_disk" "$work/full_disk"
  chmod 711 "$work"
  local ended=""
  for _ in 1 2 3; do
    setpriv --reuid 65534 --regid 65534 --clear-groups \
      "$work/full_disk" --exact quota --ignored --nocapture >"$work/said" 2>&1 || { cat "$work/said"; return 1; }
    ended+=$(sed -n 's/.*FATAL //p' "$work/said")
  done
  [ "$ended" = truefalsefalse ] || { echo "processes ended: $ended"; return 1; }
}

# F-D03, F-D05
a_file_system_that_fails_under_load_keeps_what_was_acknowledged() {
  fresh_disk 64 -e remount-ro
  start_writer
  local device
  device=$(basename "$(findmnt -no SOURCE "$disk")")
  # The kernel meets an error of its own and makes the file system read-only at once.
  echo 1 >"/sys/fs/ext4/$device/trigger_fs_error"
  wait "$writer" 2>/dev/null && { echo "the writer did not notice"; return 1; }
  umount "$disk"
  e2fsck -fy "$work/image" >/dev/null 2>&1 || [ $? -le 1 ]
  mount -o loop "$work/image" "$disk"
  IMLINK_STORE_TEST_ACKNOWLEDGED=$(acknowledged) run "$durability" whole
}

# F-D11: what the disk below the file system has, without anything that waits in memory
a_power_cut_leaves_what_was_acknowledged() {
  local cuts=${CUTS:-20} cut said image=$work/cut
  for cut in $(seq "$cuts"); do
    fresh_disk 64
    start_writer
    sleep "0.$((RANDOM % 1000 + 1000))"
    kill -STOP "$writer"
    said=$(acknowledged)
    # Nothing is synced before: the image has what the file system was told to write.
    dd if="$work/image" of="$image" bs=1M iflag=direct status=none
    kill -KILL "$writer"
    wait "$writer" 2>/dev/null || true
    mount -o loop "$image" "$work/copy"
    IMLINK_STORE_TEST_DIRECTORY=$work/copy IMLINK_STORE_TEST_ACKNOWLEDGED=$said run "$durability" whole ||
      { echo "cut $cut of $cuts: $said were acknowledged"; return 1; }
    umount "$work/copy"
  done
  echo "$cuts power cuts, the last after $said messages"
}

has_quotas() {
  command -v setquota >/dev/null && fresh_disk 16 -O quota -E quotatype=usrquota 2>/dev/null
}

full_disk=$(program full_disk)
durability=$(program durability)

a_full_ext4_changes_nothing_and_heals
echo "full disk (F-D01, F-D02): ok"
an_ext4_without_inodes_is_as_full_as_one_without_room
echo "no inodes (F-D06): ok"
if has_quotas; then
  a_quota_is_met_once_and_no_process_ends_of_it_again
  echo "quota (F-D06): ok"
else
  echo "EXCEPTION quota (F-D06): needs setquota, and a kernel with QFMT_V2"
  exceptions=$((exceptions + 1))
fi
a_file_system_that_fails_under_load_keeps_what_was_acknowledged
echo "failing file system (F-D03, F-D05): ok"
a_power_cut_leaves_what_was_acknowledged
echo "power cut (F-D11): ok"
echo "PASSED, $exceptions exceptions"
