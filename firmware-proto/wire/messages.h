/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The messages inside a session (PROTOCOL.md, "Messages"): one struct each, with its encoder and decoder.
 *
 * A message is type u16, request u32, body. Requests go from the dock to the camera; a reply has the
 * request's type with bit 15 set and the request's id. Decoders refuse trailing bytes and every value that is
 * not listed; views point into the bytes decoded; outputs are untouched on failure. Encoders write to an
 * asv_writer and cannot fail but by its overrun; ASV_E_USAGE is answered for a value that the decoder would
 * refuse.
 */
#ifndef ASV_WIRE_MESSAGES_H
#define ASV_WIRE_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/clock.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/seal/frames.h"
#include "firmware-proto/trust/common.h"
#include "firmware-proto/wire/frame.h"

/* One Noise message less its tag. */
#define ASV_WIRE_MAX_MESSAGE_BYTES (ASV_WIRE_MAX_CONTROL_BYTES - ASV_AEAD_TAG_BYTES)
#define ASV_WIRE_MESSAGE_HEADER    6 /* type, request */
/* A signed object in a message; leaves room for header, length and list framing. */
#define ASV_WIRE_MAX_OBJECT_BYTES 65500
/* One FILE or LOG reply: below 64 KiB with room to spare, so that one reply is one message. */
#define ASV_WIRE_MAX_FILE_BYTES 60000
/* Chunks of one CHUNKS request: the dock keeps what is missing of a request in one 64-bit word. */
#define ASV_WIRE_MAX_REQUEST_CHUNKS 64
/* Requests that may be outstanding at once, of all types. */
#define ASV_WIRE_MAX_REQUESTS 16
/* Bytes asked for and not answered: two full CHUNKS requests, 200 ms at 40 MB/s, so that the pipe never runs
 * dry. */
#define ASV_WIRE_MAX_ASKED_BYTES 8390656
#define ASV_WIRE_MAX_CLIPS       512 /* entries of one CLIPS reply */
#define ASV_WIRE_MAX_ERASURES    32  /* records of one ERASURES reply, of at most 1,024 bytes each */
#define ASV_WIRE_DETAIL_MAX      200 /* bytes of the text of an ERROR or ABORT */

/* Numbers 0x0100-0x01ff (and their replies) are reserved for firmware images. */
enum asv_wire_type {
    ASV_WIRE_CLOCK = 0x0001,
    ASV_WIRE_STATUS = 0x0002,
    ASV_WIRE_LOG = 0x0003,
    ASV_WIRE_CLIPS = 0x0004,
    ASV_WIRE_FILE = 0x0005,
    ASV_WIRE_CHUNKS = 0x0006, /* answered by CHUNKS frames, not by a message */
    ASV_WIRE_RECEIPT = 0x0007,
    ASV_WIRE_DESTROY = 0x0008,
    ASV_WIRE_BULLETIN = 0x0009,
    ASV_WIRE_REVOCATIONS = 0x000a,
    ASV_WIRE_CONFIGURATION = 0x000b,
    ASV_WIRE_TIME = 0x000c,
    ASV_WIRE_ASSIGNMENT = 0x000d,
    ASV_WIRE_INDICATOR = 0x000e,
    ASV_WIRE_ERASURES = 0x000f,
    ASV_WIRE_ERASURES_ACK = 0x0010,
    ASV_WIRE_FINISH = 0x0011,
    ASV_WIRE_INVENTORY = 0x0012,
    ASV_WIRE_TYPE_LAST = ASV_WIRE_INVENTORY,
    ASV_WIRE_TYPE_FIRMWARE_FIRST = 0x0100,
    ASV_WIRE_TYPE_FIRMWARE_LAST = 0x01ff,
    ASV_WIRE_REPLY = 0x8000, /* bit of every reply; alone it is ERROR */
    ASV_WIRE_ERROR = 0x8000,
};

