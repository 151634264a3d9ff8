#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# day_statement.sh STATEMENT ROOT   checks a day statement with the commands of docs/VERIFY.md, as they stand there
set -euo pipefail
statement=$(realpath "$1") root=$(realpath "$2")
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$statement" "$work/day.statement"
cp "$root" "$work/root.cert"
awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "$top/docs/VERIFY.md" >"$work/all"
sed -n -e '/^bytes() /,/^key_of root.cert | pem /p' -e '/^# The day statement/,$p' "$work/all" >"$work/steps"
cd "$work"
bash -euo pipefail steps
