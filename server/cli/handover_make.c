/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/signals.h"
#include "server/cli/handover_job.h"
#include "server/package/zip_read.h"
#include "server/statement/verify.h"
#include "server/verify/handed_set.h"

#define TELL_EVERY_MS 2000
#define DIGEST_BYTES  (256u << 10)

/* ---- what was decided ---- */

static enum asv_status read_decision(const struct asv_db_object *object, const uint8_t *record, size_t len,
                                     struct asv_statement *statement, struct asv_credential *by,
                                     struct asv_err *err)
{
    enum asv_status status = asv_statement_decode(statement, object->bytes, object->len, err);
    return status == ASV_OK ? asv_credential_decode(by, record, len, err) : status;
}

/* HO-007: at the time of the approval; whether they still count says the keeper, before it gives anything. */
static enum asv_status verify_decision(const struct asv_handover_making *making, struct asv_err *err)
{
    char sites[2][ASV_STATEMENT_ORIGIN_SIZE];
    const char *const origins[] = {sites[0], sites[1]};
    uint8_t agency[ASV_SHA256_BYTES];
    const struct asv_statement_place place = {.agency = agency, .origins = {origins, 2}};
    const struct asv_statement_pair pair = {&making->proposal, &making->proposer, &making->approval,
                                            &making->approver};
    asv_key_digest(agency, making->house->root.signing_pk);
    asv_statement_origin(sites[0], &making->proposal);
    asv_statement_origin(sites[1], &making->approval);
    return asv_statement_verify_pair(&pair, ASV_STEP_APPROVE, &place, making->approval.issued_ms, err);
}

/* Whether all of it belongs together. */
static enum asv_status read_order(struct asv_handover_making *making, struct asv_err *err)
{
    const struct asv_db_handover_job *job = &making->job;
    enum asv_status status = read_decision(&job->proposal, job->proposer, job->proposer_len,
                                           &making->proposal, &making->proposer, err);
    if (status == ASV_OK) {
        status = read_decision(&job->approval, job->approver, job->approver_len, &making->approval,
                               &making->approver, err);
    }
    if (status == ASV_OK) {
        status = verify_decision(making, err);
    }
    if (status == ASV_OK) {
        status = asv_plan_of(&making->plan, &making->proposal, job->plan, job->plan_len, err);
    }
    if (status == ASV_OK && job->card_len == 0) {
        status = asv_fail(err, ASV_E_STATE, "nobody knows the addressee's address: register a card");
    }
    if (status == ASV_OK) {
        status = asv_card_read(&making->card, job->card, job->card_len, err);
    }
    return status;
}

/* Where the vault has them; what they are is said by their headers. */
static enum asv_status find_recordings(struct asv_handover_making *making, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    struct asv_plan_clip wanted;
    for (uint16_t i = 0; status == ASV_OK && i < making->plan.clip_count; i++) {
        const struct asv_db_handover_clip *row = &making->row;
        asv_plan_clip(&making->plan, i, &wanted);
        status =
            asv_db_handover_clip(making->house->db, making->job.id, (uint16_t)(i + 1), &making->row, err);
        if (status == ASV_OK) {
            struct asv_exhibit_name *name = &making->names[i];
            *name =
                (struct asv_exhibit_name){.kind = row->kind, .day = row->day, .latest_ms = row->latest_ms};
            memcpy(name->clip, row->clip, sizeof name->clip);
            memcpy(name->header, wanted.header, sizeof name->header);
            making->sizes[i] = row->payload_bytes;
        }
    }
    return status;
}

/* ---- progress ---- */

static enum asv_status tell(struct asv_handover_making *making, const char *stage, uint16_t done,
                            uint64_t bytes, struct asv_err *err)
{
    const struct asv_db_handover_progress progress = {.stage = stage, .done = done, .bytes = bytes};
    enum asv_status status =
        asv_db_handover_progress(making->house->db, making->job.id, &progress, &making->cancelled, err);
    making->done = done;
    making->told_ms = asv_world_mono_ms(making->house->cli->world);
    return status == ASV_OK && making->cancelled ? asv_fail(err, ASV_E_STATE, "it was cancelled") : status;
}