/* In ERROR (the request failed, the session goes on) and ABORT (the session is over). */
enum asv_wire_code {
    ASV_WIRE_CODE_MALFORMED = 1,   /* bytes that no correct peer sends */
    ASV_WIRE_CODE_UNSUPPORTED = 2, /* version, suite, message or critical extension unknown */
    ASV_WIRE_CODE_LIMIT = 3,       /* above a limit of PROTOCOL.md or of HELLO */
    ASV_WIRE_CODE_STATE = 4,       /* right in itself, but not now */
    ASV_WIRE_CODE_NOT_FOUND = 5,   /* no such clip, entry or record */
    ASV_WIRE_CODE_RANGE = 6,       /* outside the file; at: its length or chunks */
    ASV_WIRE_CODE_UNREADABLE = 7,  /* the camera's medium failed; at: the chunk index or offset */
    ASV_WIRE_CODE_SIGNATURE = 8,   /* a signature does not verify */
    ASV_WIRE_CODE_UNTRUSTED = 9,   /* no chain to this agency's root, or another role */
    ASV_WIRE_CODE_REVOKED = 10,
    ASV_WIRE_CODE_EXPIRED = 11,    /* outside its validity */
    ASV_WIRE_CODE_STALE = 12,      /* a number that does not rise; at: the number held */
    ASV_WIRE_CODE_CONFLICT = 13,   /* the number held, with other content */
    ASV_WIRE_CODE_MISMATCH = 14,   /* signed facts differ from what the camera holds */
    ASV_WIRE_CODE_NOT_STORED = 15, /* a receipt that is not of kind STORED */
    ASV_WIRE_CODE_BUSY = 16,       /* e.g. the clip is being recorded */
    ASV_WIRE_CODE_NO_SPACE = 17,
    ASV_WIRE_CODE_FOREIGN = 18, /* HELLO of another agency */
    ASV_WIRE_CODE_AUTH = 19,    /* Noise: does not authenticate */
    ASV_WIRE_CODE_TIMEOUT = 20,
    ASV_WIRE_CODE_SHUTDOWN = 21, /* the sender stops */
    ASV_WIRE_CODE_INTERNAL = 22,
    ASV_WIRE_CODE_LAST = ASV_WIRE_CODE_INTERNAL,
};

/* What a failed function means to the peer, and the reverse. A code never maps to ASV_OK. */
enum asv_wire_code asv_wire_code_of(enum asv_status status);
enum asv_status asv_wire_code_status(enum asv_wire_code code);
const char *asv_wire_code_name(enum asv_wire_code code); /* "STALE"; "?" for none */
const char *asv_wire_type_name(uint16_t type);           /* "FILE", "FILE reply", "ERROR"; "?" for none */

struct asv_wire_error {
    uint16_t code; /* enum asv_wire_code */
    uint64_t at;   /* where it applies, 0 if nowhere: see the codes */
    char detail[ASV_WIRE_DETAIL_MAX + 1];
};

/* ABORT's body is an ERROR's. */

struct asv_wire_clock {
    uint64_t dock_mono_ms; /* the dock's clock when it sent this, t1; the camera returns it */
};

struct asv_wire_clock_reply {
    uint64_t dock_mono_ms; /* t1 of the request */
    int64_t wall_ms;       /* the camera's, read between receiving and answering; see wire/clock.h */
    uint64_t mono_ms;
    uint8_t boot[ASV_UUID_BYTES];
    uint8_t clock_state;       /* enum asv_clock_state */
    int64_t last_sync_wall_ms; /* 0 when never */
    uint8_t clock_source;      /* enum asv_clock_source of that sync */
};

/* What the camera is doing and what is wrong with it. */
#define ASV_WIRE_STATUS_RECORDING   0x0001 /* now */
#define ASV_WIRE_STATUS_RESERVE     0x0002 /* the next recording would use the reserve key */
#define ASV_WIRE_STATUS_LOW_SPACE   0x0004
#define ASV_WIRE_STATUS_LOW_BATTERY 0x0008
#define ASV_WIRE_STATUS_FAULT       0x0010 /* the device log says which */
#define ASV_WIRE_STATUS_CHARGING    0x0020
#define ASV_WIRE_STATUS_ALL         0x003f
#define ASV_WIRE_BATTERY_UNKNOWN    255

