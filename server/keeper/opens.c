/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * OPENS: does this clip open with a key that is here? Whether, and whether people keep it: nothing else
 * leaves.
 */
#include <string.h>

#include "server/keeper/keeper.h"

static void log_answer(const struct asv_keeper *keeper, const struct asv_seal_header *header,
                       const struct asv_keeper_reply *reply, const struct asv_err *why)
{
    if (keeper->log == NULL) {
        return;
    }
    struct asv_log log = asv_log_for_clip(keeper->log, header->clip);
    asv_log_event(&log, ASV_LOG_INFO, "opens",
                  asv_log_text("answer", reply->held    ? "held"
                                         : reply->opens ? "yes"
                                                        : "no"),
                  asv_log_text("why", reply->opens ? "" : why->text));
}

/* K-078 */
static bool is_held(const struct asv_keeper *keeper, const struct asv_keeper_opening *opening)
{
    const struct asv_kept *kept = asv_index_find(keeper->store->index, ASV_INDEX_KEPT, opening->digest);
    bool decided = kept != NULL && (kept->state == ASV_KEEPER_PENDING || kept->state == ASV_KEEPER_HELD);
    return decided || asv_keeper_ahead_of(keeper, &opening->header, kept, NULL) != NULL;
}

enum asv_status asv_keeper_opens(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_keeper_opening opening = {0};
    struct asv_revocations list;
    const struct asv_revocations *revocations = NULL;
    struct asv_err why = {0};
    enum asv_status status = asv_keeper_revocations(keeper, &list, &revocations, &why);
    if (status == ASV_OK) {
        status = asv_keeper_read_clip(keeper, request, revocations, &opening, &why);
    }
    if (status == ASV_OK) {
        status = asv_keeper_open_clip(keeper, request, &opening, &why);
    }
    if (status == ASV_OK) {
        status = asv_keeper_try_chunks(request, &opening.header, keeper->scratch, &why);
    }
    asv_wipe(keeper->scratch, sizeof *keeper->scratch); /* K-049 */
    if (status != ASV_OK && !opening.fact) {            /* K-059: no error of the keeper's looks like a no */
        return asv_fail(err, asv_keeper_told(&opening, status), why.text);
    }
    reply->opens = status == ASV_OK;
    reply->held = reply->opens && is_held(keeper, &opening);
    log_answer(keeper, &opening.header, reply, &why);
    return ASV_OK;
}
