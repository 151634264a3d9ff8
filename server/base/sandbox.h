/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a daemon gives up once it has opened what it needs. The one home of Landlock and libseccomp.
 */
#ifndef ASV_SERVER_BASE_SANDBOX_H
#define ASV_SERVER_BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ASV_UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ASV_UNDER_SANITIZER 1
#endif
#endif
#ifndef ASV_UNDER_SANITIZER
#define ASV_UNDER_SANITIZER 0 /* a sanitizer traces its own process when it looks for leaks */
#endif

/* A file or directory (then everything below it) that stays reachable. */
struct asv_sandbox_path {
    const char *path;
    bool write; /* also: write, make, rename and remove */
};

#define ASV_SANDBOX_UNIX    0x1u /* sockets this process may still make */
#define ASV_SANDBOX_INET    0x2u
#define ASV_SANDBOX_NETLINK 0x4u

struct asv_sandbox {
    const struct asv_sandbox_path *paths; /* one that does not exist is passed over */
    size_t path_count;
    unsigned sockets; /* ASV_SANDBOX_* */
};

/* No core dumps, also none into a pipe, which a limit of 0 alone does not keep the kernel from; no tracing.
 */
ASV_MUST_CHECK enum asv_status asv_sandbox_forbid_dumps(struct asv_err *err);

/* For all threads that are started later: no new privileges, no core dumps, no tracing, no programs started,
 * no mounts or kernel modules, only these kinds of sockets, only these paths. Call it before threads are
 * made. *landlocked (may be NULL) says whether the kernel could restrict paths; without that the rest still
 * holds. Any other failure is an error: a daemon must not run on without its sandbox. Descriptors that are
 * already open are not affected. */
ASV_MUST_CHECK enum asv_status asv_sandbox_enter(const struct asv_sandbox *sandbox, bool *landlocked,
                                                 struct asv_err *err);

/* For a program that is given somebody else's bytes: what it may take, and write. (Under a sanitizer memory
 * is not limited: it has terabytes of shadow.) */
ASV_MUST_CHECK enum asv_status asv_sandbox_limit(uint64_t memory_bytes, unsigned cpu_seconds,
                                                 uint64_t file_bytes, struct asv_err *err);

/* For a program that reads foreign bytes in one thread and has its descriptors already: what it can do from
 * here on is read, write and wait on those, and compute in at most memory_bytes, for cpu_seconds. No file
 * is there (libraries look for tables of theirs, and go without); whatever else it tries ends it. (Under a
 * sanitizer, which does more than that, as asv_sandbox_enter without paths and sockets.) */
ASV_MUST_CHECK enum asv_status asv_sandbox_compute(size_t memory_bytes, unsigned cpu_seconds,
                                                   struct asv_err *err);

#endif