struct asv_wire_status_reply {
    uint8_t epoch[ASV_UUID_BYTES]; /* store epoch; every clip number in the session is of this epoch */
    uint64_t last_number;          /* highest number ever given in this epoch; 0 none */
    uint32_t clips;                /* held now */
    uint32_t erasures;             /* erasure records not acknowledged */
    uint64_t log_first;            /* oldest entry of the device log held; */
    uint64_t log_next;             /* the number the next entry will get; >= log_first */
    uint64_t store_bytes;          /* size of the store, */
    uint64_t free_bytes;           /* and free in it */
    uint8_t battery_percent;       /* 0..100, or ASV_WIRE_BATTERY_UNKNOWN */
    uint16_t flags;                /* ASV_WIRE_STATUS_* */
    char firmware[ASV_TEXT_SIZE];
    uint8_t firmware_digest[ASV_SHA256_BYTES];
    uint64_t bulletin; /* numbers in force; 0 none */
    uint64_t revocations;
    uint64_t configuration;
    uint64_t assignment;
    uint32_t policy_version;               /* of the bulletin; 0 none */
    uint8_t assignment_id[ASV_UUID_BYTES]; /* zeros: not issued */
};

struct asv_wire_log {
    uint64_t from;  /* first entry wanted */
    uint16_t count; /* at most so many, 1..ASV_DEVLOG_MAX_ENTRIES */
};

/* The block is a signed device log block, wire/devlog.h. */
struct asv_wire_log_reply {
    struct asv_bytes block; /* 1..ASV_DEVLOG_MAX_BYTES */
};

struct asv_wire_clips {
    uint64_t after; /* numbers above this one; 0 from the first */
    uint16_t count; /* at most so many, 1..ASV_WIRE_MAX_CLIPS */
};

#define ASV_WIRE_CLIP_BYTES 99 /* one encoded entry */
/* 2^32 chunks are 256 TiB; with these two no sum or product of lengths overflows. */
#define ASV_WIRE_MAX_CLIP_CHUNKS UINT64_C(0x100000000)
#define ASV_WIRE_MAX_CLIP_BYTES  UINT64_C(0x1000000000000) /* of a seal or tail */
#define ASV_WIRE_CLIP_MARKED     0x01                      /* the wearer pressed the marker */
#define ASV_WIRE_CLIP_ENDED      0x02                      /* the seal has its END frame */
#define ASV_WIRE_CLIP_RECORDING  0x04 /* being recorded: lengths are of now, nothing can be read yet */
#define ASV_WIRE_CLIP_RESERVE    0x08 /* sealed to the reserve key */
#define ASV_WIRE_CLIP_DAMAGED    0x10 /* the camera itself found it broken (seal or header unreadable) */
#define ASV_WIRE_CLIP_ALL        0x1f

/* Unsigned: it says what to ask for; the seal says what is true. */
struct asv_wire_clip {
    uint64_t number; /* from 1 */
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t header[ASV_SHA256_BYTES]; /* digest of the signed seal header; zeros if DAMAGED */
    uint8_t flags;                    /* ASV_WIRE_CLIP_* */
    uint64_t seal_bytes;
    uint64_t chunks;     /* full chunks that the last checkpoint signs; <= ASV_WIRE_MAX_CLIP_CHUNKS */
    uint64_t tail_bytes; /* payload behind its signed part, asv_wire_clip_payload_bytes */
    uint32_t stanzas_bytes;
    uint32_t link_bytes;   /* 0: no link record (yet) */
    int64_t start_wall_ms; /* as the camera's clock said */
};

/* The signed part of the payload: the chunks and, when ENDED, the final chunk (which the dock has from the
 * seal and never asks for). */
static inline uint64_t asv_wire_clip_payload_bytes(const struct asv_wire_clip *clip)
{
    return asv_seal_payload_bytes(clip->chunks, (clip->flags & ASV_WIRE_CLIP_ENDED) != 0);
}

/* entries holds count encoded entries, numbers rising; read them with asv_wire_clip_decode. */
struct asv_wire_clips_reply {
    bool more; /* there are clips above the last entry */
    uint16_t count;
    struct asv_bytes entries; /* count * ASV_WIRE_CLIP_BYTES */
};

