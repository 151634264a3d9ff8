/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <string.h>

#include "server/base/fail.h"
#include "server/cli/handover_job.h"

#define STAMP_TIMEOUT_MS 30000

static struct asv_bytes object_of(const struct asv_db_object *object)
{
    return (struct asv_bytes){object->bytes, object->len};
}

/* ---- keys ---- */

enum asv_status asv_handover_ask_keys(void *ctx, uint16_t clip, struct asv_recording *recording,
                                      struct asv_err *err)
{
    struct asv_handover_making *making = ctx;
    const struct asv_db_handover_job *job = &making->job;
    struct asv_keeper_reply reply = {.file_key = NULL};
    uint32_t request = 0;
    const struct asv_keeper_decision decision = {
        .proposal = object_of(&job->proposal),
        .answer = object_of(&job->approval),
        .plan = {job->plan, job->plan_len},
        .number = &clip,
        .record_count = 2,
        .records = {{job->proposer, job->proposer_len}, {job->approver, job->approver_len}},
    };
    struct asv_keeper_client *keeper = making->house->keeper;
    enum asv_status status = asv_keeper_client_decide(keeper, &decision, &request, err);
    status = asv_keeper_wait(keeper, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    if (status == ASV_OK && reply.file_key != NULL) {
        status = asv_recording_set_key(recording, reply.file_key, err);
    }
    return status == ASV_OK && reply.stanza.len > 0 /* none where the original stays (HO-082) */
               ? asv_recording_set_header(recording, reply.stanza, err)
               : status;
}

/* ---- signatures ---- */

static enum asv_status sign(void *ctx, const uint8_t digest[ASV_SHA256_BYTES],
                            uint8_t sig[ASV_P256_SIG_MAX_BYTES], size_t *len, struct asv_err *err)
{
    struct asv_handover_making *making = ctx;
    const struct asv_db_handover_job *job = &making->job;
    struct asv_keeper_reply reply = {.file_key = NULL};
    uint32_t request = 0;
    const struct asv_keeper_package package = {
        .proposal = object_of(&job->proposal),
        .answer = object_of(&job->approval),
        .plan = {job->plan, job->plan_len},
        .record_count = 2,
        .records = {{job->proposer, job->proposer_len}, {job->approver, job->approver_len}},
        .digest = digest,
    };
    struct asv_keeper_client *keeper = making->house->keeper;
    enum asv_status status = asv_keeper_client_sign_package(keeper, &package, &request, err);
    status = asv_keeper_wait(keeper, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    if (status == ASV_OK && reply.signature.len > ASV_P256_SIG_MAX_BYTES) {
        status = asv_fail(err, ASV_E_MALFORMED, "the keeper's signature is none");
    }
    if (status == ASV_OK) {
        memcpy(sig, reply.signature.data, reply.signature.len);
        *len = reply.signature.len;
    }
    return status;
}

/* HO-047 */
static enum asv_status stamp(void *ctx, struct asv_bytes request, uint8_t *response, size_t *len,
                             struct asv_err *err)
{
    struct asv_handover_making *making = ctx;
    const struct asv_cli_conf *conf = &making->house->cli->conf;
    const struct asv_post post = {.url = conf->handover_tsa,
                                  .ca_file = conf->handover_tsa_ca,
                                  .type = "application/timestamp-query",
                                  .body = request,
                                  .timeout_ms = STAMP_TIMEOUT_MS,
                                  .answer = response,
                                  .cap = ASV_CADES_STAMP_MAX_BYTES};
    unsigned code = 0;
    struct asv_err why = {0};
    enum asv_status status = asv_post(making->house->poster, &post, &code, len, &why);
    if (status == ASV_OK && code != 200) {
        return asv_failf(err, ASV_E_AWAY, "the time-stamping authority answers with %u", code);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_failf(err, ASV_E_AWAY, "the time-stamping authority: %.200s", why.text);
}

struct asv_package_signer asv_handover_signer(struct asv_handover_making *making, int64_t now_ms)
{
    const struct asv_handover_house *house = making->house;
    return (struct asv_package_signer){
        .cades = {.ctx = making, .certs = {house->pem, house->pem_len}, .sign = sign},
        .now_s = now_ms / 1000,
        .stamp_ctx = making,
        .stamp = house->poster != NULL ? stamp : NULL,
    };
}
