/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How the decoders of TRUST.md and of docs/STATEMENTS.md read, and how their encoders begin and end; for
 * nobody else. A decoder reads field after field and looks at the outcome once: the first failure is
 * remembered with the field's name, and from then on nothing is read and zeros are stored.
 */
#ifndef ASV_TRUST_FIELDS_H
#define ASV_TRUST_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/object.h"
#include "firmware-proto/trust/common.h"

struct asv_fields {
    struct asv_reader reader;
    enum asv_status status;
    const char *object; /* names for err; static storage */
    const char *field;
};

/* Reads format and suite of a body without a signature behind it, data[len] (at most max bytes). */
void asv_fields_begin(struct asv_fields *in, const char *object_name, const void *data, size_t len,
                      size_t max);

/* Splits data[len] (at most max bytes) into body and signature, and reads format and suite. */
void asv_fields_open(struct asv_fields *in, const char *object_name, struct asv_object *object,
                     const void *data, size_t len, size_t max);

/* Reads the extensions (no critical one is known) and the end. */
void asv_fields_close(struct asv_fields *in, struct asv_bytes *extensions);

/* The outcome, with "object: field" in err when it is a failure. */
ASV_MUST_CHECK enum asv_status asv_fields_result(const struct asv_fields *in, struct asv_err *err);

/* Remembers a failure unless there is one already. */
void asv_fields_fail(struct asv_fields *in, enum asv_status status, const char *field);

/* For a rule that holds between fields: the field it names, or NULL. */
void asv_fields_rule(struct asv_fields *in, const char *broken);

void asv_field_u8(struct asv_fields *in, uint8_t *out, const char *field);
void asv_field_u16(struct asv_fields *in, uint16_t *out, const char *field);
void asv_field_u32(struct asv_fields *in, uint32_t *out, const char *field);
void asv_field_u64(struct asv_fields *in, uint64_t *out, const char *field);
void asv_field_i64(struct asv_fields *in, int64_t *out, const char *field);
void asv_field_copy(struct asv_fields *in, void *out, size_t len, const char *field);
void asv_field_view(struct asv_fields *in, struct asv_bytes *out, size_t len, const char *field);
void asv_field_view8(struct asv_fields *in, struct asv_bytes *out, size_t max, const char *field);
void asv_field_view16(struct asv_fields *in, struct asv_bytes *out, size_t max, const char *field);
void asv_field_text(struct asv_fields *in, char out[ASV_TEXT_SIZE], const char *field);
void asv_field_digest(struct asv_fields *in, uint8_t out[ASV_SHA256_BYTES], const char *field);
void asv_field_ed25519_pk(struct asv_fields *in, uint8_t out[ASV_ED25519_PK_BYTES], const char *field);
void asv_field_x25519_pk(struct asv_fields *in, uint8_t out[ASV_X25519_BYTES], const char *field);

/* A key exchange key, or alg 0 and length 0 for none. */
void asv_field_kx(struct asv_fields *in, bool *has, uint8_t out[ASV_X25519_BYTES], const char *field);
void asv_put_kx(struct asv_writer *writer, bool has, const uint8_t pk[ASV_X25519_BYTES]);

/* Overrun when the text has no NUL within ASV_TEXT_SIZE, or is not printable ASCII. */
void asv_put_text(struct asv_writer *writer, const char text[ASV_TEXT_SIZE]);

/* Writes format and suite; returns where the object begins. */
size_t asv_put_begin(struct asv_writer *writer);

/* As asv_fail, with "object: field". */
ASV_MUST_CHECK enum asv_status asv_fail_field(struct asv_err *err, enum asv_status status, const char *object,
                                              const char *field);

bool asv_is_zero(const uint8_t *data, size_t len);

#endif
