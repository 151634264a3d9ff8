/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The parts of age (C2SP age.md, format v1) that a recording needs: X25519 stanzas, the header with its MAC,
 * the payload's chunks, and the text forms of keys. Other recipient types are read over, never unwrapped.
 *
 * On the camera the pieces of one age file lie apart: stanzas in a file of their own, the nonce in the signed
 * seal header, the chunks in the payload. age file = asv_age_header_write(stanzas, file key), nonce, chunks,
 * final chunk.
 */
#ifndef ASV_SEAL_AGE_H
#define ASV_SEAL_AGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_FILE_KEY_BYTES 16
#define ASV_NONCE_BYTES    16 /* of a payload, between header and first chunk */

#define ASV_CHUNK_PLAIN_BYTES  65536
#define ASV_CHUNK_CIPHER_BYTES (ASV_CHUNK_PLAIN_BYTES + ASV_AEAD_TAG_BYTES)
#define ASV_CHUNKS_MAX         UINT32_MAX /* full chunks in one payload: 256 TiB, more than a camera holds */

/* The plaintext of every final chunk that this project writes: the MP4 box 00000008 'free'. */
#define ASV_FINAL_PLAIN_BYTES  8
#define ASV_FINAL_CIPHER_BYTES (ASV_FINAL_PLAIN_BYTES + ASV_AEAD_TAG_BYTES)
extern const uint8_t asv_final_plaintext[ASV_FINAL_PLAIN_BYTES];

#define ASV_AGE_X25519_STANZA_BYTES 98    /* "-> X25519 " share LF body LF: always as long */
#define ASV_AGE_STANZA_MAX_BYTES    4096  /* of any type in a header that is read (hybrid ones need 1.6 KB) */
#define ASV_AGE_HEADER_MAX_BYTES    65536 /* of a header that is read or written */
#define ASV_AGE_STANZAS_MAX         64    /* in a header that is read or written */

#define ASV_AGE_RECIPIENT_TEXT_BYTES 63 /* "age1...", with its NUL */
#define ASV_AGE_IDENTITY_TEXT_BYTES  75 /* "AGE-SECRET-KEY-1...", with its NUL */

/* ---- stanzas ---- */

/* Wraps file_key for recipient. ephemeral must be 32 fresh random bytes, used for this stanza only, and is
 * the caller's to wipe. ASV_E_MISMATCH for a recipient of small order. out is text, without a NUL. */
ASV_MUST_CHECK enum asv_status asv_age_wrap(uint8_t out[ASV_AGE_X25519_STANZA_BYTES],
                                            const uint8_t file_key[ASV_FILE_KEY_BYTES],
                                            const uint8_t recipient[ASV_X25519_BYTES],
                                            const uint8_t ephemeral[ASV_X25519_BYTES]);

/* One stanza as it was read: views into what was read. */
struct asv_age_stanza {
    struct asv_bytes text; /* all of it, with the last LF: what a digest of a stanza is over */
    struct asv_bytes type; /* the first argument */
    struct asv_bytes args; /* the other arguments with the spaces between them; may be empty */
    struct asv_bytes body; /* base64 lines, canonical, with their LFs */
};

/* The next stanza at the reader's position. ASV_E_MALFORMED for anything that age.md does not allow (also at
 * the end of input), ASV_E_LIMIT for one above ASV_AGE_STANZA_MAX_BYTES. */
ASV_MUST_CHECK enum asv_status asv_age_stanza_read(struct asv_reader *reader, struct asv_age_stanza *out);

/* The file key of one stanza. ASV_E_NOT_FOUND when it is not for this key or of another type,
 * ASV_E_MALFORMED when it is an X25519 stanza that age.md refuses. */
ASV_MUST_CHECK enum asv_status asv_age_unwrap(uint8_t file_key[ASV_FILE_KEY_BYTES],
                                              const struct asv_age_stanza *stanza,
                                              const uint8_t identity[ASV_X25519_BYTES]);

/* ---- header ---- */

/* A header as it was read: views into what was read. */
struct asv_age_header {
    struct asv_bytes text;    /* all of it, from the version line to the LF after the MAC */
    struct asv_bytes stanzas; /* the stanzas only: what our "stanzas" file holds */
    size_t stanza_count;      /* >= 1 */
    struct asv_bytes maced;   /* what the MAC is over */
    uint8_t mac[ASV_SHA256_BYTES];
};

