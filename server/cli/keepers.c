/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/keepers.h"

#include <string.h>

#include "server/base/fail.h"

enum asv_status asv_cli_keeper(const struct asv_cli *cli, struct asv_keeper_client **out, struct asv_err *err)
{
    const char *path = asv_cli_text(cli->args, "keeper");
    enum asv_status status = asv_keeper_client_new(out, path != NULL ? path : cli->conf.keeper);
    return status == ASV_OK ? ASV_OK : asv_fail(err, ASV_E_USAGE, "keeper: the socket's path is too long");
}

enum asv_status asv_cli_keeper_seen(struct asv_db *db, const struct asv_keeper_status *state,
                                    struct asv_err *err)
{
    struct asv_db_start start = {.at_ms = state->started_ms};
    memcpy(start.run, state->run, sizeof start.run);
    _Static_assert(sizeof start.software == sizeof state->software, "its name has room");
    memcpy(start.software, state->software, sizeof start.software);
    return asv_db_software_seen(db, &start, err);
}

enum asv_status asv_cli_keeper_day_end(struct asv_keeper_client *client, const struct asv_agency_dir *agency,
                                       uint32_t date, int64_t now_ms, struct asv_day_end *out,
                                       struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_status asked = asv_keeper_client_day_end(client, date, &request, err);
    enum asv_status status = asv_keeper_wait(client, asked, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    if (status == ASV_OK) {
        status = asv_day_end_decode(out, reply.order.data, reply.order.len, err);
    }
    if (status == ASV_OK) {
        status =
            asv_day_end_verify(out, agency->root.signing_pk, now_ms, &agency->revocations, err); /* T-110 */
    }
    return status == ASV_OK && out->date != date
               ? asv_fail(err, ASV_E_MISMATCH, "keeper: its statement is about another day")
               : status;
}

enum asv_status asv_cli_keeper_state(const struct asv_cli *cli, struct asv_keeper_status *out,
                                     struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    asv_auto_keeper struct asv_keeper_client *client = NULL; /* a STATUS reply views nothing */
    enum asv_status status = asv_cli_keeper(cli, &client, err);
    if (status == ASV_OK) {
        status = asv_keeper_client_status(client, &request, err);
        status = asv_keeper_wait(client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    }
    if (status == ASV_OK) {
        *out = reply.state;
    }
    return status;
}
