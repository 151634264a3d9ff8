/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the keeper answers to whoever waits for it.
 */
#ifndef ASV_SERVER_FLOW_KEEPER_H
#define ASV_SERVER_FLOW_KEEPER_H

#include "server/keeper/client.h"

#define ASV_KEEPER_TIMEOUT_MS 10000 /* of a request that is answered at once */

static inline void asv_cleanup_keeper(struct asv_keeper_client **client)
{
    asv_keeper_client_free(*client);
}
#define asv_auto_keeper __attribute__((cleanup(asv_cleanup_keeper)))

/* The reply to a request that was asked with this status; its views live until the client is used again. What
 * the keeper refused is the status, too: then reply->status says so, which is ASV_OK while there was no
 * reply. */
ASV_MUST_CHECK enum asv_status asv_keeper_wait(struct asv_keeper_client *client, enum asv_status asked,
                                               uint32_t request, uint64_t timeout_ms,
                                               struct asv_keeper_reply *reply, struct asv_err *err);

/* What the keeper does with the clip with this header: ASV_KEEPER_PLAIN for one that it does not know. */
ASV_MUST_CHECK enum asv_status asv_keeper_state_of(struct asv_keeper_client *client, const uint8_t header[32],
                                                   uint8_t *state, struct asv_err *err);

/* When the period of the clip with this header ends, which has a key of its own; 0: it has none any more, or
 * never had. */
ASV_MUST_CHECK enum asv_status asv_keeper_period_of(struct asv_keeper_client *client,
                                                    const uint8_t header[32], int64_t *until_ms,
                                                    struct asv_err *err);

#endif
