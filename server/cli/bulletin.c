/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat camera bulletin: what a new camera needs before it can record for the first time. Afterwards docks
 * bring them.
 */
#include <string.h>

#include "firmware-proto/trust/bulletin.h"
#include "server/base/fail.h"
#include "server/cli/agency.h"
#include "server/cli/files.h"
#include "server/cli/keepers.h"
#include "server/cli/text.h"

#define KEEPER_TIMEOUT_MS 60000 /* a thousand new keys on a slow disk */

/* Day keys, then the bulletin; *reply views into the client. */
static enum asv_status ask_keeper(const struct asv_cli *cli, struct asv_keeper_client *client,
                                  struct asv_bytes chain, struct asv_keeper_reply *reply, struct asv_err *err)
{
    uint32_t request = 0;
    uint16_t days = (uint16_t)asv_cli_number(cli->args, "days", 0);
    enum asv_status asked = asv_keeper_client_make_days(client, chain, 0, days, &request, err);
    enum asv_status status = asv_keeper_wait(client, asked, request, KEEPER_TIMEOUT_MS, reply, err);
    if (status != ASV_OK) {
        return status;
    }
    asked = asv_keeper_client_bulletin(client, chain, false, &request, err);
    return asv_keeper_wait(client, asked, request, KEEPER_TIMEOUT_MS, reply, err);
}

/* The keeper is believed no more than anybody else. */
static enum asv_status check(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                             const struct asv_cert *camera, struct asv_bytes bytes, struct asv_bulletin *out,
                             struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    int64_t now = ASV_TIME_UNKNOWN;
    asv_cert_digest(digest, camera);
    enum asv_status status = asv_world_wall_ms(cli->world, &now);
    if (status == ASV_OK) {
        status = asv_bulletin_decode(out, bytes.data, bytes.len, err);
    }
    if (status == ASV_OK) {
        status = asv_bulletin_verify(out, agency->root.signing_pk, digest, now, &agency->revocations, err);
    }
    return status;
}

static enum asv_status read_chain(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                  uint8_t *data, struct asv_chain *out, struct asv_err *err)
{
    const char *path = asv_cli_text(cli->args, "chain");
    struct asv_err inner = {0};
    size_t len = 0;
    enum asv_status status = asv_file_read(path, data, ASV_CHAIN_MAX_BYTES, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_chain_decode(out, data, len, &inner);
    if (status == ASV_OK) {
        status = asv_chain_verify(out, agency->root.signing_pk, ASV_ROLE_CAMERA, ASV_TIME_UNKNOWN,
                                  &agency->revocations, &inner);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s: %s", path, inner.text);
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    char text[ASV_TEXT_BYTES];
    struct asv_chain chain;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key last;
    struct asv_keeper_reply reply = {0};
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    struct asv_output output asv_auto_output = {.dir = -1};
    asv_auto_keeper struct asv_keeper_client *client = NULL;
    const char *out = asv_cli_text(cli->args, "out");

    enum asv_status status = asv_output_open(out, false, &output, err);
    if (status == ASV_OK) {
        status = asv_agency_open(cli, false, &agency, err);
    }
    if (status == ASV_OK) {
        status = read_chain(cli, agency, chain_data, &chain, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_keeper(cli, &client, err);
    }
    if (status == ASV_OK) {
        status = ask_keeper(cli, client, chain.encoded, &reply, err);
    }
    if (status == ASV_OK) {
        status = check(cli, agency, &chain.leaf, reply.bulletin, &bulletin, err);
    }
    if (status == ASV_OK) {
        status = asv_output_write(&output, reply.bulletin, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    fprintf(cli->out, "camera       %s\nbulletin     number %llu, %u days", chain.leaf.name,
            (unsigned long long)bulletin.number, (unsigned)bulletin.key_count);
    if (bulletin.key_count != 0) {
        asv_bulletin_key_at(&bulletin, (uint16_t)(bulletin.key_count - 1), &last);
        fprintf(cli->out, ", the last %s", asv_text_date(text, last.date));
    }
    fprintf(cli->out, "\nfile         %s\n", out);
    return ASV_OK;
}

static const struct asv_cli_option options[] = {
    {"chain", ASV_CLI_TEXT, "FILE", "what \"asservat camera enrol\" wrote", true, false, 0, 0},
    {"out", ASV_CLI_TEXT, "FILE", "where the bulletin goes", true, false, 0, 0},
    {"days", ASV_CLI_NUMBER, "N", "day keys ahead (as the keeper is configured)", false, false, 1,
     ASV_KEEPER_DAYS_MAX},
    ASV_CLI_KEEPER_OPTION,
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_camera_bulletin = {
    .group = "camera",
    .name = "bulletin",
    .summary = "get a new camera its first keys from the keeper",
    .help = "Lets the keeper make day keys for a camera, and writes the signed bulletin with\n"
            "their public halves for \"asservat-camera install\". From its first docking on, the\n"
            "dock brings the camera its bulletins.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
