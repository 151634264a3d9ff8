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
    "server/statement": ["firmware-proto/base", "firmware-proto/crypto", "firmware-proto/trust", "server/base"],
    "server/retention": ["firmware-proto/base", "server/base", "server/policy"],
    "server/vault": PROTO + ["server/base"],
    "server/alert": ["firmware-proto/base", "server/base"],
    "server/backup": PROTO + ["server/base", "server/vault"],
    "server/db": PROTO + ["server/base", "server/vault", "server/statement"],
    "server/keeper": PROTO + ["server/base", "server/statement", "server/ledger"],
    "server/ledger": PROTO + ["server/base"],
    "server/package": PROTO + ["server/base"],
    "server/http": ["firmware-proto/base", "firmware-proto/crypto", "server/base"],
    "server/witness": PROTO + ["server/base", "server/ledger"],
    "server/incident": PROTO + ["server/base", "server/db", "server/policy", "server/statement", "server/vault"],
    "server/flow": PROTO + ["server/base", "server/db", "server/incident", "server/keeper", "server/policy",
                            "server/statement", "server/vault"],
    "server/verify": PROTO + ["server/base", "server/vault", "server/ledger", "server/statement", "server/package", "server/report"],
    "server/media": PROTO + ["server/base", "server/incident", "server/vault"],
    "server/report": ["firmware-proto/base", "server/base", "server/package"],
    "server/handover": PROTO + ["server/base", "server/incident", "server/ledger", "server/media", "server/package", "server/report", "server/statement", "server/vault"],
    "server/web": PROTO + ["server/base", "server/db", "server/flow", "server/http", "server/incident", "server/ledger", "server/media", "server/policy",
                           "server/statement", "server/vault"],
    "server/cli": PROTO + ["server/base", "server/db", "server/vault", "server/backup", "server/alert",
                           "server/keeper", "server/policy", "server/incident", "server/flow", "server/retention", "server/statement",
                           "server/ledger", "server/http", "server/verify", "server/witness", "server/handover", "server/package", "server/report"],
    "dock": PROTO + ["firmware-proto/wire", "server/base", "server/db", "server/vault", "server/policy"],
    "tests": ["*"],
}
# Single headers that may be included although their module may not.
HEADERS = {
    "dock": ["server/keeper/client.h"],
    "server/cli": ["firmware-proto/camera/enrolment.h"],
    "server/db": ["firmware-proto/wire/devlog.h"],
    "server/flow": ["server/package/filing_rules.h", "server/report/letters.h"],
    "server/handover": ["firmware-proto/camera/mp4.h"],
    "server/verify": ["server/handover/cert_role.h", "server/handover/excerpt.h", "server/handover/extract.h", "server/handover/file_id.h", "server/handover/series.h"],
}

# Where a foreign header may be included. One that is neither here nor in the C library has no home yet.
HOMES = {
    r"libusb.*": ["dock/usb.c", "dock/usb_internal.h"],
    r"libpq-fe\.h|libpq/.*|postgres.*": ["server/db"],
    r"microhttpd\.h|gnutls/.*": ["server/http"],
    r"sodium(/.*)?\.h": ["firmware-proto/crypto"],
    r"openssl/.*": ["firmware-proto/crypto"],
    r"uni(norm|str|case)\.h": ["server/base/normal.c"],
    r"libav.*": ["server/media"],
    # What a person, a browser or a policy's file says; never what is signed or kept.
    r"jansson\.h": ["dock/control.c", "dock/status.c", "server/cli/status_view.h", "server/cli/text.h",
                    "server/handover/compose_internal.h", "server/policy/text.h", "server/report", "server/web/board.c", "server/web/fields.h"],
    r"tss2/.*": ["server/keeper/slot_tpm.c"],
    r"systemd/.*": ["server/base/notify.c"],
    r"seccomp\.h|linux/landlock\.h": ["server/base/sandbox.c"],
    r"curl/.*": ["server/base/mail.c", "server/base/post.c"],
    r"linux/usb/.*": ["firmware-proto/camera/gadget.c"],
    r"qrencode\.h": ["server/web/totp.c"],
    r"zlib\.h": ["server/web/console.c"],
    r"immintrin\.h": ["server/package/crc32.c"],
    r"malloc\.h": ["server/web/main.c"],
    r"cairo.*\.h|pango/.*|fontconfig/.*": ["server/report/sheet.c"],
    r"qpdf/.*": ["server/report/finish.c"],
    r"libxml/.*": ["server/report/message.c"],
    r"linux/openat2\.h": ["server/web/published.c"],
    r"usbredir.*|umockdev.*|cmocka\.h": [],
}
# C17, POSIX, and what the C library has of Linux. Not all of sys/ and linux/: some of it is other libraries' or the kernel's.
C_LIBRARY = set("""
    assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool
    stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype
    arpa/inet dirent dlfcn fcntl fnmatch glob grp langinfo libgen net/if netdb netinet/in netinet/tcp nl_types poll pthread pwd
    regex sched semaphore spawn strings sys/ipc sys/mman sys/resource sys/select sys/socket sys/stat sys/statvfs sys/time
    sys/times sys/types sys/uio sys/un sys/utsname sys/wait syslog termios unistd utime
    endian getopt sys/epoll sys/eventfd sys/file sys/fsuid sys/inotify sys/ioctl sys/prctl sys/random sys/signalfd sys/statfs sys/syscall
    sys/sysmacros sys/timerfd sys/timex sys/xattr
""".split())
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
    if header.removesuffix(".h") not in C_LIBRARY:
        return f"<{header}> has no home that tests/lint/edges.py knows"
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
        ("dock/commit.c", "#include <jansson.h>"),
        ("server/statement/client_data.c", "#include <jansson.h>"),
        ("server/vault/clip.c", '#include "clip.h"'),
        ("server/db/clip.c", "#include <jansson.h>"),
        ("server/vault/clip.c", "#include <zlib.h>"),
        ("dock/loop.c", "#include <gnutls/gnutls.h>"),
        ("dock/loop.c", "#include <linux/bpf.h>"),
        ("dock/loop.c", "#include <sys/capability.h>"),
        ("server/ledger/tree.c", '#include "server/db/db.h"'),
        ("server/db/db.c", '#include "server/http/listener.h"'),
        ("elsewhere/a.c", ""),
    ]
    good = [
        ("dock/usb.c", "#include <libusb.h>"),
        ("dock/status.c", "#include <jansson.h>\n#include <sys/epoll.h>"),
        ("firmware-proto/crypto/sodium.c", "#include <sodium.h>\n#include <string.h>"),
        ("server/vault/clip.c", '#include <stdio.h>\n#include "firmware-proto/base/status.h"'),
        ("tests/bits32/a.c", "#include <zlib.h>"),
    ]
    for path, text in bad + good:
        if bool(list(check(path, text))) != ((path, text) in bad):
            sys.exit(f"edges.py --self-test: {path}: {text!r} was {'let through' if (path, text) in bad else 'refused'}")


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
