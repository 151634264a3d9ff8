/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/ruled.h"

#include <string.h>

#include "firmware-proto/trust/ruling.h"

enum asv_status asv_ruled_read(enum asv_ruled *out, const struct asv_ledger_entry *entry, struct asv_err *err)
{
    static const char *const labels[ASV_RULED_COUNT] = {"taken", "refused", "concluded", "not taken"};
    struct asv_bytes label;
    struct asv_bytes none;
    unsigned found = 0;
    bool has_ruling = asv_ledger_entry_find(entry, ASV_LEDGER_OBJECT, &none);
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_LABEL, &label) ||
        !asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &none)) {
        return asv_fail(err, ASV_E_MALFORMED, "does not say what was said to which statement");
    }
    while (found < ASV_RULED_COUNT &&
           (label.len != strlen(labels[found]) || memcmp(label.data, labels[found], label.len) != 0)) {
        found++;
    }
    if (found == ASV_RULED_COUNT) {
        return asv_fail(err, ASV_E_MALFORMED, "says of a statement what nobody says");
    }
    if (has_ruling != (found <= ASV_RULED_REFUSED)) { /* LG-095 */
        return asv_fail(err, ASV_E_MALFORMED,
                        has_ruling ? "names a ruling, and says that there is none"
                                   : "says what the keeper ruled, and names no ruling");
    }
    *out = (enum asv_ruled)found;
    return ASV_OK;
}

enum asv_status asv_ruled_agrees(const struct asv_ledger_entry *entry, struct asv_bytes object,
                                 struct asv_err *err)
{
    struct asv_ruling ruling;
    struct asv_bytes statement;
    struct asv_bytes at;
    enum asv_ruled said = ASV_RULED_COUNT;
    enum asv_status status = asv_ruled_read(&said, entry, err);
    if (status == ASV_OK) {
        status = asv_ruling_decode(&ruling, object.data, object.len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &statement) ||
        memcmp(statement.data, ruling.statement, sizeof ruling.statement) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "the ruling is about another statement");
    }
    if ((said == ASV_RULED_TAKEN) != (ruling.verdict == ASV_RULING_TAKEN)) {
        return asv_fail(err, ASV_E_MISMATCH, "the ruling says the contrary");
    }
    return asv_ledger_entry_find(entry, ASV_LEDGER_AT, &at) &&
                   (int64_t)asv_load_be64(at.data) == ruling.issued_ms
               ? ASV_OK
               : asv_fail(err, ASV_E_MISMATCH, "the ruling is of another instant");
}
