/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The messages on the keeper's socket (docs/KEEPER.md 6): a stream of frames, each a u32 length and that many
 * bytes of body. A request gets exactly one reply; replies come in the order of the requests. Requests are
 * numbered by their sender, never 0: a reply to request 0 says why the keeper closes the connection.
 */
#ifndef ASV_KEEPER_PROTOCOL_H
#define ASV_KEEPER_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/seal/age.h"

#define ASV_KEEPER_SOCKET       "/run/asservat-keeper/socket" /* in the unit's RuntimeDirectory */
#define ASV_KEEPER_VERSION      1
#define ASV_KEEPER_LENGTH_BYTES 4
#define ASV_KEEPER_REQUEST_MAX  147456 /* body; the largest, OPENS with two chunks, needs 135,660 */
#define ASV_KEEPER_REPLY_MAX    16384  /* body; the largest carries a bulletin of 12,288 */
#define ASV_KEEPER_DETAIL_BYTES 200    /* of a refusal's text */
#define ASV_KEEPER_DAYS_MAX     128    /* day keys that may lie ahead; what one bulletin carries */
#define ASV_KEEPER_OPENS_CHUNKS 2
#define ASV_KEEPER_SLOTS_MAX    8
#define ASV_KEEPER_SLOT_LABEL   65 /* bytes of a slot's label, NUL included */

enum asv_keeper_type {
    ASV_KEEPER_STATUS = 1,
    ASV_KEEPER_MAKE_DAYS = 2,
    ASV_KEEPER_BULLETIN = 3,
    ASV_KEEPER_OPENS = 4,
    ASV_KEEPER_ORDER = 5,
    ASV_KEEPER_TYPE_END,
};

/* Full chunk index of a payload. */
struct asv_keeper_chunk {
    uint64_t index;
    const uint8_t *data; /* ASV_CHUNK_CIPHER_BYTES; view */
};

/* A request; which fields count depends on type. All views. */
struct asv_keeper_request {
    uint8_t type; /* enum asv_keeper_type */
    uint32_t request;
    struct asv_bytes chain;   /* all but STATUS: the camera's encoded chain */
    uint32_t from_date;       /* MAKE_DAYS: local, yyyymmdd; 0: the keeper's today */
    uint16_t day_count;       /* MAKE_DAYS: 1..ASV_KEEPER_DAYS_MAX; 0: as the keeper is configured */
    bool reserve_used;        /* BULLETIN: the camera brought recordings under its reserve key */
    struct asv_bytes header;  /* OPENS, ORDER: the whole HEADER frame, as the seal begins with it */
    struct asv_bytes stanzas; /* OPENS: the stanzas file */
    uint8_t chunk_count;      /* OPENS: 0..2; the first full chunk, then, if there are more, the last */
    struct asv_keeper_chunk chunks[ASV_KEEPER_OPENS_CHUNKS]; /* OPENS: index 0 first, then a higher one */
};

/* Why destruction stands still (docs/KEEPER.md, K-062 to K-064). */
enum asv_keeper_stop {
    ASV_KEEPER_RUNNING = 0,
    ASV_KEEPER_STOP_CLOCK = 1, /* the clock made a step of more than two hours */
    ASV_KEEPER_STOP_MANY = 2,  /* more than three days were due at once */
};

enum asv_keeper_slot_kind {
    ASV_KEEPER_SLOT_FILE = 1,
    ASV_KEEPER_SLOT_TPM = 2,
};

struct asv_keeper_slot_status {
    char label[ASV_KEEPER_SLOT_LABEL];
    uint8_t kind;             /* enum asv_keeper_slot_kind; 0 when it is configured no more */
    bool effaceable;          /* what was overwritten there is gone for good */
    bool reachable;           /* at its last use */
    bool open_erasure;        /* may still hold a master that was to be destroyed */
    uint64_t confirmed_epoch; /* of the last master that it confirmed to hold alone */
};

struct asv_keeper_status {
    int64_t wall_ms; /* the keeper's clock */
    uint64_t generation;
    uint64_t epoch;
    uint8_t stop; /* enum asv_keeper_stop */
    int64_t stop_since_ms;
    uint32_t cameras;    /* that ever got a bulletin */
    uint32_t days;       /* day files */
    uint32_t reserves;   /* reserve keys, retired ones included */
    uint32_t first_date; /* of the day files; 0 without any */
    uint32_t last_date;
    int64_t next_due_ms; /* 0: nothing is due at a known instant */
    uint32_t overdue;    /* keys that are due and not destroyed */
    uint32_t damaged;    /* key files that are missing or wrong */
    bool memory_locked;  /* all of the process, not the keys alone */
    uint8_t slot_count;
    struct asv_keeper_slot_status slots[ASV_KEEPER_SLOTS_MAX];
};

/* A reply; which fields count depends on type, and on status being ASV_OK. */
struct asv_keeper_reply {
    uint8_t type; /* the request's */
    uint32_t request;
    enum asv_status status;
    char detail[ASV_KEEPER_DETAIL_BYTES + 1]; /* empty with ASV_OK */
    uint16_t made;                            /* MAKE_DAYS: keys that were not there before */
    uint32_t last_date;                       /* MAKE_DAYS: the last of the days that were asked for */
    struct asv_bytes bulletin;                /* BULLETIN: view */
    bool opens;                               /* OPENS */
    struct asv_bytes order;                   /* ORDER: the destruction statement; view */
    struct asv_keeper_status state;           /* STATUS */
};

/* Appends the whole frame, its length first. ASV_E_USAGE for a field beyond its limit, ASV_E_LIMIT when it
 * does not fit. */
ASV_MUST_CHECK enum asv_status asv_keeper_request_write(struct asv_writer *out,
                                                        const struct asv_keeper_request *request);
ASV_MUST_CHECK enum asv_status asv_keeper_reply_write(struct asv_writer *out,
                                                      const struct asv_keeper_reply *reply);

/* Reads exactly one body. ASV_E_MALFORMED, ASV_E_LIMIT, or ASV_E_UNSUPPORTED for another version or type;
 * type and request are then set if they were there, so that a refusal can be sent. Views into data. */
ASV_MUST_CHECK enum asv_status asv_keeper_request_read(struct asv_keeper_request *out, const void *data,
                                                       size_t len);
ASV_MUST_CHECK enum asv_status asv_keeper_reply_read(struct asv_keeper_reply *out, const void *data,
                                                     size_t len);

#endif
