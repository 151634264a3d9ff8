/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a function that can fail returns, and what it says about it.
 */
#ifndef ASV_BASE_STATUS_H
#define ASV_BASE_STATUS_H

#include <stddef.h>
#include <stdint.h>

/* The class of a status decides what a caller does; the high byte carries it. */
enum asv_class {
    ASV_CLASS_OK = 0x0,
    ASV_CLASS_RETRY = 0x1,     /* the same call may succeed later */
    ASV_CLASS_PERMANENT = 0x2, /* the same call fails again */
    ASV_CLASS_INTEGRITY =
        0x3, /* evidence or identity is not what was signed: never retried, always recorded */
    ASV_CLASS_INTERNAL = 0x4, /* our own mistake or an exhausted machine */
};

enum asv_status {
    ASV_OK = 0,

    ASV_E_AGAIN = 0x101,   /* not enough input yet, or would block */
    ASV_E_BUSY = 0x102,    /* someone else holds it */
    ASV_E_TIMEOUT = 0x103, /* a deadline passed */
    ASV_E_AWAY = 0x104,    /* the peer or service is not there or went away */

    ASV_E_MALFORMED = 0x201,   /* bytes that no correct writer produces */
    ASV_E_UNSUPPORTED = 0x202, /* unknown version, suite or critical extension */
    ASV_E_LIMIT = 0x203,       /* larger than a documented limit, or than the buffer given */
    ASV_E_DENIED = 0x204,      /* not permitted for this peer, role or state */
    ASV_E_NOT_FOUND = 0x205,
    ASV_E_EXISTS = 0x206,
    ASV_E_EXPIRED = 0x207, /* outside its validity, or replaced by a higher number */
    ASV_E_STATE = 0x208,   /* right in itself, but not now */
    ASV_E_IO = 0x209,      /* the medium failed */
    ASV_E_NO_SPACE = 0x20a,
    ASV_E_USAGE = 0x20b, /* wrong argument, option or configuration */

    ASV_E_SIGNATURE = 0x301, /* a signature does not verify */
    ASV_E_DIGEST = 0x302,    /* a digest, MAC or commitment differs */
    ASV_E_MISMATCH = 0x303,  /* two signed facts contradict each other */
    ASV_E_REVOKED = 0x304,   /* the key was revoked */
    ASV_E_UNTRUSTED = 0x305, /* no chain to the agency root */

    ASV_E_INTERNAL = 0x401,
    ASV_E_NO_MEMORY = 0x402,
};

#define ASV_MUST_CHECK __attribute__((warn_unused_result))

static inline enum asv_class asv_status_class(enum asv_status status)
{
    return (enum asv_class)((unsigned)status >> 8);
}

/* The status's own name, such as "MALFORMED"; static storage; "?" for a value that is none. */
const char *asv_status_name(enum asv_status status);

#define ASV_ERR_TEXT_BYTES 256

/* Detail for a person: which object, field or place, what was wrong, what to do. Owned by the caller, who
 * zeroes it or passes NULL when it does not want the detail. Only the layer that fails first fills it. */
struct asv_err {
    enum asv_status status;
    char text[ASV_ERR_TEXT_BYTES]; /* NUL-terminated, cut if longer */
};

/* Stores status and text (cut to fit) in err, which may be NULL, and returns status, so that
 * "return asv_fail(err, ASV_E_MALFORMED, "...")" reads as one step. Uses neither heap nor stdio. */
ASV_MUST_CHECK enum asv_status asv_fail(struct asv_err *err, enum asv_status status, const char *text);

/* As asv_fail, with "<text>: <number>" for an offset, index or value. */
ASV_MUST_CHECK enum asv_status asv_fail_at(struct asv_err *err, enum asv_status status, const char *text,
                                           uint64_t number);

#endif
