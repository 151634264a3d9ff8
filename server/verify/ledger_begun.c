/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* How a log began, and with what head the one before it ended. */
#include <string.h>

#include "server/ledger/begun.h"
#include "server/verify/ledger_internal.h"

/* The log of the trust file with this origin; its count: none. */
static size_t find_log(const struct asv_ledger_policy *policy, struct asv_bytes origin)
{
    size_t log = 0;
    while (log < policy->log_count && (strlen(policy->logs[log].key.name) != origin.len ||
                                       memcmp(policy->logs[log].key.name, origin.data, origin.len) != 0)) {
        log++;
    }
    return log;
}

static void compare_named(struct asv_ledger_work *work, const char *name, const struct asv_begun *begun)
{
    struct asv_err err = {0};
    size_t log = find_log(&work->policy, begun->origin);
    if (log == work->policy.log_count) {
        asv_say_unchecked(&work->say, name, "the earlier head is of a log that the trust file does not have");
    } else if (log == work->verdict.log) {
        asv_say_wrong(&work->say, name, "it names its own log as the one before");
    } else if (asv_heads_name(&work->heads, name, log, &begun->head, &err) != ASV_OK) {
        asv_say_wrong(&work->say, name, "%s", err.text);
    }
}

void asv_verify_begun(struct asv_ledger_work *work, const char *name, uint64_t index,
                      const struct asv_ledger_entry *entry)
{
    struct asv_begun begun;
    struct asv_err err = {0};
    const char *origin = work->policy.logs[work->verdict.log].key.name;
    enum asv_status status = asv_begun_read(&begun, entry, index, origin, &err);
    if (status == ASV_OK && begun.names) {
        compare_named(work, name, &begun);
    } else if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
        asv_say_wrong(&work->say, name, "%s", err.text);
    }
}
