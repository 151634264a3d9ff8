/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/printed.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/report/letters.h"

/* As the facts have them (docs/handover-facts.schema.json). */
#define LABEL_BYTES   64
#define ADDRESS_BYTES 100

static bool is_blank(uint8_t byte)
{
    return byte == '\n' || byte == '\r' || byte == '\t';
}

/* Line ends become spaces there. */
static uint32_t bad_letter(struct asv_bytes text, enum asv_letters letters)
{
    uint32_t bad = 0;
    size_t from = 0;
    for (size_t at = 0; bad == 0 && at <= text.len; at++) {
        if (at == text.len || is_blank(text.data[at])) {
            bad = asv_letters_bad((struct asv_bytes){text.data + from, at - from}, letters);
            from = at + 1;
        }
    }
    return bad;
}

/* HO-024 */
static enum asv_status check(const char *field, struct asv_bytes text, enum asv_letters letters, size_t most,
                             struct asv_err *err)
{
    uint32_t bad = text.len > 0 ? bad_letter(text, letters) : 0;
    if (bad != 0) {
        return asv_failf(
            err, ASV_E_USAGE,
            "%s: U+%04X has no form in the documents of a hand-over; write it in Latin letters, as "
            "a passport does",
            field, (unsigned)bad);
    }
    return most == 0 || text.len <= most
               ? ASV_OK
               : asv_failf(err, ASV_E_USAGE, "%s: has more than %zu bytes, and no place in the documents",
                           field, most);
}

static struct asv_bytes bytes_of(const char *text)
{
    return (struct asv_bytes){(const uint8_t *)text, strlen(text)};
}

enum asv_status asv_printed_incident(const struct asv_db_incident *incident, struct asv_err *err)
{
    const struct {
        const char *field, *text;
        enum asv_letters letters;
        size_t most;
    } all[] = {
        {"case number", incident->case_number, ASV_LETTERS_MESSAGE, LABEL_BYTES},
        {"prosecutor", incident->prosecutor, ASV_LETTERS_MESSAGE, LABEL_BYTES},
        {"offence", incident->offence, ASV_LETTERS_DOCUMENT, 0},
        {"danger", incident->danger, ASV_LETTERS_DOCUMENT, 0},
        {"place", incident->place, ASV_LETTERS_DOCUMENT, 0},
        {"accused", incident->accused, ASV_LETTERS_DOCUMENT, 0},
        {"injured", incident->injured, ASV_LETTERS_DOCUMENT, 0},
    };
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < sizeof all / sizeof *all; i++) {
        status = check(all[i].field, bytes_of(all[i].text), all[i].letters, all[i].most, err);
    }
    return status;
}

enum asv_status asv_printed_card(const struct asv_card *card, struct asv_err *err)
{
    enum asv_status status = check("name", card->authority, ASV_LETTERS_MESSAGE, 0, err);
    for (size_t i = 0; status == ASV_OK && i < card->address_count; i++) {
        status = check("address", card->address[i], ASV_LETTERS_DOCUMENT, ADDRESS_BYTES, err);
    }
    return status;
}

enum asv_status asv_printed_signer(const struct asv_flow *flow, struct asv_err *err)
{
    enum asv_status status = flow->credential != NULL
                                 ? check("name", flow->credential->said.name, ASV_LETTERS_DOCUMENT, 0, err)
                                 : ASV_OK;
    return status == ASV_OK && flow->reason != NULL
               ? check("reason", bytes_of(flow->reason), ASV_LETTERS_DOCUMENT, 0, err)
               : status;
}
