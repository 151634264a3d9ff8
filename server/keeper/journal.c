/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/statement/statement.h"

#define NAME_BYTES (sizeof ASV_JOURNAL_PREFIX + 10)

_Static_assert(ASV_JOURNAL_LINE_BYTES >= 4 * ASV_STATEMENT_MAX_BYTES + ASV_JOURNAL_ACTION_BYTES + 32,
               "a line has room for two statements");

enum asv_status asv_journal_write(struct asv_mirror *mirror, int64_t now_ms, const char *action,
                                  struct asv_bytes proposal, struct asv_bytes answer,
                                  char line[ASV_JOURNAL_LINE_BYTES], struct asv_err *err)
{
    char name[NAME_BYTES];
    uint32_t today = 0;
    enum asv_status status = asv_local_date(now_ms, &today);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock shows a date that is none");
    }
    (void)snprintf(name, sizeof name, ASV_JOURNAL_PREFIX "%04u", today / 10000);
    int len = snprintf(line, ASV_JOURNAL_LINE_BYTES, "%lld %s ", (long long)now_ms, action);
    asv_hex_encode(line + len, proposal.data, proposal.len);
    len += (int)(2 * proposal.len);
    line[len++] = ' ';
    if (answer.len > 0) {
        asv_hex_encode(line + len, answer.data, answer.len);
        len += (int)(2 * answer.len);
    } else {
        line[len++] = '-';
    }
    line[len++] = '\n';
    return asv_mirror_append(mirror, name, line, (size_t)len, err);
}

/* A sweep over the store's files. */
struct sweep {
    struct asv_mirror *mirror;
    unsigned year;
    struct asv_err *err;
};

static enum asv_status sweep_one(void *ctx, const char *name)
{
    const struct sweep *sweep = ctx;
    size_t prefix = sizeof ASV_JOURNAL_PREFIX - 1;
    if (strncmp(name, ASV_JOURNAL_PREFIX, prefix) != 0) {
        return ASV_OK;
    }
    unsigned long year = strtoul(name + prefix, NULL, 10);
    return year + 1 < sweep->year ? asv_mirror_remove(sweep->mirror, name, sweep->err) : ASV_OK;
}

enum asv_status asv_journal_sweep(struct asv_mirror *mirror, uint32_t today, struct asv_err *err)
{
    struct sweep sweep = {.mirror = mirror, .year = today / 10000, .err = err};
    enum asv_status status = ASV_OK;
    for (unsigned i = 0; status == ASV_OK && i < mirror->count; i++) {
        const struct asv_disk *disk = &mirror->disks[i];
        status = mirror->used[i] ? disk->list(disk->ctx, sweep_one, &sweep, err) : ASV_OK;
    }
    return status;
}
