#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# each.sh format|tidy|cppcheck|bits32|reuse BUILD   one linter over the sources git knows
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$2
mapfile -t sources < <(git ls-files -co --exclude-standard '*.c')
mapfile -t all < <(git ls-files -co --exclude-standard '*.c' '*.h')
case $1 in
  format)
    clang-format --dry-run -Werror "${all[@]}"
    ;;
  tidy)
    mapfile -t built < <(python3 -c 'import json, sys; print("\n".join(sorted({e["file"] for e in json.load(open(sys.argv[1]))})))' "$build/compile_commands.json" | grep -v "^$build")
    printf '%s\0' "${built[@]}" | xargs -0 -n 4 -P "$(nproc)" clang-tidy --quiet -p "$build" 2> >(grep -v 'warnings generated' >&2)
    ;;
  cppcheck)
    cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning --inline-suppr -j "$(nproc)" \
      --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=invalidFunctionArg --library=posix -I . -I "$build" "${sources[@]}"
    ;;
  bits32)
    # The portable part on a 32-bit machine. Only the compiler is needed: nothing is linked.
    mapfile -t portable < <(git ls-files -co --exclude-standard 'firmware-proto/*.c' | grep -v '^firmware-proto/camera/')
    printf '%s\0' "${portable[@]}" | xargs -0 -n 1 -P "$(nproc)" gcc -m32 -std=c17 -O2 -Wall -Wextra -Wconversion -Werror \
      -I . -idirafter "/usr/include/$(gcc -print-multiarch)" -c -o /dev/null
    echo "${#portable[@]} files build for 32 bits"
    ;;
  reuse)
    reuse lint
    ;;
  *)
    echo "each.sh: no linter $1" >&2
    exit 2
    ;;
esac
