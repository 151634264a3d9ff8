#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# verify_doc.sh BUILD   the commands of docs/VERIFY.md work as they stand there, and fail for a recording that was changed
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
command -v age >/dev/null || { echo "skipped: age is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$build/bin:$PATH"

awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "$top/docs/VERIFY.md" > "$work/steps"
[ "$(wc -l < "$work/steps")" -gt 50 ]

prepare() { # NAME: a fresh copy of the golden clip in $work/NAME
  mkdir -p "$work/$1/clip"
  cp "$top"/tests/vectors/golden/clip/{payload,seal,stanzas,link,chain} "$work/$1/clip/"
  cp "$top/tests/vectors/golden/clip/root" "$work/$1/root.cert"
  cp "$top/tests/vectors/golden/clip/identity" "$work/$1/identity"
  sed '/^#/d' "$top/tests/vectors/golden/trust-day_end.hex" | tr -d '\n' | tr a-f A-F | basenc --base16 -d >"$work/$1/day.statement"
}
run() { (cd "$work/$1" && bash -euo pipefail "$work/steps") > "$work/$1/out" 2>&1; }
change() { # NAME FILE OFFSET
  local byte
  byte=$(od -An -tu1 -j "$3" -N 1 "$work/$1/$2" | tr -d ' ')
  printf "\\x$(printf '%02x' $((byte ^ 1)))" | dd of="$work/$1/$2" bs=1 seek="$3" conv=notrunc status=none
}

prepare good
run good || { cat "$work/good/out"; echo "the steps fail on a good recording"; exit 1; }
[ "$(grep -c 'Signature Verified Successfully' "$work/good/out")" -eq 9 ]
grep -qx "keys of 20251221: 1 copies kept, 1 of 2 slots have confirmed" "$work/good/out"
grep -q "Result: VALID, TRUSTED" "$work/good/out"

for place in "clip/payload 70000" "clip/payload 131127" "clip/seal 200" "clip/seal 1500" "clip/chain 90" "root.cert 100" "day.statement 75" "day.statement 102" "day.statement 200"; do
  prepare bad
  # shellcheck disable=SC2086
  change bad $place
  if run bad; then
    echo "the steps do not notice a change in $place"
    exit 1
  fi
  rm -rf "$work/bad"
done
echo "all steps of docs/VERIFY.md work"
