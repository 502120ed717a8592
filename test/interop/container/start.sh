#!/usr/bin/env bash
# Runs a command in the file system of an image as an engine of containers would: as the first of its own
# processes, as any user, without privileges, and with nothing to write to but what is mounted.
#   start.sh <root> <uid> <gid> <working folder> [<folder>:<where in the image>[:ro]]… -- [<variable>=<value>]… <command>…
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
if [[ ${1:-} != --inside ]]; then
  exec unshare --mount --pid --fork --kill-child -- bash "${BASH_SOURCE[0]}" --inside "$@"
fi
root=$2 uid=$3 gid=$4 folder=$5
shift 5
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [[ $1 != -- ]]; do
  IFS=: read -r from to mode <<<"$1"
  mount --bind "$from" "$root$to"
  if [[ $mode == ro ]]; then mount -o remount,bind,ro "$root$to"; fi
  shift
done
shift
exec chroot "$root" setpriv --reuid "$uid" --regid "$gid" --clear-groups \
  --no-new-privs --bounding-set -all --inh-caps -all env -i -C "$folder" "$@"