/* Writes the version line, the stanzas as they stand, and the MAC line. ASV_E_MALFORMED when stanzas is not
 * one or more whole stanzas; ASV_E_LIMIT when it does not fit; the writer is then where it was. */
ASV_MUST_CHECK enum asv_status asv_age_header_write(struct asv_writer *out, struct asv_bytes stanzas,
                                                    const uint8_t file_key[ASV_FILE_KEY_BYTES]);

/* Reads a header at the start of data; out->text.len says how long it is. ASV_E_AGAIN when it may be right
 * but goes on after data[len], ASV_E_MALFORMED or ASV_E_LIMIT when it cannot be, ASV_E_UNSUPPORTED for
 * another version. The MAC is not checked: that takes the file key. */
ASV_MUST_CHECK enum asv_status asv_age_header_read(struct asv_age_header *out, const void *data, size_t len);

/* ASV_E_DIGEST unless the header's MAC is file_key's. */
ASV_MUST_CHECK enum asv_status asv_age_header_check(const struct asv_age_header *header,
                                                    const uint8_t file_key[ASV_FILE_KEY_BYTES]);

/* Unwraps with the first X25519 stanza that is for identity, then checks the MAC. ASV_E_NOT_FOUND when none
 * is, ASV_E_DIGEST for the MAC, ASV_E_MALFORMED for an X25519 stanza that age.md refuses, or a passphrase
 * (scrypt) stanza beside others. */
ASV_MUST_CHECK enum asv_status asv_age_header_open(uint8_t file_key[ASV_FILE_KEY_BYTES],
                                                   const struct asv_age_header *header,
                                                   const uint8_t identity[ASV_X25519_BYTES]);

/* ---- payload ---- */

/* HKDF-SHA-256(file key, salt nonce, info "payload"). */
void asv_age_payload_key(uint8_t out[ASV_AEAD_KEY_BYTES], const uint8_t file_key[ASV_FILE_KEY_BYTES],
                         const uint8_t nonce[ASV_NONCE_BYTES]);

/* One chunk: out has len + 16 bytes and may be in. len is ASV_CHUNK_PLAIN_BYTES unless final. Never encrypt
 * two plaintexts with the same payload key, index and final. */
void asv_age_chunk_encrypt(uint8_t *out, const uint8_t *in, size_t len, uint64_t index, bool final,
                           const uint8_t payload_key[ASV_AEAD_KEY_BYTES]);

/* in has len bytes, tag included; out has len - 16 and may be in. ASV_E_MALFORMED for a length that a chunk
 * cannot have, ASV_E_DIGEST when it does not authenticate at this place: out is then without meaning. */
ASV_MUST_CHECK enum asv_status asv_age_chunk_decrypt(uint8_t *out, const uint8_t *in, size_t len,
                                                     uint64_t index, bool final,
                                                     const uint8_t payload_key[ASV_AEAD_KEY_BYTES]);

/* The final chunk at index: the constant box, encrypted. */
void asv_age_final_chunk(uint8_t out[ASV_FINAL_CIPHER_BYTES], uint64_t index,
                         const uint8_t payload_key[ASV_AEAD_KEY_BYTES]);

/* ---- keys as text (Bech32, BIP 173 without its length limit) ---- */

void asv_age_recipient_encode(char out[ASV_AGE_RECIPIENT_TEXT_BYTES], const uint8_t pk[ASV_X25519_BYTES]);
void asv_age_identity_encode(char out[ASV_AGE_IDENTITY_TEXT_BYTES], const uint8_t sk[ASV_X25519_BYTES]);

/* text[len] without a NUL. ASV_E_MALFORMED unless it is exactly one key of that kind. */
ASV_MUST_CHECK enum asv_status asv_age_recipient_decode(uint8_t pk[ASV_X25519_BYTES], const char *text,
                                                        size_t len);
ASV_MUST_CHECK enum asv_status asv_age_identity_decode(uint8_t sk[ASV_X25519_BYTES], const char *text,
                                                       size_t len);

#endif
