#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# handed_doc.sh BUILD [PROGRAM]   what docs/VERIFY.md says of a hand-over works as it stands there, with stock tools and
#                       with asservat-verify, and both notice a byte that was changed anywhere; PROGRAM, which is the
#                       verifier without shared libraries, says of a good one and of a bad one the same
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
static=${2-}
program=asservat-verify
for tool in age unzip openssl; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$build/bin:$PATH" LC_ALL=C.UTF-8

awk '/^```sh$/ && !helped { on = helped = 1; next } /^```bash$/ { on = 1; next } /^```$/ { on = 0 } on' "$top/docs/VERIFY.md" > "$work/steps"
[ "$(wc -l < "$work/steps")" -gt 15 ]
mkdir "$work/good"
asv-make-handover "$work/good"

steps() { (cd "$work/$1" && rm -rf paket && bash -euo pipefail "$work/steps") > "$work/$1/out" 2>&1; }
verify() { # NAME EXIT ARGS...
  local name=$1 want=$2 have=0
  shift 2
  (cd "$work/$name" && "$program" uebergabe.zip "$@") > "$work/$name/out" 2> "$work/$name/err" || have=$?
  [ "$have" -eq "$want" ] || { cat "$work/$name/out" "$work/$name/err"; echo "ended with $have, not $want: $*"; exit 1; }
}

all=(--trust "$(cat "$work/good/agency.id")") # HO-123
steps good || { cat "$work/good/out"; echo "the steps fail on a good hand-over"; exit 1; }
verify good 0 "${all[@]}" --identity identity
verify good 0 "${all[@]}" --lang de
grep -q "^Ergebnis: VALID$" "$work/good/out"
verify good 0 --trust root.cert --ledger ledger.trust
verify good 1 --ledger ledger.trust
verify good 2 "${all[@]}" --package root.cert
verify good 2 --output content
verify good 2 --trust "$work/none"
verify good 1
grep -q "^Result: INCOMPLETE$" "$work/good/out" # HO-090
verify good 0 "${all[@]}" --json
python3 -c 'import json, sys; said = json.load(sys.stdin); sys.exit(said["verdict"] != "VALID" or said["fault"] is not None)' < "$work/good/out"

flip() { # BYTE
  local byte
  cp "$work/good/uebergabe.zip" "$work/bad/"
  byte=$(od -An -tu1 -j "$1" -N 1 "$work/bad/uebergabe.zip" | tr -d ' ')
  printf "\\x$(printf '%02x' $((byte ^ 1)))" | dd of="$work/bad/uebergabe.zip" bs=1 seek="$1" conv=notrunc status=none
}

# HO-091: a byte in the middle of each file, which has its name, and others wherever they are.
mkdir "$work/bad"
cp "$work"/good/{agency.id,identity} "$work/bad/"
middles() {
  python3 -c 'import sys, zipfile
for file in zipfile.ZipFile(sys.argv[1]).infolist():
    print(file.header_offset + 30 + len(file.filename.encode()) + file.file_size // 2, file.filename)' "$1"
}
count=0
while read -r at file; do
  flip "$at"
  verify bad 1 "${all[@]}"
  grep -qF "  $file: " "$work/bad/out" || { cat "$work/bad/out"; echo "a change in $file is not found there"; exit 1; }
  if [ $((count++ % 8)) -eq 0 ] && steps bad; then
    echo "the steps do not notice a change in $file"
    exit 1
  fi
done < <(middles "$work/good/uebergabe.zip")
[ "$count" -gt 60 ]
size=$(stat -c %s "$work/good/uebergabe.zip")
for ((i = 0; i < 40; i++)); do
  flip $(((size - 1) * i / 39))
  verify bad 1 "${all[@]}"
  grep -q "^Result: INVALID$" "$work/bad/out"
done

# HO-161
if [ -n "$static" ]; then
  "$static" --version | diff - <(asservat-verify --version)
  for program in asservat-verify "$static"; do
    verify good 0 "${all[@]}" --identity identity --json
    mv "$work/good/out" "$work/good/${program##*/}"
    verify bad 1 "${all[@]}" --identity identity --json
    mv "$work/bad/out" "$work/bad/${program##*/}"
  done
  cmp "$work/good/asservat-verify" "$work/good/${static##*/}"
  cmp "$work/bad/asservat-verify" "$work/bad/${static##*/}"
  [ -z "$(readelf -d "$static" | grep NEEDED)" ]
fi
echo "all that docs/VERIFY.md says of a hand-over works"
