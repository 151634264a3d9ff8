/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/keeper.h"

#include <string.h>

#include "server/base/fail.h"

enum asv_status asv_keeper_wait(struct asv_keeper_client *client, enum asv_status asked, uint32_t request,
                                uint64_t timeout_ms, struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_err inner = *err;
    enum asv_status status = asked;
    *reply = (struct asv_keeper_reply){0};
    if (status == ASV_OK) {
        status = asv_keeper_client_wait(client, request, timeout_ms, reply, &inner);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", inner.text);
    }
    return reply->status == ASV_OK ? ASV_OK : asv_failf(err, reply->status, "keeper: %s", reply->detail);
}

/* What the keeper says of the clip with this header. *there false: nothing. */
static enum asv_status find_kept(struct asv_keeper_client *client, const uint8_t header[32],
                                 struct asv_keeper_kept *row, bool *there, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_status status = asv_keeper_client_clip(client, header, &request, err);
    status = asv_keeper_wait(client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    if (status != ASV_OK) {
        return status;
    }
    *there = false;
    if (reply.kept_count > 0) {
        asv_keeper_kept_read(row, &reply, 0);
        *there = memcmp(row->header, header, sizeof row->header) == 0;
    }
    return ASV_OK;
}

enum asv_status asv_keeper_state_of(struct asv_keeper_client *client, const uint8_t header[32],
                                    uint8_t *state, struct asv_err *err)
{
    struct asv_keeper_kept row;
    bool there = false;
    enum asv_status status = find_kept(client, header, &row, &there, err);
    *state = status == ASV_OK && there ? row.state : ASV_KEEPER_PLAIN;
    return status;
}

enum asv_status asv_keeper_period_of(struct asv_keeper_client *client, const uint8_t header[32],
                                     int64_t *until_ms, struct asv_err *err)
{
    struct asv_keeper_kept row;
    bool there = false;
    enum asv_status status = find_kept(client, header, &row, &there, err);
    bool has_key =
        status == ASV_OK && there &&
        (row.state == ASV_KEEPER_RUNS || row.state == ASV_KEEPER_PENDING || row.state == ASV_KEEPER_HELD);
    *until_ms = has_key ? row.period_ms : 0;
    return status;
}
