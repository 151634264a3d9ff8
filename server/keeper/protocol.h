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
#include "firmware-proto/trust/common.h"
#include "server/statement/plan.h"

#define ASV_KEEPER_SOCKET       "/run/asservat-keeper/socket" /* in the unit's RuntimeDirectory */
#define ASV_KEEPER_VERSION      1
#define ASV_KEEPER_LENGTH_BYTES 4
#define ASV_KEEPER_REQUEST_MAX  147456 /* body; the largest, DECIDE with two chunks, needs 146,681 */
#define ASV_KEEPER_REPLY_MAX    24576  /* body; the largest carries a page of CLIPS, 20,992 */
#define ASV_KEEPER_DETAIL_BYTES 200    /* of a refusal's text */
#define ASV_KEEPER_DAYS_MAX     128    /* day keys that may lie ahead; what one bulletin carries */
#define ASV_KEEPER_OPENS_CHUNKS 2
#define ASV_KEEPER_RECORDS_MAX  3   /* credential records with one decision */
#define ASV_KEEPER_PAGE         256 /* rows of one CLIPS reply */
#define ASV_KEEPER_SLOTS_MAX    8
#define ASV_KEEPER_DIRECTORIES  2
#define ASV_KEEPER_SOFTWARE     65 /* bytes of a program's name and version, NUL included */
#define ASV_KEEPER_SLOT_LABEL   65 /* bytes of a slot's label, NUL included */
#define ASV_KEEPER_PERIODS_MAX  8
#define ASV_KEEPER_ORIGIN_MAX   128 /* bytes of a ledger's origin (STATEMENTS.md, ST-054) */
#define ASV_KEEPER_PROOF_MAX    63  /* hashes of a consistency proof */
#define ASV_KEEPER_STANZAS_MAX \
    (ASV_PLAN_RECIPIENTS_MAX * ASV_AGE_X25519_STANZA_BYTES + 128) /* and an age header's two lines */
#define ASV_KEEPER_NO_CLIP    0xffff                              /* of a plan */
#define ASV_KEEPER_MORE_MAX   11   /* clips that go sealed, beside one: a reply has room for their headers */
#define ASV_KEEPER_SIGNED_MAX 1024 /* bytes of what SIGN gives; the longest, a checkpoint, has 428 */

enum asv_keeper_type {
    ASV_KEEPER_STATUS = 1,
    ASV_KEEPER_MAKE_DAYS = 2,
    ASV_KEEPER_BULLETIN = 3,
    ASV_KEEPER_OPENS = 4,
    ASV_KEEPER_ORDER = 5,
    ASV_KEEPER_DECIDE = 6,
    ASV_KEEPER_KEEP = 7,
    ASV_KEEPER_FINISH = 8,
    ASV_KEEPER_CLIPS = 9,
    ASV_KEEPER_SIGN = 10,
    ASV_KEEPER_DAY_END = 11,
    ASV_KEEPER_CLIP = 12,  /* the row of one clip, whose header the caller knows; CLIPS gives all there are */
    ASV_KEEPER_SHOWN = 13, /* what it was shown by, and gave the key for (K-190) */
    ASV_KEEPER_HANDED = 14, /* what hand-overs that were taken let leave (K-234) */
    ASV_KEEPER_NOTED = 15,  /* that one of them was written down elsewhere (K-236) */
    ASV_KEEPER_TYPE_END,
};

/* Full chunk index of a payload. */
struct asv_keeper_chunk {
    uint64_t index;
    const uint8_t *data; /* ASV_CHUNK_CIPHER_BYTES; view */
};

/* Why KEEP gives a clip a key of its own in the keeper, and FINISH has another go. */
enum asv_keeper_why {
    ASV_KEEPER_WHY_DAY = 1,   /* the dock's receipt says another due instant than its key has */
    ASV_KEEPER_WHY_AHEAD = 2, /* it is in the range of a HOLD_AHEAD */
    ASV_KEEPER_WHY_EARLY = 3, /* another clip of its camera's day was erased early */
};

