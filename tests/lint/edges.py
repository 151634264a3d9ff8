#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Which module may include which, and the one home of every foreign header.

Prints each violation as file:line and exits 1. `edges.py --self-test` proves that it can fail.
"""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]

# A module is the longest of these that starts a file's path. The value: modules it may include besides itself.
PROTO = ["firmware-proto/base", "firmware-proto/crypto", "firmware-proto/trust", "firmware-proto/seal"]
MODULES = {
    "firmware-proto/base": [],
    "firmware-proto/crypto": ["firmware-proto/base"],
    "firmware-proto/trust": ["firmware-proto/base", "firmware-proto/crypto"],
    "firmware-proto/seal": ["firmware-proto/base", "firmware-proto/crypto", "firmware-proto/trust"],
    "firmware-proto/wire": PROTO,
    "firmware-proto/camera": PROTO + ["firmware-proto/wire"],
    "server/base": ["firmware-proto/base", "firmware-proto/crypto"],
    "server/policy": ["firmware-proto/base", "firmware-proto/crypto", "firmware-proto/trust", "server/base"],
    "server/vault": PROTO + ["server/base"],
    "server/db": PROTO + ["server/base", "server/vault"],
    "server/keeper": PROTO + ["server/base"],
    "server/verify": PROTO + ["server/base", "server/vault"],
    "server/cli": PROTO + ["server/base", "server/db", "server/vault", "server/keeper", "server/policy"],
    "dock": PROTO + ["firmware-proto/wire", "server/base", "server/db", "server/vault", "server/policy"],
    "tests": ["*"],
}
# Single headers that may be included although their module may not.
HEADERS = {
    "dock": ["server/keeper/client.h"],
    "server/cli": ["firmware-proto/camera/enrolment.h"],
    "server/db": ["firmware-proto/wire/devlog.h"],
}

# Where a foreign header may be included. Everything in the C and POSIX libraries is free.
HOMES = {
    r"libusb.*": ["dock/usb.c", "dock/usb_internal.h"],
    r"libpq-fe\.h|libpq/.*|postgres.*": ["server/db"],
    r"microhttpd\.h": ["server/http"],
    r"sodium(/.*)?\.h": ["firmware-proto/crypto"],
    r"openssl/.*": ["firmware-proto/crypto"],
    r"libav.*": ["server/media"],
    r"jansson\.h": ["server/cli", "server/policy/text.h", "dock/control.c", "dock/status.c"],
    r"systemd/.*": ["server/base", "dock"],
    r"seccomp\.h": ["server/base"],
    r"linux/landlock\.h": ["server/base"],
    r"tss2/.*": ["server/keeper/slot_tpm.c"],
    r"curl/.*": ["server/base"],
    r"linux/usb/.*": ["firmware-proto/camera"],
    r"linux/.*|asm/.*": ["server/base", "firmware-proto/camera"],
    r"usbredir.*": [],
    r"umockdev.*": [],
    r"cmocka\.h": [],
}
# The bare portable core: nothing from the operating system.
FREESTANDING = PROTO + ["firmware-proto/wire"]
CORE_HEADERS = {"stdbool.h", "stddef.h", "stdint.h", "string.h", "limits.h", "stdalign.h", "assert.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def module_of(path):
    best = ""
    for module in MODULES:
        if (path == module or path.startswith(module + "/")) and len(module) > len(best):
            best = module
    return best


def foreign_problem(path, module, header):
    if path.startswith("tests/"):
        return None  # tests may use what they test with
    for pattern, homes in HOMES.items():
        if re.fullmatch(pattern, header):
            if not any(path == home or path.startswith(home + "/") for home in homes):
                return f"<{header}> belongs to {', '.join(homes) or 'tests only'}"
            return None
    if module in FREESTANDING and header not in CORE_HEADERS:
        return f"<{header}>: this part is portable to firmware without an operating system"
    return None


def own_problem(path, module, header):
    if header.startswith("generated/"):
        return None  # made from files of its own module while building
    if not (TOP / header).is_file():
        return f'"{header}" is not a path from the repository\'s top'
    target = module_of(header)
    allowed = MODULES[module]
    if target == module or "*" in allowed or target in allowed or header in HEADERS.get(module, []):
        return None
    return f'{module} may not include "{header}"'


def check(path, text):
    module = module_of(path)
    if not module:
        yield f"{path}:1: belongs to no module that tests/lint/edges.py knows"
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, header = match.groups()
        problem = (foreign_problem if kind == "<" else own_problem)(path, module, header)
        if problem:
            yield f"{path}:{number}: {problem}"


def self_test():
    bad = [
        ("dock/loop.c", "#include <libusb-1.0/libusb.h>"),
        ("dock/slot.c", '#include "server/keeper/store.h"'),
        ("firmware-proto/base/bytes.c", "#include <stdio.h>"),
        ("firmware-proto/seal/writer.c", '#include "firmware-proto/wire/frame.h"'),
        ("server/keeper/store.c", "#include <libpq-fe.h>"),
        ("server/vault/clip.c", '#include "clip.h"'),
        ("server/db/clip.c", "#include <jansson.h>"),
        ("elsewhere/a.c", ""),
    ]
    for path, text in bad:
        if not list(check(path, text)):
            sys.exit(f"edges.py --self-test: {path}: {text!r} was let through")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.c", "*.h"], cwd=TOP, check=True,
                           capture_output=True, text=True).stdout.split()
    problems = [p for path in files if (TOP / path).is_file()
                for p in check(path, (TOP / path).read_text(errors="replace"))]
    print("\n".join(problems))
    print(f"{len(files)} files, {len(problems)} violations")
    sys.exit(1 if problems else 0)


main()
