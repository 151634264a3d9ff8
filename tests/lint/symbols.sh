#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# symbols.sh ARCHIVE…   the portable libraries call nothing of the operating system, no heap and no stdio: whatever
# they leave undefined is their own, a primitive of suite 1, or a freestanding memory function.
set -euo pipefail
allowed='^(asv_.*|mem(cpy|move|set|cmp|chr)|str(len|cmp|ncmp|chr)|__mem(cpy|move|set)_chk|__stack_chk_fail|__assert_fail'
allowed+='|SHA256_(Init|Update|Final)|crypto_(auth|sign|scalarmult|aead|core|verify)_?.*|sodium_(init|memzero|memcmp)|_GLOBAL_OFFSET_TABLE_)$'
bad=$(nm -A --undefined-only "$@" | awk '$(NF - 1) == "U" { print $NF, $1 }' | grep -vE "${allowed%\$} " || true)
if [ -n "$bad" ]; then
  echo "$bad" | awk '{ print $2 " calls " $1 ": not available without an operating system" }'
  exit 1
fi
echo "$# archives call nothing outside themselves"