/* What SIGN asks for. */
enum asv_keeper_sign {
    ASV_KEEPER_SIGN_HEAD = 1,    /* a checkpoint of a ledger that has grown */
    ASV_KEEPER_SIGN_LAST = 2,    /* the last one that was signed, once more */
    ASV_KEEPER_SIGN_PACKAGE = 3, /* a digest, for a hand-over that two people decided */
    ASV_KEEPER_SIGN_BEFORE = 4,  /* the last checkpoint of the ledger that this one followed */
    ASV_KEEPER_SIGN_END,
};

/* What the keeper knows of a clip besides the key that it was sealed for. */
enum asv_keeper_state {
    ASV_KEEPER_PLAIN = 0,   /* nothing but blocks */
    ASV_KEEPER_RUNS = 1,    /* has its own key, until it is due */
    ASV_KEEPER_PENDING = 2, /* a hold was asked for: its own key, until that lapses */
    ASV_KEEPER_HELD = 3,    /* its own key, until it is released */
    ASV_KEEPER_GONE = 4,    /* erased by people: not opened any more, by whatever key */
    ASV_KEEPER_OVER = 5,    /* it ran out, and the key that it was sealed for may live on: not opened by it */
};

/* A row of a CLIPS reply. */
struct asv_keeper_kept {
    uint8_t header[ASV_SHA256_BYTES];   /* digest of the signed seal header */
    uint8_t state;                      /* enum asv_keeper_state */
    uint8_t blocks;                     /* bit n: ground n of STATEMENTS.md 3 */
    int64_t due_ms;                     /* when its key is destroyed; 0: by people alone */
    int64_t period_ms;                  /* end of its own period; 0: not known */
    uint8_t decision[ASV_SHA256_BYTES]; /* PENDING, HELD: digest of the proposal; otherwise zeros */
};

/* A request; which fields count depends on type. All views. */
struct asv_keeper_request {
    uint8_t type; /* enum asv_keeper_type */
    uint32_t request;
    struct asv_bytes chain;   /* the camera's encoded chain; not with STATUS, CLIPS, CLIP, SIGN, DAY_END;
                                 DECIDE: may be empty */
    uint32_t from_date;       /* MAKE_DAYS: local, yyyymmdd; 0: the keeper's today. FINISH EARLY, DAY_END:
                                 that day */
    uint16_t day_count;       /* MAKE_DAYS: 1..ASV_KEEPER_DAYS_MAX; 0: as the keeper is configured */
    bool reserve_used;        /* BULLETIN: the camera brought recordings under its reserve key */
    struct asv_bytes header;  /* OPENS, ORDER, KEEP, DECIDE: the whole HEADER frame, as the seal begins */
    struct asv_bytes stanzas; /* OPENS, KEEP, DECIDE: the stanzas file */
    uint8_t chunk_count; /* OPENS, DECIDE: 0..2; the first full chunk, then, if there are more, the last */
    struct asv_keeper_chunk chunks[ASV_KEEPER_OPENS_CHUNKS]; /* index 0 first, then a higher one */
    struct asv_bytes proposal; /* DECIDE: a statement: the proposal, or the one that a person makes alone.
                                * SIGN, PACKAGE: a HAND_OVER's */
    struct asv_bytes answer; /* DECIDE: an approval, refusal or withdrawal; empty: none. PACKAGE: approval */
    struct asv_bytes open, agreed; /* DECIDE, of a SHOW: the OPEN that it makes use of, and its approval;
                                    * otherwise empty */
    uint8_t record_count;
    struct asv_bytes records[ASV_KEEPER_RECORDS_MAX]; /* the same: credential records, in any order */
    struct asv_bytes plan;                            /* the same: of a HAND_OVER; otherwise empty */
    uint16_t number;                    /* DECIDE, of a HAND_OVER: the plan's clip whose key leaves, or
                                         * ASV_KEEPER_NO_CLIP: none does */
    uint8_t more_count;                 /* the same: of further ones, when all of them go sealed (K-266) */
    uint16_t more[ASV_KEEPER_MORE_MAX]; /* each once */
    uint8_t why;                        /* KEEP: enum asv_keeper_why; FINISH: AHEAD or EARLY of it */
    struct asv_bytes receipt;           /* KEEP DAY: the dock's; otherwise empty */
    struct asv_bytes dock;              /* the same: its chain */
    struct asv_bytes inventory;         /* FINISH: the camera's; otherwise empty */
    struct asv_bytes bulletin;          /* the same: the one that it names */
    uint8_t digest[ASV_SHA256_BYTES];   /* KEEP, FINISH AHEAD: of the HOLD_AHEAD's proposal; CLIPS: the header
                                         * before the first row; CLIP: the header; SIGN, HEAD: the new root;
                                         * PACKAGE: what is signed; HANDED: the proposal of the row before;
                                         * NOTED: of the hand-over. Otherwise zeros */
    uint8_t header_digest[ASV_SHA256_BYTES]; /* HANDED: the recording of the row before; otherwise zeros */
    uint8_t sign;                            /* SIGN: enum asv_keeper_sign */
    struct asv_bytes origin;     /* HEAD, LAST: the ledger's; LAST: empty for the one that goes on */
    uint64_t old_size, new_size; /* HEAD: of the tree whose head was signed last, and now */
    struct asv_bytes proof;      /* HEAD: hashes of the consistency proof (RFC 6962), one after the other */
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
    uint8_t id[ASV_UUID_BYTES]; /* what tells slots apart that were at one place */
    char label[ASV_KEEPER_SLOT_LABEL];
    uint8_t kind;             /* enum asv_keeper_slot_kind; 0 when it is configured no more */
    bool effaceable;          /* what was overwritten there is gone for good */
    bool reachable;           /* at its last use */
    bool open_erasure;        /* may still hold a master that was to be destroyed */
    uint64_t confirmed_epoch; /* of the last master that it confirmed to hold alone */
};

