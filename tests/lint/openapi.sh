#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# openapi.sh   Redocly's linter over docs/openapi.yaml. What the document says is compared with the program by tests/integration/web.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
redocly=tests/node_modules/.bin/redocly
[ -x $redocly ] || { echo "skipped: @redocly/cli is not here (deploy/dependencies browser)"; exit 77; }
node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
  { echo "skipped: @redocly/cli needs Node.js 20.19"; exit 77; }
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
# Tiles of a log at the host's root and of another one look alike to it; which is which, "tile" says. "/console/" is where it leads. "/" leads
# elsewhere and has no other answer. "MethodNotAllowed" is every path's.
rules=(no-ambiguous-paths no-path-trailing-slash operation-2xx-response no-unused-components)
out=$($redocly lint docs/openapi.yaml --format=stylish --max-problems 20 "${rules[@]/#/--skip-rule=}" 2>&1) || { echo "$out"; exit 1; }
[[ $out != *"  warning  "* ]] || { echo "$out"; exit 1; }
