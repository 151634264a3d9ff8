#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# statement_doc.sh   the commands of docs/STATEMENTS.md work as they stand there, and fail for statements that were changed
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "$top/docs/STATEMENTS.md" > "$work/steps"
[ "$(wc -l < "$work/steps")" -ge 40 ] || { echo "the steps are not there"; exit 1; }

prepare() { # NAME: the golden statements and credentials in $work/NAME
  mkdir -p "$work/$1"
  python3 - "$top/tests/vectors/golden" "$work/$1" <<'BYTES'
import sys
from pathlib import Path
names = {"proposal": "proposal", "approval": "approval", "opening": "opening", "day": "day",
         "credential-keyfile": "wearer", "credential-webauthn": "supervisor"}
for golden, name in names.items():
    lines = Path(sys.argv[1], f"statement-{golden}.hex").read_text().splitlines()
    Path(sys.argv[2], name).write_bytes(bytes.fromhex("".join(line for line in lines if not line.startswith("#"))))
BYTES
}
run() { (cd "$work/$1" && bash -euo pipefail "$work/steps") > "$work/$1/out" 2>&1; }
change() { # NAME FILE OFFSET
  local byte
  byte=$(od -An -tu1 -j "$3" -N 1 "$work/$1/$2" | tr -d ' ')
  printf "\\x$(printf '%02x' $((byte ^ 1)))" | dd of="$work/$1/$2" bs=1 seek="$3" conv=notrunc status=none
}

prepare good
run good || { cat "$work/good/out"; echo "the steps fail on good statements"; exit 1; }
grep -q 'Signature Verified Successfully' "$work/good/out"
grep -q '^Verified OK' "$work/good/out"
grep -q '^recorded on 2026-01-04$' "$work/good/out"

# Subject, nonce, reason and signature of the proposal; subject and signature of the approval, its client data; the keys; the name
# of who would see it.
for place in "proposal 50" "proposal 180" "proposal 240" "proposal 370" "approval 50" "approval 240" "approval 360" \
  "approval 450" "approval 550" "wearer 180" "supervisor 200" "opening 80"; do
  prepare bad
  # shellcheck disable=SC2086
  change bad $place
  if run bad; then
    echo "the steps do not notice a change in $place"
    exit 1
  fi
  rm -rf "$work/bad"
done
echo "all steps of docs/STATEMENTS.md work"