/* How long recordings of a local day live: from this day on, until the next row's. */
struct asv_keeper_period {
    uint32_t from_date; /* 0 in the first */
    uint32_t version;   /* of the policy */
    uint16_t days;
};

struct asv_keeper_status {
    uint8_t run[ASV_UUID_BYTES];        /* random: of the process that answers */
    int64_t started_ms;                 /* when that began, by its clock */
    char software[ASV_KEEPER_SOFTWARE]; /* its name and version */
    int64_t wall_ms;                    /* the keeper's clock */
    uint64_t generation;
    uint64_t epoch;
    uint8_t stop; /* enum asv_keeper_stop */
    int64_t stop_since_ms;
    uint32_t cameras;    /* that ever got a bulletin */
    uint32_t days;       /* day files */
    uint32_t reserves;   /* reserve keys, retired ones included */
    uint32_t first_date; /* of the day files; 0 without any */
    uint32_t last_date;
    int64_t next_due_ms;                /* 0: nothing is due at a known instant */
    uint32_t overdue;                   /* keys that are due and not destroyed */
    uint32_t damaged;                   /* key files that are missing or wrong */
    uint32_t runs, pending, held, gone; /* clips, by enum asv_keeper_state; gone: or over */
    uint32_t aheads;                    /* HOLD_AHEADs in force ... */
    uint32_t aheads_left;               /* ... and of how many keys they have no copy */
    uint32_t people;                    /* credentials that are enrolled, not revoked and not expired */
    uint32_t recipients;                /* registered */
    bool recovery_key;                  /* one is registered */
    uint32_t policy_version;            /* in force today ... */
    uint16_t policy_days;               /* ... and the period it gives */
    uint8_t period_count;               /* at least 1; ascending: the newest policies */
    struct asv_keeper_period periods[ASV_KEEPER_PERIODS_MAX];
    uint8_t store[ASV_UUID_BYTES];        /* store id: what CLOCK and RECOVERY_KEY are about */
    bool memory_locked;                   /* all of the process, not the keys alone */
    uint8_t directory_count;              /* 2: the store has a replica */
    bool in_step[ASV_KEEPER_DIRECTORIES]; /* the store's directory, the replica: has everything (K-039) */
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
    bool held;                                /* OPENS: and people keep it beyond its period */
    struct asv_bytes order;                   /* ORDER: the destruction statement; DAY_END: the day
                                               * statement; view */
    int64_t until_ms;                         /* DECIDE: a pending hold lapses, or HAND_OVER may be asked
                                               * again, until then. KEEP: its key's due. 0: none */
    const uint8_t *file_key; /* DECIDE, of a SHOW, or of a HAND_OVER's clip that goes in clear:
                              * ASV_FILE_KEY_BYTES; secret; view. NULL: none */
    struct asv_bytes stanza; /* DECIDE: an age header for the recipients (HAND_OVER), or an age stanza,
                              * one for the recovery key (HOLD); KEEP AHEAD: for that one, too; view; may
                              * be empty */
    uint8_t more_count;      /* HAND_OVER: of the further clips ... */
    struct asv_bytes more[ASV_KEEPER_MORE_MAX]; /* ... the age headers, in their order; views */
    struct asv_bytes note;      /* DECIDE, LEDGER: the last checkpoint of the one before; view; empty: none */
    struct asv_bytes ruling;    /* DECIDE, with any status: what the keeper says of the statement for good
                                 * (TRUST.md 14); view; empty: nothing */
    struct asv_bytes signature; /* SIGN: a checkpoint as a signed note; PACKAGE: ECDSA, DER; view */
    uint16_t kept_count; /* CLIPS, SHOWN, HANDED; fewer than ASV_KEEPER_PAGE: that was the last page. CLIP: 0
                            or 1 */
    struct asv_bytes kept; /* CLIPS, CLIP: for asv_keeper_kept_read, SHOWN: asv_keeper_shown_read, HANDED:
                            * asv_keeper_handed_read; view */
    struct asv_keeper_status state; /* STATUS */
};