bool asv_handover_is_to_end(struct asv_handover_house *house)
{
    house->ended = house->ended || asv_signals_next(house->signals) != 0;
    return house->ended;
}

/* HO-035 */
static enum asv_status go_on(void *ctx, const struct asv_build_progress *progress, struct asv_err *err)
{
    struct asv_handover_making *making = ctx;
    if (asv_handover_is_to_end(making->house)) {
        return asv_fail(err, ASV_E_BUSY, "the program was told to end; the next run goes on");
    }
    if (asv_world_mono_ms(making->house->cli->world) - making->told_ms < TELL_EVERY_MS) {
        return ASV_OK;
    }
    return tell(making, "recordings", progress->clip, progress->bytes, err);
}

/* ---- what was made ---- */

static enum asv_status digest_pieces(int fd, uint8_t *piece, const char *name,
                                     struct asv_db_handover_output *out, struct asv_err *err)
{
    struct asv_sha256 state;
    enum asv_status status = ASV_OK;
    asv_sha256_init(&state);
    for (uint64_t at = 0; status == ASV_OK && at < out->bytes; at += DIGEST_BYTES) {
        size_t len = out->bytes - at < DIGEST_BYTES ? (size_t)(out->bytes - at) : DIGEST_BYTES;
        status = asv_io_pread(fd, piece, len, at, name, err);
        asv_sha256_update(&state, piece, status == ASV_OK ? len : 0);
    }
    asv_sha256_final(&state, out->digest);
    return status;
}

