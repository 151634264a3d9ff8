/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Signed notes and verifier keys (C2SP signed-note): a text, a blank line, and signature lines
 * "— name base64(key id, signature)". Parsed in place: nothing is copied, everything borrows the note's
 * bytes.
 *
 * A text means nothing before a signature of a known key was verified. Base 64 is taken in its one canonical
 * form only, so that a note is not another note with the same meaning.
 */
#ifndef ASV_LEDGER_NOTE_H
#define ASV_LEDGER_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_NOTE_MAX_BYTES      131072 /* 16 post-quantum signatures and a text */
#define ASV_NOTE_SIGNATURES_MAX 33     /* the format asks for 16 at least; a log's own and 32 witnesses' */
#define ASV_NOTE_NAME_SIZE      256    /* of a key's name, NUL included */
#define ASV_NOTE_SIGNATURE_MAX  72     /* bytes of a signature of a type below */

/* The type of signature a key makes: the byte that stands in its id and its text. */
enum asv_note_type {
    ASV_NOTE_ED25519 = 0x01,     /* over the text: logs */
    ASV_NOTE_COSIGNATURE = 0x04, /* with a time, cosignature.h: witnesses */
};

struct asv_note_key {
    char name[ASV_NOTE_NAME_SIZE]; /* UTF-8 */
    uint32_t id;
    enum asv_note_type type;
    uint8_t pk[ASV_ED25519_PK_BYTES];
};

/* A key from its parts; the id is computed. ASV_E_USAGE for a name that is empty, too long, no UTF-8, or has
 * a space, a plus or a control character. */
ASV_MUST_CHECK enum asv_status asv_note_key_make(struct asv_note_key *out, const char *name,
                                                 enum asv_note_type type,
                                                 const uint8_t pk[ASV_ED25519_PK_BYTES], struct asv_err *err);

/* Whether name may be a key's: not empty, below ASV_NOTE_NAME_SIZE, UTF-8 without spaces, plus and controls.
 */
bool asv_note_is_name(struct asv_bytes name);

#define ASV_VKEY_BYTES (ASV_NOTE_NAME_SIZE + 1 + 8 + 1 + 44) /* NUL included */

/* The key as one text: "name+id+base64(type, public key)". */
void asv_vkey_format(char out[ASV_VKEY_BYTES], const struct asv_note_key *key);

/* ASV_E_MALFORMED for what is no such text or whose id is not that of its key; ASV_E_UNSUPPORTED for another
 * type of signature. */
ASV_MUST_CHECK enum asv_status asv_vkey_parse(struct asv_note_key *out, struct asv_bytes text,
                                              struct asv_err *err);

struct asv_note_signature {
    struct asv_bytes name;
    uint32_t id;
    struct asv_bytes base64; /* canonical; of the id (4 bytes) and the signature (1 byte or more) */
};

struct asv_note {
    struct asv_bytes text; /* with its last newline */
    size_t count;
    struct asv_note_signature signatures[ASV_NOTE_SIGNATURES_MAX];
};

/* ASV_E_MALFORMED with the line for what is no note, ASV_E_LIMIT for one that is too large or has too many
 * signatures. No signature is verified. */
ASV_MUST_CHECK enum asv_status asv_note_parse(struct asv_note *out, struct asv_bytes data,
                                              struct asv_err *err);

/* Whether the signature says that it is the key's: same name and same id. */
bool asv_note_is_by(const struct asv_note_signature *signature, const struct asv_note_key *key);

/* A key of type ASV_NOTE_ED25519 signed the text. ASV_E_NOT_FOUND when no signature is by it; ASV_E_SIGNATURE
 * when one that is by it does not verify, whatever else is there: such a note is to be refused as a whole. */
ASV_MUST_CHECK enum asv_status asv_note_verify(const struct asv_note *note, const struct asv_note_key *key,
                                               struct asv_err *err);

/* The same for signatures of len bytes whose meaning another header defines: holds says whether one is right.
 */
ASV_MUST_CHECK enum asv_status asv_note_verify_with(const struct asv_note *note,
                                                    const struct asv_note_key *key, size_t len,
                                                    bool (*holds)(void *ctx, const uint8_t *signature),
                                                    void *ctx, struct asv_err *err);

/* Writes one signature line, with its newline. */
void asv_note_write_signature(struct asv_writer *writer, const struct asv_note_key *key,
                              const uint8_t *signature, size_t len);

/* Writes a signature line of another note, as it stands there. */
void asv_note_write_line(struct asv_writer *writer, const struct asv_note_signature *signature);

/* Writes the note: the text, which must end in a newline, a blank line, and the signature of the key, which
 * is of type ASV_NOTE_ED25519, by its secret key. More signature lines may be written behind it. */
void asv_note_sign(struct asv_writer *writer, const struct asv_note_key *key,
                   const uint8_t sk[ASV_ED25519_SK_BYTES], struct asv_bytes text);

#endif