/* Appends the whole frame, its length first. ASV_E_USAGE for a field beyond its limit, ASV_E_LIMIT when it
 * does not fit. */
ASV_MUST_CHECK enum asv_status asv_keeper_request_write(struct asv_writer *out,
                                                        const struct asv_keeper_request *request);
ASV_MUST_CHECK enum asv_status asv_keeper_reply_write(struct asv_writer *out,
                                                      const struct asv_keeper_reply *reply);

/* What a body begins with: its type and number alone, whatever follows. ASV_E_MALFORMED, or ASV_E_UNSUPPORTED
 * for another version or type. */
ASV_MUST_CHECK enum asv_status asv_keeper_request_begin(struct asv_keeper_request *out, const void *data,
                                                        size_t len);

/* Reads exactly one body. ASV_E_MALFORMED, ASV_E_LIMIT, or ASV_E_UNSUPPORTED for another version or type;
 * type and request are then set if they were there, so that a refusal can be sent. Views into data. */
ASV_MUST_CHECK enum asv_status asv_keeper_request_read(struct asv_keeper_request *out, const void *data,
                                                       size_t len);
ASV_MUST_CHECK enum asv_status asv_keeper_reply_read(struct asv_keeper_reply *out, const void *data,
                                                     size_t len);

/* A row of SHOWN: of what a SHOW gave, or was to give. */
struct asv_keeper_shown {
    uint8_t shown[ASV_SHA256_BYTES]; /* digest of the SHOW */
    int64_t at_ms;
};

/* Row index of a SHOWN reply: 0 .. kept_count - 1. */
void asv_keeper_shown_read(struct asv_keeper_shown *out, const struct asv_keeper_reply *reply,
                           uint16_t index);

/* One row, for reply->kept. */
void asv_keeper_shown_write(struct asv_writer *out, const struct asv_keeper_shown *row);

/* A row of HANDED: a recording of a hand-over that was taken. */
struct asv_keeper_handed {
    uint8_t proposal[ASV_SHA256_BYTES]; /* digest of it */
    uint8_t header[ASV_SHA256_BYTES];   /* digest of the signed seal header */
    int64_t at_ms;                      /* when the keeper took it: nothing left before */
    bool clear;                         /* its key may have left as it is */
    bool noted;                         /* the keeper was told that it is written down elsewhere */
};

/* Row index of a HANDED reply: 0 .. kept_count - 1; and one row, for reply->kept. */
void asv_keeper_handed_read(struct asv_keeper_handed *out, const struct asv_keeper_reply *reply,
                            uint16_t index);
void asv_keeper_handed_write(struct asv_writer *out, const struct asv_keeper_handed *row);

/* Row index of a CLIPS reply: 0 .. kept_count - 1. */
void asv_keeper_kept_read(struct asv_keeper_kept *out, const struct asv_keeper_reply *reply, uint16_t index);

/* Appends a row to what reply->kept views. */
void asv_keeper_kept_write(struct asv_writer *out, const struct asv_keeper_kept *row);

#endif