static enum asv_status digest_file(int dir, const char *name, struct asv_db_handover_output *out,
                                   struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open_file(dir, name, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_size(fd, &out->bytes, name, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    uint8_t *piece = malloc(DIGEST_BYTES);
    if (piece == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    status = digest_pieces(fd, piece, name, out, err);
    free(piece);
    return status;
}

/* HO-171: parts are made together, and none without the others. */
static enum asv_status remove_carriers(const struct asv_handover_making *making, struct asv_err *err)
{
    char name[ASV_BUILD_NAME_BYTES];
    enum asv_status status = ASV_OK;
    for (uint16_t i = 1; status == ASV_OK && i <= making->parts.of; i++) {
        status = asv_io_remove_tree(making->dir, asv_build_carrier(name, i, making->parts.of), err);
    }
    return status;
}

/* HO-057: what nobody would take for this hand-over is not there for anybody to take. So all that is known of
 * it is said here, as the verifier would say it. */
static enum asv_status remove_bad(const struct asv_handover_making *making, const char *name,
                                  const struct asv_handed_fault *fault, struct asv_err *err)
{
    char detail[sizeof fault->err.text];
    enum asv_status status = strcmp(name, ASV_BUILD_FILING) == 0 ? asv_io_remove_tree(making->dir, name, err)
                                                                 : remove_carriers(making, err);
    if (status != ASV_OK) {
        return status;
    }
    if (fault->kind == ASV_HANDED_PACKAGE && strcmp(name, ASV_BUILD_FILING) != 0) {
        (void)snprintf(detail, sizeof detail, "from byte %" PRIu64 " on", fault->package.offset);
    } else {
        (void)snprintf(detail, sizeof detail, "%s", fault->err.text);
    }
    return asv_failf(err, ASV_E_MISMATCH, "%s: is not good, and was removed: %.80s%s%s (%s: %s)", name,
                     fault->file, fault->file[0] != '\0' ? ": " : "", asv_handed_fault_meaning(fault, false),
                     asv_handed_fault_name(fault), detail);
}

/* HO-048: read once more as everybody reads it. set: of a carrier's parts, or NULL. */
static enum asv_status verify_output(const struct asv_handover_making *making, const char *name,
                                     struct asv_handed_set *set, struct asv_err *err)
{
    char path[sizeof making->path + ASV_BUILD_NAME_BYTES];
    enum asv_handed_verdict verdict = ASV_HANDED_INVALID;
    struct asv_handed_fault *fault = calloc(1, sizeof *fault);
    if (fault == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    (void)snprintf(path, sizeof path, "%s/%s", making->path, name);
    const struct asv_verify_handed what = {.path = path, .root = making->house->root_path, .set = set};
    enum asv_status status = asv_verify_handed(&what, &verdict, fault, err);
    if (status == ASV_OK && verdict == ASV_HANDED_INVALID) {
        status = remove_bad(making, name, fault, err);
    }
    free(fault);
    return status;
}

static enum asv_status count_carrier(const struct asv_handover_making *making, const char *name,
                                     struct asv_db_handover_output *out, struct asv_err *err)
{
    struct asv_fault fault = {.kind = ASV_FAULT_NONE};
    struct asv_zip_reader reader = {.buffer = NULL};
    asv_auto_fd int fd = -1;
    enum asv_status status = digest_file(making->dir, name, out, err);
    if (status == ASV_OK) {
        status = asv_io_open_file(making->dir, name, &fd, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_package_input input = asv_package_input_file(&fd, out->bytes);
    status = asv_zip_open(&reader, &input, &fault, err);
    out->files = (uint32_t)reader.end.count;
    asv_zip_reader_close(&reader);
    return status;
}

static bool ends_in(const char *name, const char *end)
{
    size_t len = strlen(name);
    return len >= strlen(end) && strcmp(name + len - strlen(end), end) == 0;
}

static enum asv_status count_file(int dir, const char *name, struct asv_db_handover_output *out,
                                  struct asv_err *err)
{
    struct asv_db_handover_output facts = {.bytes = 0};
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) {
        return ASV_OK;
    }
    out->files++;
    out->bytes += (uint64_t)st.st_size;
    if (!ends_in(name, ".json")) {
        return ASV_OK;
    }
    enum asv_status status = digest_file(dir, name, &facts, err);
    memcpy(out->digest, facts.digest, sizeof out->digest);
    return status;
}

/* The filing is known by its facts, which name every other file. */
static enum asv_status count_filing(const struct asv_handover_making *making,
                                    struct asv_db_handover_output *out, struct asv_err *err)
{
    const struct dirent *entry;
    int dir = -1;
    enum asv_status status =
        asv_io_open(making->dir, ASV_BUILD_FILING, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &dir, err);
    if (status != ASV_OK) {
        return status;
    }
    DIR *entries = fdopendir(dir);
    if (entries == NULL) {
        status = asv_io_fail(err, errno, ASV_BUILD_FILING);
        (void)close(dir);
        return status;
    }
    while (status == ASV_OK && (entry = readdir(entries)) != NULL) {
        status = count_file(dir, entry->d_name, out, err);
    }
    (void)closedir(entries);
    return status;
}

/* The first file or directory of an output that is not there. NULL: all of it is. */
static const char *find_missing(const struct asv_handover_making *making, uint8_t output,
                                char name[ASV_BUILD_NAME_BYTES])
{
    uint16_t of = output == ASV_PLAN_CARRIER ? making->parts.of : 1;
    for (uint16_t i = 1; i <= of; i++) {
        const char *one = output == ASV_PLAN_CARRIER ? asv_build_carrier(name, i, of) : ASV_BUILD_FILING;
        if (faccessat(making->dir, one, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
            return one;
        }
    }
    return NULL;
}

/* What is written down is what people wait for: there is no other in its place. */
static enum asv_status check_kept(const struct asv_handover_making *making, struct asv_err *err)
{
    char name[ASV_BUILD_NAME_BYTES];
    for (unsigned i = ASV_PLAN_CARRIER; i <= ASV_PLAN_FILING; i++) {
        uint8_t output = (uint8_t)i;
        const char *missing = (making->job.made & output) != 0 ? find_missing(making, output, name) : NULL;
        if (missing != NULL) {
            return asv_failf(err, ASV_E_MISMATCH, "%s: was made and written down, and is not there any more",
                             missing);
        }
    }
    return ASV_OK;
}

static enum asv_status write_carrier(struct asv_handover_making *making, uint16_t number, struct asv_err *err)
{
    char name[ASV_BUILD_NAME_BYTES];
    enum asv_db_outcome outcome;
    const struct asv_build_part part = asv_build_part(&making->parts, number);
    struct asv_db_handover_output out = {.output = ASV_PLAN_CARRIER,
                                         .part = number,
                                         .parts = part.of,
                                         .of = asv_handover_clips(&part),
                                         .software = making->house->version};
    enum asv_status status = count_carrier(making, asv_build_carrier(name, number, part.of), &out, err);
    return status == ASV_OK ? asv_db_handover_built(making->house->db, making->job.id, &out, &outcome, err)
                            : status;
}

/* Whether each part has what custody of its recordings will say. */
static bool is_as_divided(const struct asv_handover_making *making, const struct asv_handed_set *set)
{
    bool all = true;
    for (uint16_t number = 1; number <= making->parts.of; number++) {
        const struct asv_build_part part = asv_build_part(&making->parts, number);
        for (uint16_t i = part.first; i < part.first + part.count; i++) {
            all = all && asv_handed_set_part(set, part.clips[i]) == number;
        }
    }
    return all;
}

/* HO-171 */
static enum asv_status check_together(const struct asv_handover_making *making, struct asv_handed_set *set,
                                      struct asv_err *err)
{
    enum asv_handed_together kind = asv_handed_set_judge(set);
    bool goes = asv_handed_together_verdict(kind) != ASV_HANDED_INVALID;
    if (goes && is_as_divided(making, set)) {
        return ASV_OK;
    }
    const char *path = asv_handed_set_path(set);
    const char *name = strrchr(path, '/');
    enum asv_status status = remove_carriers(making, err);
    return status == ASV_OK
               ? asv_failf(err, ASV_E_MISMATCH, "%s: does not go with the others, and all were removed: %s",
                           name != NULL ? name + 1 : "a part",
                           goes ? "a recording is in another part than it has to be"
                                : asv_handed_together_meaning(kind, false))
               : status;
}

static enum asv_status verify_carriers(const struct asv_handover_making *making, struct asv_err *err)
{
    char name[ASV_BUILD_NAME_BYTES];
    enum asv_status status = ASV_OK;
    struct asv_handed_set *set = asv_handed_set_new();
    if (set == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (uint16_t i = 1; status == ASV_OK && i <= making->parts.of; i++) {
        status = verify_output(making, asv_build_carrier(name, i, making->parts.of), set, err);
    }
    if (status == ASV_OK) {
        status = check_together(making, set, err);
    }
    asv_handed_set_free(set);
    return status;
}

/* HO-085: none of its parts, before all of them are good. */
static enum asv_status write_carriers(struct asv_handover_making *making, struct asv_err *err)
{
    enum asv_status status = verify_carriers(making, err);
    for (uint16_t i = 1; status == ASV_OK && i <= making->parts.of; i++) {
        status = write_carrier(making, i, err);
    }
    return status;
}

static enum asv_status write_filing(struct asv_handover_making *making, struct asv_err *err)
{
    enum asv_db_outcome outcome;
    struct asv_db_handover_output out = {
        .output = ASV_PLAN_FILING, .part = 1, .parts = 1, .software = making->house->version};
    enum asv_status status = verify_output(making, ASV_BUILD_FILING, NULL, err);
    if (status == ASV_OK) {
        status = count_filing(making, &out, err);
    }
    return status == ASV_OK ? asv_db_handover_built(making->house->db, making->job.id, &out, &outcome, err)
                            : status;
}

/* What is there, all of it, and is not written down yet. */
static enum asv_status write_down(struct asv_handover_making *making, uint8_t output, struct asv_err *err)
{
    char name[ASV_BUILD_NAME_BYTES];
    if ((making->plan.outputs & output) == 0 || (making->job.made & output) != 0 ||
        find_missing(making, output, name) != NULL) {
        return ASV_OK;
    }
    return output == ASV_PLAN_CARRIER ? write_carriers(making, err) : write_filing(making, err);
}

/* ---- all of it ---- */

static enum asv_status open_place(struct asv_handover_making *making, struct asv_err *err)
{
    char id[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(id, making->job.id);
    (void)snprintf(making->path, sizeof making->path, "%s/%s", making->house->cli->conf.handover, id);
    return asv_io_open_dir(making->house->dir, id, true, &making->dir, err);
}

/* As it will be, or was. */
static enum asv_status divide(struct asv_handover_making *making, struct asv_err *err)
{
    const struct asv_build what = {
        .dir = making->dir,
        .path = making->path,
        .plan = {making->job.plan, making->job.plan_len},
        .names = making->names,
        .sizes = making->sizes,
        .medium = making->house->cli->conf.handover_medium,
    };
    return asv_build_divide(&what, &making->parts, err);
}

static enum asv_status build(struct asv_handover_making *making, struct asv_err *err)
{
    struct asv_handover_house *house = making->house;
    const struct asv_db_handover_job *job = &making->job;
    int64_t now_ms = 0;
    enum asv_status status = asv_world_wall_ms(house->cli->world, &now_ms);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock cannot be read");
    }
    const struct asv_package_signer signer = asv_handover_signer(making, now_ms);
    const struct asv_build_ops ops = {
        .ctx = making,
        .keys = asv_handover_ask_keys,
        .extras = asv_handover_write_extras,
        .clip = asv_handover_tell_clip,
        .facts = asv_handover_tell_facts,
        .go_on = go_on,
    };
    const struct asv_build what = {
        .dir = making->dir,
        .path = making->path,
        .plan = {job->plan, job->plan_len},
        .proposal = {job->proposal.bytes, job->proposal.len},
        .approval = {job->approval.bytes, job->approval.len},
        .vault = house->vault,
        .names = making->names,
        .sizes = making->sizes,
        .medium = house->cli->conf.handover_medium,
        .signer = &signer,
        .release = {house->release, house->release_len},
        .organisation = house->cli->conf.handover_agency,
        .version = house->version,
        .documents = house->cli->conf.handover_documents,
        .now_ms = now_ms,
        .ops = &ops,
    };
    return asv_build_run(&what, err);
}

/* HO-056: a carrier counts, whatever becomes of the filing that is made behind it. */
static enum asv_status make_outputs(struct asv_handover_making *making, struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status built = build(making, &why);
    if (making->cancelled || asv_handover_is_to_end(making->house)) {
        return built == ASV_OK
                   ? asv_fail(err, ASV_E_BUSY, "the program was told to end; the next run goes on")
                   : asv_failf(err, built, "%s", why.text);
    }
    enum asv_status status = tell(making, "checking", making->plan.clip_count, 0, err);
    if (status == ASV_OK) {
        status = write_down(making, ASV_PLAN_CARRIER, err);
    }
    if (status == ASV_OK && built != ASV_OK) {
        return asv_failf(err, built, "%s", why.text);
    }
    return status == ASV_OK ? write_down(making, ASV_PLAN_FILING, err) : status;
}

enum asv_status asv_handover_make(struct asv_handover_making *making, struct asv_err *err)
{
    enum asv_status status = tell(making, "recordings", 0, 0, err);
    if (status == ASV_OK) {
        status = read_order(making, err);
    }
    if (status == ASV_OK) {
        status = find_recordings(making, err);
    }
    if (status == ASV_OK) {
        status = asv_handover_begin_facts(making, err);
    }
    if (status == ASV_OK) {
        status = open_place(making, err);
    }
    if (status == ASV_OK) {
        status = divide(making, err);
    }
    if (status == ASV_OK) {
        status = check_kept(making, err);
    }
    return status == ASV_OK ? make_outputs(making, err) : status;
}
