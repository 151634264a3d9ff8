#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# ledger_go.sh ASV-LEDGER-LOG   Go's packages for transparency logs find our logs right, and we theirs; each finds what was
# changed
set -euo pipefail
ours=$1
here=$(cd "$(dirname "$0")" && pwd)
gopath=/usr/share/gocode
if ! command -v go >/dev/null || [ ! -d "$gopath/src/golang.org/x/mod/sumdb" ]; then
  echo "skipped: no Go with golang.org/x/mod (golang-go, golang-golang-x-mod-dev)"
  exit 77
fi
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
die() { echo "FAILED: $*" >&2; exit 1; }

# Nothing but what is installed: no modules, no proxy, no cache of anyone's.
theirs=$work/ledger_go
env -u GOFLAGS GO111MODULE=off GOPROXY=off GOPATH="$gopath" GOCACHE="$work/cache" HOME="$work" \
  go build -o "$theirs" "$here/ledger_go/main.go"

sizes=(1 2 3 255 256 257 511 512 700 65535 65536 65537 66051)
mkdir "$work/ours"
"$ours" write "$work/ours" "${sizes[@]}" || die "we cannot write a log"
"$theirs" write "$work/theirs" "${sizes[@]}" || die "Go cannot write a log"

for log in ours theirs; do
  "$ours" check "$work/$log" || die "we do not find the log \"$log\" right"
  "$theirs" check "$work/$log" || die "Go does not find the log \"$log\" right"
done

# change FILE OFFSET: one bit of one byte of it
change() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
  printf "\\x$(printf '%02x' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
# A leaf hash, a tile's root, the right edge, an entry, the root and signatures, a proof of each kind, an earlier head.
for place in "tile/0/000 0" "tile/0/255 8191" "tile/1/000 4000" "tile/1/001.p/2 40" "tile/2/000.p/1 3" \
  "tile/entries/000 3" "tile/entries/258.p/3 4" "checkpoint 40" "checkpoint 130" "proof/13.tlog-proof 60" "consistency/700 3" \
  "heads 10"; do
  read -r file offset <<<"$place"
  for log in ours theirs; do
    change "$work/$log/$file" "$offset"
    for checker in "$ours" "$theirs"; do
      if "$checker" check "$work/$log" >"$work/out" 2>&1; then
        die "$(basename "$checker") does not notice a change of $log/$file at $offset"
      fi
    done
    change "$work/$log/$file" "$offset"
  done
done
"$ours" check "$work/theirs" >/dev/null || die "the changes were not undone"
