/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Entries of the ledger (docs/LEDGER.md 2): what everybody may read stands in them; of what leads to people
 * there is a commitment, whose key and value lie beside the entry and can be forgotten.
 */
#ifndef ASV_LEDGER_ENTRY_H
#define ASV_LEDGER_ENTRY_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/trust/common.h"

#define ASV_LEDGER_ENTRY_MAX_BYTES  1024
#define ASV_LEDGER_FIELDS_MAX_BYTES 8192 /* of a list of fields beside an entry */
#define ASV_LEDGER_KEY_BYTES        32

/* What a field is. Below 128 it stands in the entry; from there on the entry has a commitment to it. */
enum asv_ledger_tag {
    ASV_LEDGER_AT = 1,            /* instant, by the actor's clock */
    ASV_LEDGER_RECORDING = 2,     /* uuid of a recording's row: random, and the same in each of its entries */
    ASV_LEDGER_DAY = 3,           /* local day of recording, yyyymmdd */
    ASV_LEDGER_CAMERA = 4,        /* another name of the camera for each day */
    ASV_LEDGER_OBJECT = 5,        /* SHA-256 of the body that the actor signed */
    ASV_LEDGER_ROOT = 6,          /* of a payload (SEAL.md) */
    ASV_LEDGER_COUNTS = 7,        /* numbers, u64 each; the kind says which */
    ASV_LEDGER_VERDICT = 8,       /* integrity u8, provenance u8, kind u8 as in a receipt */
    ASV_LEDGER_DUE = 9,           /* instant */
    ASV_LEDGER_LABEL = 10,        /* printable ASCII: a program and its version, a rule */
    ASV_LEDGER_ACTION = 11,       /* of a statement: action u16, step u8 */
    ASV_LEDGER_PROPOSAL = 12,     /* digest of the proposal that this answers */
    ASV_LEDGER_HEAD = 13,         /* of an earlier log: size u64, root, origin */
    ASV_LEDGER_ACTOR = 128,       /* digest of a certificate or credential record */
    ASV_LEDGER_PERSON = 129,      /* uuid */
    ASV_LEDGER_TEXT = 130,        /* UTF-8 */
    ASV_LEDGER_HEADER = 131,      /* digest of a seal header */
    ASV_LEDGER_CERTIFICATE = 132, /* digest of a camera's certificate */
    ASV_LEDGER_DOCKING = 133,     /* digest of the session */
    ASV_LEDGER_LINK = 134,        /* digest of a link record (SEAL.md) */
    ASV_LEDGER_INCIDENT = 135,    /* uuid */
    ASV_LEDGER_PLACE = 136,       /* dock, slot, unit: UTF-8 */
};

#define ASV_LEDGER_TAGS 137 /* each is below */

#define ASV_LEDGER_COMMITTED 128 /* the first tag whose value does not stand in the entry */

struct asv_ledger_event {
    uint16_t kind; /* server/ledger/kind.h */
    uint8_t id[ASV_UUID_BYTES];
    int64_t recorded_ms; /* by the database's clock */
};

struct asv_ledger_field {
    uint8_t tag;
    struct asv_bytes value;
};

/* What a tag is called in listings ("recording"); static storage. NULL: no such tag. */
const char *asv_ledger_tag_name(uint8_t tag);

/* Walks a list of fields. ASV_OK and *out, whose value views the reader's bytes; ASV_E_NOT_FOUND behind the
 * last one; ASV_E_MALFORMED, ASV_E_LIMIT or ASV_E_UNSUPPORTED for a list that LG-003 to LG-006 refuse.
 * *before is the tag before, 0 at first, kept by the caller. */
ASV_MUST_CHECK enum asv_status asv_ledger_next_field(struct asv_reader *reader, uint8_t *before,
                                                     struct asv_ledger_field *out);

/* The same for the fields of an entry, where a commitment stands in place of each closed value. */
ASV_MUST_CHECK enum asv_status asv_ledger_next_in_entry(struct asv_reader *reader, uint8_t *before,
                                                        struct asv_ledger_field *out);

/* LG-005: whether a value of this tag may have so many bytes. */
bool asv_ledger_tag_allows(uint8_t tag, size_t len);

/* The key of one field: HMAC-SHA-256(key, "asservat/v1/ledger-field", 0, tag). Whoever has it can open that
 * field and no other. */
void asv_ledger_field_key(uint8_t out[ASV_SHA256_BYTES], const uint8_t key[ASV_LEDGER_KEY_BYTES],
                          uint8_t tag);

/* HMAC-SHA-256(field key, value): what stands in the entry. */
void asv_ledger_commit(uint8_t out[ASV_SHA256_BYTES], const uint8_t field_key[ASV_SHA256_BYTES],
                       struct asv_bytes value);

/* A camera's key of a day, HMAC-SHA-256(day key, certificate's digest), and the name that it gives the
 * camera: HMAC-SHA-256(camera's key, "asservat/v1/ledger-camera", 0, certificate's digest, day u32). Who has
 * the camera's key of a day can tell its entries of that day, and nothing of another camera or day. */
void asv_ledger_camera_key(uint8_t out[ASV_SHA256_BYTES], const uint8_t day_key[ASV_LEDGER_KEY_BYTES],
                           const uint8_t certificate[ASV_SHA256_BYTES]);
void asv_ledger_camera_name(uint8_t out[ASV_SHA256_BYTES], const uint8_t camera_key[ASV_SHA256_BYTES],
                            const uint8_t certificate[ASV_SHA256_BYTES], uint32_t day);

/* Writes the entry of an event: facts stand in it, of each of the closed fields a commitment. Both are
 * lists of fields. day_key may be NULL: then no camera is named; otherwise the facts have DAY and the
 * closed fields CERTIFICATE (ASV_E_MALFORMED). out[ASV_LEDGER_ENTRY_MAX_BYTES], its length in *len. */
ASV_MUST_CHECK enum asv_status asv_ledger_entry_write(uint8_t *out, size_t *len,
                                                      const struct asv_ledger_event *event,
                                                      struct asv_bytes facts, struct asv_bytes closed,
                                                      const uint8_t key[ASV_LEDGER_KEY_BYTES],
                                                      const uint8_t *day_key, struct asv_err *err);

/* An entry that was read: fields views the entry's bytes, and is a good list. */
struct asv_ledger_entry {
    struct asv_ledger_event event;
    struct asv_bytes fields;
};

ASV_MUST_CHECK enum asv_status asv_ledger_entry_read(struct asv_ledger_entry *out, struct asv_bytes entry,
                                                     struct asv_err *err);

/* The value of a field, for a committed one its commitment. False: the entry has none. */
bool asv_ledger_entry_find(const struct asv_ledger_entry *entry, uint8_t tag, struct asv_bytes *value);

/* LG-012: ASV_E_NOT_FOUND when the entry has no such commitment, ASV_E_DIGEST when it is to another value or
 * under another key. */
ASV_MUST_CHECK enum asv_status asv_ledger_entry_opens(const struct asv_ledger_entry *entry, uint8_t tag,
                                                      const uint8_t field_key[ASV_SHA256_BYTES],
                                                      struct asv_bytes value);

#endif
