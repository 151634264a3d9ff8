/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/case.h"

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/clip.h"
#include "server/incident/words.h"

enum asv_status asv_cli_case_open(const struct asv_cli *cli, struct asv_cli_case *it, struct asv_err *err)
{
    it->cli = cli;
    enum asv_status status = asv_cli_database(cli, &it->db, err);
    if (status == ASV_OK) {
        status = asv_case_open(asv_cli_flow(&it->flow, cli, it->db, NULL), &it->work, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, it->db, &it->person, err);
    }
    if (status == ASV_OK) { /* the same, of the person, who is asked for a passphrase last */
        (void)asv_cli_flow(&it->flow, cli, it->db, it->person);
        status = asv_flow_now(&it->flow.flow, &it->work.now_ms, err);
    }
    return status;
}

void asv_cli_case_close(struct asv_cli_case *it)
{
    asv_case_close(&it->work);
    asv_person_close(it->person);
    asv_db_close(it->db);
}

enum asv_status asv_cli_case_of_clip(struct asv_cli_case *it, struct asv_err *err)
{
    uint8_t clip[ASV_UUID_BYTES];
    enum asv_status status = asv_cli_clip_operand(it->cli, clip, err);
    return status == ASV_OK ? asv_case_of_clip(&it->work, clip, err) : status;
}

void asv_cli_say_requested(const struct asv_cli *cli, const uint8_t digest[ASV_SHA256_BYTES],
                           const char *approve)
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(hex, digest, ASV_SHA256_BYTES);
    fprintf(cli->out, "request      %.*s\nAnother person approves it: \"asservat %s\".\n", ASV_CASE_DIGITS,
            hex, approve);
}

enum asv_status asv_cli_step(const struct asv_cli *cli, uint8_t *step, struct asv_err *err)
{
    static const char *const flags[] = {"approve", "refuse", "withdraw"};
    uint8_t found = ASV_STEP_PROPOSE;
    for (uint8_t i = 0; i < 3; i++) {
        if (asv_cli_flag(cli->args, flags[i])) {
            if (found != ASV_STEP_PROPOSE) {
                return asv_fail(err, ASV_E_USAGE, "one of --approve, --refuse and --withdraw");
            }
            found = (uint8_t)(ASV_STEP_APPROVE + i);
        }
    }
    *step = found;
    return ASV_OK;
}