enum asv_wire_file {
    ASV_WIRE_FILE_SEAL = 1,
    ASV_WIRE_FILE_STANZAS = 2,
    ASV_WIRE_FILE_LINK = 3,
    ASV_WIRE_FILE_TAIL = 4, /* offset 0 is the payload's byte asv_wire_clip_payload_bytes */
};

struct asv_wire_file_read {
    uint64_t number;
    uint8_t file; /* enum asv_wire_file */
    uint64_t offset;
    uint32_t length; /* 1..ASV_WIRE_MAX_FILE_BYTES; the file has all of them */
};

/* Answers exactly what was asked: same number, file, offset; data of the length asked for. */
struct asv_wire_file_reply {
    uint64_t number;
    uint8_t file;
    uint64_t offset;
    struct asv_bytes data;
};

struct asv_wire_chunks_read {
    uint64_t number;
    uint64_t first;
    uint16_t count; /* 1..ASV_WIRE_MAX_REQUEST_CHUNKS */
};

/* RECEIPT, DESTROY, BULLETIN, REVOCATIONS, CONFIGURATION, ASSIGNMENT: one encoded object of TRUST.md. */
struct asv_wire_object {
    struct asv_bytes object; /* 1..ASV_WIRE_MAX_OBJECT_BYTES */
};

/* Reply to RECEIPT and DESTROY: the signed erasure record (trust/erasure.h). */
struct asv_wire_erased_reply {
    struct asv_bytes record; /* 1..ASV_ERASURE_MAX_BYTES */
};

/* Reply to BULLETIN, REVOCATIONS, CONFIGURATION, ASSIGNMENT: the number now in force; to INDICATOR and
 * FINISH: 0; to ERASURES_ACK: records still outstanding. */
struct asv_wire_done_reply {
    uint64_t number;
};

struct asv_wire_time {
    int64_t wall_ms;       /* the dock's clock when it sent this */
    uint32_t max_error_ms; /* what the dock knows of its own clock's error */
};

struct asv_wire_time_reply {
    int64_t before_ms; /* the camera's wall clock just before, */
    int64_t after_ms;  /* and just after it was set */
    uint64_t mono_ms;  /* at that moment */
};

enum asv_wire_indication {
    ASV_WIRE_INDICATE_OFF = 0,
    ASV_WIRE_INDICATE_TRANSFER = 1,  /* with progress */
    ASV_WIRE_INDICATE_READY = 2,     /* may be taken */
    ASV_WIRE_INDICATE_ATTENTION = 3, /* something needs a person */
    ASV_WIRE_INDICATE_IDENTIFY = 4,  /* "this one" */
};

struct asv_wire_indicator {
    uint8_t indication;         /* enum asv_wire_indication */
    uint16_t progress_permille; /* 0..1000; 0 unless TRANSFER */
};

struct asv_wire_erasures {
    uint16_t count; /* at most so many, 1..ASV_WIRE_MAX_ERASURES */
};

/* records holds count records, each a u16 length and so many bytes; read them with asv_read_view16. */
struct asv_wire_erasures_reply {
    uint32_t outstanding; /* in all; >= count */
    uint16_t count;
    struct asv_bytes records;
};

/* The dock holds this record durably; the camera may forget it. */
struct asv_wire_erasures_ack {
    uint64_t number;                  /* of the clip erased */
    uint8_t record[ASV_SHA256_BYTES]; /* asv_object_digest of the erasure record */
};

enum asv_wire_finish_reason {
    ASV_WIRE_FINISH_READY = 1,   /* nothing is left to do: may be taken and used */
    ASV_WIRE_FINISH_LATER = 2,   /* recordings stay on the camera, see the dock's screen */
    ASV_WIRE_FINISH_RETIRED = 3, /* do not use it again */
};

struct asv_wire_finish {
    uint8_t reason; /* enum asv_wire_finish_reason */
};

/* What the camera signs of its store (trust/inventory.h). */
struct asv_wire_inventory_reply {
    struct asv_bytes inventory; /* 1..ASV_INVENTORY_MAX_BYTES */
};

