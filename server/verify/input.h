/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The files of a clip as they lie before the verifier: opened once, read only, regular files only. Whoever
 * made them may want to fool it.
 */
#ifndef ASV_SERVER_VERIFY_INPUT_H
#define ASV_SERVER_VERIFY_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

enum asv_part {
    ASV_PART_SEAL,
    ASV_PART_PAYLOAD,
    ASV_PART_STANZAS,
    ASV_PART_LINK,
    ASV_PART_TAIL,
    ASV_PART_CHAIN,
    ASV_PART_COMMIT,
    ASV_PART_RECEIPT,
    ASV_PART_COUNT,
};

/* "seal", "payload", ...: static storage. */
const char *asv_input_name(enum asv_part part);

/* A file, or a part of one. */
struct asv_input {
    int fd; /* -1: not there */
    uint64_t size;
    uint64_t offset;  /* in the file where it begins */
    bool is_borrowed; /* the file is somebody else's, who closes it */
};

struct asv_leaves;

struct asv_inputs {
    struct asv_input part[ASV_PART_COUNT];
    const struct asv_leaves *leaves; /* of PAYLOAD, taken before; borrowed; NULL: none */
    bool payload_stays;              /* with who has the recording: what was signed is judged without it */
};

/* path is a clip's directory; or its seal, called "seal" with the other parts beside it under their names, or
 * "NAME.seal" with "NAME.payload", "NAME.chain" and so on. Parts other than the seal may be missing.
 * ASV_E_NOT_FOUND, ASV_E_IO, or ASV_E_USAGE (a seal by another name, no regular file). */
ASV_MUST_CHECK enum asv_status asv_inputs_open(struct asv_inputs *inputs, const char *path,
                                               struct asv_err *err);

void asv_inputs_close(struct asv_inputs *inputs);

/* One file by itself. Errors as above. */
ASV_MUST_CHECK enum asv_status asv_input_open(struct asv_input *input, const char *path, struct asv_err *err);

void asv_input_close(struct asv_input *input);

/* The bytes [offset, offset + size) of it, which must be there, as a file of their own: borrowed. */
struct asv_input asv_input_part(const struct asv_input *input, uint64_t offset, uint64_t size);

/* Up to len bytes from offset into out; *got is less than len only at the end of the file. ASV_E_IO. */
ASV_MUST_CHECK enum asv_status asv_input_read(const struct asv_input *input, uint64_t offset, void *out,
                                              size_t len, size_t *got, struct asv_err *err);

/* The whole of a small file. ASV_E_NOT_FOUND when it is not there, ASV_E_LIMIT above cap, ASV_E_IO. */
ASV_MUST_CHECK enum asv_status asv_input_load(const struct asv_input *input, uint8_t *out, size_t cap,
                                              struct asv_bytes *view, struct asv_err *err);

#endif
