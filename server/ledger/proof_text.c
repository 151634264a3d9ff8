/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Proofs as lines of text. */
#include <stddef.h>

#include "server/ledger/line.h"
#include "server/ledger/proof.h"

enum asv_status asv_proof_read_lines(struct asv_reader *reader, struct asv_proof *out, struct asv_err *err)
{
    struct asv_bytes line;
    const struct asv_bytes data = {reader->data, reader->len};
    out->count = 0;
    for (;;) {
        size_t from = reader->at;
        if (!asv_line_take(reader, &line)) {
            return asv_fail_at(err, ASV_E_MALFORMED, "proof: no empty line ends it, in line",
                               asv_line_number(data, from));
        }
        if (line.len == 0) {
            return ASV_OK;
        }
        if (out->count == ASV_PROOF_HASHES_MAX) {
            return asv_fail_at(err, ASV_E_LIMIT, "proof: more hashes than", ASV_PROOF_HASHES_MAX);
        }
        if (!asv_line_is_hash(line, out->hash[out->count++])) {
            return asv_fail_at(err, ASV_E_MALFORMED, "proof: no SHA-256 hash in base 64, in line",
                               asv_line_number(data, from));
        }
    }
}

void asv_proof_write_lines(struct asv_writer *writer, const struct asv_proof *proof)
{
    for (size_t i = 0; i < proof->count; i++) {
        asv_line_put_hash(writer, proof->hash[i]);
    }
    asv_write_u8(writer, '\n');
}
