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

static enum asv_status ask(struct asv_handover_making *making, const uint16_t *clips, unsigned count,
                           struct asv_keeper_reply *reply, struct asv_err *err)
{
    const struct asv_db_handover_job *job = &making->job;
    struct asv_keeper_client *keeper = making->house->keeper;
    uint32_t request = 0;
    const struct asv_keeper_decision decision = {
        .proposal = object_of(&job->proposal),
        .answer = object_of(&job->approval),
        .plan = {job->plan, job->plan_len},
        .number = &clips[0],
        .more = clips + 1,
        .more_count = (uint8_t)(count - 1),
        .record_count = 2,
        .records = {{job->proposer, job->proposer_len}, {job->approver, job->approver_len}},
    };
    enum asv_status status = asv_keeper_client_decide(keeper, &decision, &request, err);
    status = asv_keeper_wait(keeper, status, request, ASV_KEEPER_TIMEOUT_MS, reply, err);
    return status == ASV_OK && reply->more_count != decision.more_count
               ? asv_fail(err, ASV_E_MALFORMED, "the keeper's answer is about other recordings")
               : status;
}

static enum asv_status keep_wrapped(struct asv_handover_making *making, const uint16_t *clips,
                                    const struct asv_keeper_reply *reply, struct asv_err *err)
{
    for (unsigned i = 0; i < reply->more_count; i++) {
        const struct asv_bytes *header = &reply->more[i];
        struct asv_handover_wrapped *one = &making->wrapped[i];
        if (header->len == 0 || header->len > sizeof one->header) {
            return asv_fail(err, ASV_E_MALFORMED, "the keeper's answer has no header of a recording");
        }
        one->clip = clips[1 + i];
        one->len = header->len;
        memcpy(one->header, header->data, header->len);
    }
    return ASV_OK;
}

/* What came with another's, once. NULL: nothing did. */
static struct asv_handover_wrapped *take_wrapped(struct asv_handover_making *making, uint16_t clip)
{
    for (unsigned i = 0; i < ASV_KEEPER_MORE_MAX; i++) {
        if (making->wrapped[i].len > 0 && making->wrapped[i].clip == clip) {
            return &making->wrapped[i];
        }
    }
    return NULL;
}

static enum asv_status set_given(struct asv_recording *recording, const struct asv_keeper_reply *reply,
                                 struct asv_err *err)
{
    enum asv_status status =
        reply->file_key != NULL ? asv_recording_set_key(recording, reply->file_key, err) : ASV_OK;
    return status == ASV_OK && reply->stanza.len > 0 /* none where the original stays (HO-082) */
               ? asv_recording_set_header(recording, reply->stanza, err)
               : status;
}

_Static_assert(ASV_BUILD_ROW <= 1 + ASV_KEEPER_MORE_MAX, "the keeper takes a row at once");

enum asv_status asv_handover_ask_keys(void *ctx, const uint16_t *clips, unsigned count,
                                      struct asv_recording *recording, struct asv_err *err)
{
    struct asv_handover_making *making = ctx;
    struct asv_keeper_reply reply = {.file_key = NULL};
    struct asv_handover_wrapped *wrapped = take_wrapped(making, clips[0]);
    if (wrapped != NULL) {
        struct asv_bytes header = {wrapped->header, wrapped->len};
        wrapped->len = 0;
        return asv_recording_set_header(recording, header, err);
    }
    enum asv_status status = ask(making, clips, count, &reply, err);
    bool refused =
        status != ASV_OK && reply.status != ASV_OK && asv_status_class(reply.status) != ASV_CLASS_RETRY;
    if (refused && count > 1) { /* K-267: which of them that is, is told when it is its turn */
        status = ask(making, clips, 1, &reply, err);
    }
    if (status == ASV_OK) {
        status = keep_wrapped(making, clips, &reply, err);
    }
    return status == ASV_OK ? set_given(recording, &reply, err) : status;
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
