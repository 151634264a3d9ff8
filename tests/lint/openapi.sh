#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# openapi.sh   Redocly's linter over docs/openapi.yaml, where it is installed (npm install --global @redocly/cli). What the document says
# is compared with the program by tests/integration/web.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v redocly >/dev/null || { echo "skipped: @redocly/cli is not here"; exit 77; }
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
# Tiles of a log at the host's root and of another one look alike to it; which is which, "tile" says.
redocly lint docs/openapi.yaml --skip-rule no-ambiguous-paths --max-problems 20
