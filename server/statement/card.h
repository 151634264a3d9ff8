/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recipient's card (STATEMENTS.md 4, "Cards"): who it is that a key is registered for, as a text that is
 * kept beside the statement. Two people sign its digest.
 */
#ifndef ASV_STATEMENT_CARD_H
#define ASV_STATEMENT_CARD_H

#include "server/statement/statement.h"

#define ASV_CARD_ADDRESS_MAX 4  /* lines */
#define ASV_CARD_CODE_MAX    12 /* bytes; as XJustiz has it */
#define ASV_CARD_MAX_BYTES   (15 + 129 + 13 + 4 * 129 + 65)

struct asv_card {
    struct asv_bytes authority; /* its name; views */
    struct asv_bytes code;      /* XJustiz: "R1200S"; len 0: none */
    uint8_t address_count;      /* 1..ASV_CARD_ADDRESS_MAX */
    struct asv_bytes address[ASV_CARD_ADDRESS_MAX];
    bool has_certificate;
    uint8_t
        certificate[ASV_SHA256_BYTES]; /* of the DER of the X.509 certificate that receipts are signed with */
};

/* Appends the card. ASV_E_USAGE when a field breaks a rule, ASV_E_LIMIT when it does not fit. */
ASV_MUST_CHECK enum asv_status asv_card_write(struct asv_writer *writer, const struct asv_card *card);

/* Reads exactly data[len]. out views into data. ASV_E_MALFORMED or ASV_E_LIMIT, with detail; *out is then
 * untouched. */
ASV_MUST_CHECK enum asv_status asv_card_read(struct asv_card *out, const void *data, size_t len,
                                             struct asv_err *err);

/* SHA-256 of a card's bytes: what RECIPIENT names. */
void asv_card_digest(uint8_t out[ASV_SHA256_BYTES], const void *data, size_t len);

/* Reads the card that a RECIPIENT or RECIPIENT_ENDS is about. ASV_E_MISMATCH unless data[len] is the very one
 * that was signed and its authority has the statement's name (ST-124); otherwise as asv_card_read. */
ASV_MUST_CHECK enum asv_status asv_card_of(struct asv_card *out, const struct asv_statement *statement,
                                           const void *data, size_t len, struct asv_err *err);

#endif
