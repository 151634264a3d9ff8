/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The device log as it travels (PROTOCOL.md, "Device log"): a run of entries with the running digest before
 * and behind it, signed by the camera under ASV_PURPOSE_DEVICE_LOG. Blocks that follow one another fit
 * together by number and digest, so that a log with a part left out or altered shows it.
 */
#ifndef ASV_WIRE_DEVLOG_H
#define ASV_WIRE_DEVLOG_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/object.h"
#include "firmware-proto/trust/common.h"

#define ASV_DEVLOG_FORMAT      1
#define ASV_DEVLOG_MAX_BYTES   60000 /* a block */
#define ASV_DEVLOG_MAX_ENTRIES 1024  /* of one block */
#define ASV_DEVLOG_VALUE_MAX   255
#define ASV_DEVLOG_ENTRY_MAX   (8 + 2 + 8 + 8 + ASV_UUID_BYTES + 1 + ASV_DEVLOG_VALUE_MAX)

/* Kinds are kept and shown even when unknown; a log refuses nothing. */
enum asv_devlog_kind {
    ASV_DEVLOG_BOOT = 1,       /* value: firmware version, text */
    ASV_DEVLOG_SHUTDOWN = 2,   /* ordered */
    ASV_DEVLOG_POWER_LOST = 3, /* found at boot */
    ASV_DEVLOG_CLOCK_SET = 4,  /* value: i64 before, i64 after, u8 source */
    ASV_DEVLOG_CLOCK_LOST = 5,
    ASV_DEVLOG_RECORD_START = 6, /* value: u64 clip number */
    ASV_DEVLOG_RECORD_END = 7,   /* value: u64 clip number, u8 reason (SEAL.md) */
    ASV_DEVLOG_MARKER = 8,       /* value: u64 clip number */
    ASV_DEVLOG_DISPLAY_ON = 9,   /* the front display; LAW, step 2 */
    ASV_DEVLOG_DISPLAY_OFF = 10,
    ASV_DEVLOG_ANNOUNCED = 11,
    ASV_DEVLOG_DWELLING = 12,
    ASV_DEVLOG_RESERVE_KEY = 13, /* value: u64 clip number, u8 why: 1 clock, 2 bulletin used up */
    ASV_DEVLOG_LOW_SPACE = 14,   /* value: u64 bytes free */
    ASV_DEVLOG_FULL = 15,        /* a recording was refused or ended for lack of room */
    ASV_DEVLOG_DOCKED = 16,      /* an authenticated session; value: dock certificate digest */
    ASV_DEVLOG_REFUSED = 17,     /* a dock or an order was refused; value: text */
    ASV_DEVLOG_ERASED = 18,      /* value: u64 clip number, u8 cause */
    ASV_DEVLOG_INSTALLED = 19,   /* value: u16 message type, u64 number */
    ASV_DEVLOG_FAULT = 20,       /* value: text */
    ASV_DEVLOG_ASSIGNED = 21,    /* value: 16 bytes assignment id */
    ASV_DEVLOG_LOST = 22,        /* the medium lost a recording's header; value: u64 clip number, u64 bytes of
                                  * its payload that are there */
};

struct asv_devlog_entry {
    uint64_t number; /* from 1, without gaps */
    uint16_t kind;
    int64_t wall_ms;
    uint64_t mono_ms;
    uint8_t boot[ASV_UUID_BYTES];
    struct asv_bytes value; /* <= ASV_DEVLOG_VALUE_MAX */
};

struct asv_devlog_block {
    uint8_t camera_cert[ASV_SHA256_BYTES];
    uint64_t first;                   /* number of the first entry, or that it would have */
    uint64_t next;                    /* number after the last entry of the whole log */
    uint8_t before[ASV_SHA256_BYTES]; /* running digest before the first entry; zeros before number 1 */
    uint8_t after[ASV_SHA256_BYTES];  /* and behind the last of this block */
    uint16_t count;
    struct asv_bytes entries; /* encoded, one after the other: asv_devlog_entry_decode */
    struct asv_object object; /* views; set by decode, ignored by encode */
};

ASV_MUST_CHECK enum asv_status asv_devlog_entry_encode(struct asv_writer *writer,
                                                       const struct asv_devlog_entry *entry);
ASV_MUST_CHECK enum asv_status asv_devlog_entry_decode(struct asv_reader *reader,
                                                       struct asv_devlog_entry *out);

/* digest = SHA-256(0x02, digest, encoded entry): kept by the camera beside its log. */
void asv_devlog_digest(uint8_t digest[ASV_SHA256_BYTES], const void *entry, size_t len);

/* block->entries holds count encoded entries, first.. in order; before is given, after is computed. */
ASV_MUST_CHECK enum asv_status asv_devlog_block_encode(struct asv_writer *writer,
                                                       const struct asv_devlog_block *block,
                                                       const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Decodes and checks numbers and running digest; ASV_E_DIGEST when after is not what before and the entries
 * give. No signature is checked. */
ASV_MUST_CHECK enum asv_status asv_devlog_block_decode(struct asv_devlog_block *out, const void *data,
                                                       size_t len, struct asv_err *err);

/* ASV_E_MISMATCH for another camera than the certificate with this digest, ASV_E_SIGNATURE. */
ASV_MUST_CHECK enum asv_status asv_devlog_block_verify(const struct asv_devlog_block *block,
                                                       const uint8_t camera_cert[ASV_SHA256_BYTES],
                                                       const uint8_t pk[ASV_ED25519_PK_BYTES],
                                                       struct asv_err *err);

#endif
