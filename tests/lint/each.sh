#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# each.sh format|tidy|cppcheck|bits32|reuse BUILD [PART PARTS]   one linter over the sources git knows; tidy over every
#                                                                PARTS-th of those that are built, from PART on
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
    # A fifth of the nodes that the analyzer may make of a function: the longest took three quarters of all its time.
    budget=(--extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang --extra-arg=max-nodes=45000)
    python3 - "$build" "$3" "$4" <<'LIST' | xargs -n 4 clang-tidy --quiet -p "$build" "${budget[@]}" 2> >(grep -v 'warnings generated' >&2)
import json, sys
build, part, parts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
files = sorted({entry["file"] for entry in json.load(open(build + "/compile_commands.json"))})
print("\n".join([file for file in files if not file.startswith(build)][part::parts]))
LIST
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