/* Any message. STATUS and INVENTORY have an empty request body. */
struct asv_wire_message {
    uint16_t type; /* enum asv_wire_type, ASV_WIRE_REPLY set for a reply */
    uint32_t request;
    union {
        struct asv_wire_error error;
        struct asv_wire_clock clock;
        struct asv_wire_clock_reply clock_reply;
        struct asv_wire_status_reply status_reply;
        struct asv_wire_log log;
        struct asv_wire_log_reply log_reply;
        struct asv_wire_clips clips;
        struct asv_wire_clips_reply clips_reply;
        struct asv_wire_file_read file;
        struct asv_wire_file_reply file_reply;
        struct asv_wire_chunks_read chunks;
        struct asv_wire_object
            object; /* RECEIPT, DESTROY, BULLETIN, REVOCATIONS, CONFIGURATION, ASSIGNMENT */
        struct asv_wire_erased_reply erased;
        struct asv_wire_done_reply done;
        struct asv_wire_time time;
        struct asv_wire_time_reply time_reply;
        struct asv_wire_indicator indicator;
        struct asv_wire_erasures erasures;
        struct asv_wire_erasures_reply erasures_reply;
        struct asv_wire_erasures_ack erasures_ack;
        struct asv_wire_finish finish;
        struct asv_wire_inventory_reply inventory;
    } body;
};

/* One message of any type. decode: ASV_E_UNSUPPORTED for an unknown type (out->type and out->request are then
 * set all the same, so that it can be answered), ASV_E_MALFORMED, ASV_E_LIMIT. encode: ASV_E_USAGE for a
 * value that decode would refuse, ASV_E_LIMIT when it does not fit. */
ASV_MUST_CHECK enum asv_status asv_wire_message_encode(struct asv_writer *writer,
                                                       const struct asv_wire_message *message);
ASV_MUST_CHECK enum asv_status asv_wire_message_decode(struct asv_wire_message *out, const void *data,
                                                       size_t len, struct asv_err *err);

/* One entry of a CLIPS reply. */
ASV_MUST_CHECK enum asv_status asv_wire_clip_encode(struct asv_writer *writer,
                                                    const struct asv_wire_clip *clip);
ASV_MUST_CHECK enum asv_status asv_wire_clip_decode(struct asv_reader *reader, struct asv_wire_clip *out);

/* HELLO of the dock: what it speaks; and of the camera: what it chose. Plaintext, bound by the prologue. */
#define ASV_WIRE_VERSION_1    1
#define ASV_WIRE_MAX_VERSIONS 8 /* versions and suites in a HELLO */

struct asv_wire_hello {
    uint8_t version_count; /* 1..ASV_WIRE_MAX_VERSIONS, ascending */
    uint16_t versions[ASV_WIRE_MAX_VERSIONS];
    uint8_t suite_count;
    uint16_t suites[ASV_WIRE_MAX_VERSIONS];
    uint16_t frame_chunks; /* most chunks in one frame, 1..4 */
    uint16_t requests;     /* most outstanding requests, 1..16 */
    uint32_t asked_bytes;  /* most bytes asked for, 65,552..8,390,656 */
    uint8_t agency[ASV_SHA256_BYTES];
};

struct asv_wire_hello_reply {
    uint16_t version;
    uint16_t suite;
    uint16_t frame_chunks; /* each at most what the dock offered */
    uint16_t requests;
    uint32_t asked_bytes;
};

ASV_MUST_CHECK enum asv_status asv_wire_hello_encode(struct asv_writer *writer,
                                                     const struct asv_wire_hello *hello);
ASV_MUST_CHECK enum asv_status asv_wire_hello_decode(struct asv_wire_hello *out, const void *data, size_t len,
                                                     struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_wire_hello_reply_encode(struct asv_writer *writer,
                                                           const struct asv_wire_hello_reply *hello);
ASV_MUST_CHECK enum asv_status asv_wire_hello_reply_decode(struct asv_wire_hello_reply *out, const void *data,
                                                           size_t len, struct asv_err *err);

/* ABORT's body; see struct asv_wire_error. */
ASV_MUST_CHECK enum asv_status asv_wire_abort_encode(struct asv_writer *writer,
                                                     const struct asv_wire_error *error);
ASV_MUST_CHECK enum asv_status asv_wire_abort_decode(struct asv_wire_error *out, const void *data,
                                                     size_t len);

#endif
