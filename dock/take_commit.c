/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * From the last chunk to the receipt, in the order of docs/VAULT.md, "From staging to custody". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/take.h"
#include "server/base/fail.h"

static enum asv_status place_of(const struct asv_commit *facts, enum asv_vault_area area,
                                char path[ASV_VAULT_PATH_BYTES], struct asv_err *err)
{
    uint32_t day = 0;
    enum asv_status status = asv_vault_day(facts->day, facts->latest_ms, &day, err);
    return status ? status : asv_vault_place(path, area, day, facts->clip, facts->header_digest, err);
}

/* What lies where this recording should go, in any root. ASV_E_NOT_FOUND: nothing, or this handle's own
 * directory; ASV_E_EXISTS: this very recording, in custody; ASV_E_MISMATCH: another one; ASV_OK: an
 * interrupted commit, which is *dir then. */
static enum asv_status look_at_place(const struct asv_take *take, struct asv_clip_dir **dir,
                                     struct asv_err *err)
{
    enum asv_vault_area area = take->way == ASV_TAKE_QUARANTINE ? ASV_VAULT_QUARANTINE : ASV_VAULT_SEALED;
    char path[ASV_VAULT_PATH_BYTES];
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    struct asv_commit facts;
    enum asv_status status = place_of(&take->facts, area, path, err);
    if (!status && strcmp(path, asv_clip_path(take->dir)) == 0)
        return ASV_E_NOT_FOUND;
    if (!status)
        status = asv_vault_open_clip(take->site->vault, area, path, dir, err);
    if (status)
        return status;
    status = asv_clip_get(*dir, ASV_PART_COMMIT, data, sizeof data, &len, NULL);
    if (status == ASV_E_NOT_FOUND)
        return ASV_OK;
    if (!status)
        status = asv_commit_decode(&facts, data, len, NULL, NULL);
    asv_clip_close(*dir);
    if (status == ASV_E_IO || status == ASV_E_NO_MEMORY)
        return asv_fail(err, status, "the commit record of what lies at its place cannot be read");
    if (!status && memcmp(facts.header_digest, take->facts.header_digest, sizeof facts.header_digest) == 0)
        return asv_fail(err, ASV_E_EXISTS, "this recording is in the vault already");
    return asv_fail(err, ASV_E_MISMATCH, "another recording with this UUID is in the vault");
}

/* ASV_OK: nothing lies where this recording should go, or not any more. One root may have in custody what
 * another, which had failed, still has staged. */
static enum asv_status clear_place(const struct asv_take *take, struct asv_err *err)
{
    struct asv_clip_dir *dir = NULL;
    enum asv_status status = look_at_place(take, &dir, err);
    if (status == ASV_E_NOT_FOUND)
        return ASV_OK;
    if (!status && !asv_clip_sees_all(dir)) {
        asv_clip_close(dir);
        return asv_fail(err, ASV_E_AWAY, "what lies at its place may be in custody on a disk that is away");
    }
    return status ? status : asv_clip_discard_take(dir, err);
}

bool asv_take_is_buried(const struct asv_take *take)
{
    char path[ASV_VAULT_PATH_BYTES];
    return place_of(&take->facts, ASV_VAULT_TOMBSTONES, path, NULL) == ASV_OK &&
           asv_vault_has(take->site->vault, path);
}

bool asv_take_is_in_custody(const struct asv_take *take)
{
    struct asv_clip_dir *dir = NULL;
    enum asv_status status = look_at_place(take, &dir, NULL);
    if (!status)
        asv_clip_close(dir);
    return status == ASV_E_EXISTS;
}

enum asv_status asv_take_move(struct asv_take *take, struct asv_err *err)
{
    uint32_t day = 0;
    enum asv_status status = asv_clip_sync(take->dir, err);
    if (!status)
        status = asv_vault_day(take->facts.day, take->facts.latest_ms, &day, err);
    for (bool again = true; !status;) { /* once more when the place could be cleared */
        status = take->way == ASV_TAKE_QUARANTINE
                     ? asv_clip_quarantine(take->dir, take->facts.clip, take->facts.header_digest, err)
                     : asv_clip_seal(take->dir, day, take->facts.clip, err);
        if (status != ASV_E_EXISTS)
            break;
        status = again ? clear_place(take, err) : asv_fail(err, ASV_E_IO, "its place cannot be cleared");
        again = false;
    }
    if (!status)
        asv_take_not_coming(take);
    return status;
}

enum asv_status asv_take_quarantine(struct asv_take *take, const char *reason, struct asv_err *err)
{
    take->way = ASV_TAKE_QUARANTINE;
    snprintf(take->reason, sizeof take->reason, "%s", reason);
    return asv_clip_area(take->dir) == ASV_VAULT_STAGING ? ASV_OK : asv_take_move(take, err);
}

/* holes and bad: a bit for each chunk; bad is zeroed. */
static enum asv_status read_back(struct asv_take *take, uint8_t *holes, uint8_t *bad, size_t bytes,
                                 struct asv_err *err)
{
    uint64_t bad_count = 0;
    enum asv_readback mode = ASV_READBACK_NONE;
    uint8_t root[ASV_SHA256_BYTES];
    for (size_t i = 0; i < bytes; i++)
        holes[i] = (uint8_t)~take->have[i];
    enum asv_status status =
        asv_clip_readback(take->dir, take->chunks, holes, bad, &bad_count, &mode, root, err);
    if (status)
        return status;
    take->final_wrong = (bad[take->chunks / 8] >> (take->chunks % 8) & 1) != 0;
    for (size_t i = 0; i < bytes; i++)
        take->have[i] = (uint8_t)(take->have[i] & ~bad[i]);
    take->have_count -= bad_count - take->final_wrong;
    if (bad_count > 0)
        return asv_fail_at(err, ASV_E_DIGEST, "the disk gave back other bytes than were written; chunks",
                           bad_count);
    if (take->have_count == take->chunks && memcmp(root, take->facts.root, sizeof root) != 0)
        return asv_fail(err, ASV_E_INTERNAL, "every chunk is right, but the tree is not");
    take->facts.readback = (uint8_t)mode;
    return ASV_OK;
}

enum asv_status asv_take_confirm_files(struct asv_take *take, struct asv_err *err)
{
    const struct asv_commit *facts = &take->facts;
    const struct {
        enum asv_part part;
        const uint8_t *digest;
    } files[] = {{ASV_PART_SEAL, facts->seal_digest},
                 {ASV_PART_TAIL, facts->tail_digest},
                 {ASV_PART_STANZAS, facts->stanzas_digest},
                 {ASV_PART_LINK, facts->link_digest}};
    enum asv_status status = ASV_OK;
    for (size_t i = 0; !status && i < sizeof files / sizeof *files; i++)
        status = asv_clip_confirm(take->dir, files[i].part, files[i].digest, &take->repaired, err);
    return status;
}

enum asv_status asv_take_read_back(struct asv_take *take, struct asv_err *err)
{
    take->facts.readback = ASV_READBACK_NONE;
    if (!take->site->read_back)
        return ASV_OK;
    size_t bytes = (size_t)(take->chunks / 8 + 1);
    uint8_t *bits = calloc(2, bytes);
    if (!bits)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory to read a recording back");
    enum asv_status status = read_back(take, bits, bits + bytes, bytes, err);
    free(bits);
    uint8_t chain[ASV_SHA256_BYTES];
    asv_sha256(chain, take->docking->chain, take->docking->chain_len);
    if (!status)
        status = asv_take_confirm_files(take, err);
    return status ? status : asv_clip_confirm(take->dir, ASV_PART_CHAIN, chain, &take->repaired, err);
}

enum asv_status asv_take_evidence(struct asv_take *take, bool with_chunks, struct asv_take_evidence *out,
                                  struct asv_err *err)
{
    struct asv_clip_dir *dir = take->dir;
    enum asv_status status = asv_clip_header(take->dir, out->header, &out->header_len, err);
    if (!status)
        status =
            asv_clip_get(dir, ASV_PART_STANZAS, out->stanzas, sizeof out->stanzas, &out->stanzas_len, err);
    if (status == ASV_E_NOT_FOUND) { /* the camera gave none: nothing can open it */
        out->stanzas_len = 0;
        status = ASV_OK;
    }
    out->chunks = with_chunks ? take->chunks : 0;
    if (!status && out->chunks > 0)
        status = asv_clip_read(dir, ASV_PART_PAYLOAD, 0, out->first, sizeof out->first, err);
    if (!status && out->chunks > 1)
        status = asv_clip_read(dir, ASV_PART_PAYLOAD, (take->chunks - 1) * ASV_VAULT_CHUNK_BYTES, out->last,
                               sizeof out->last, err);
    return status;
}

/* ---- commit record and receipt ---- */

static enum asv_status complete_facts(struct asv_take *take, struct asv_err *err)
{
    struct asv_commit *facts = &take->facts;
    static const uint8_t kinds[] = {[ASV_TAKE_STORE] = ASV_COMMIT_STORED,
                                    [ASV_TAKE_QUARANTINE] = ASV_COMMIT_QUARANTINED,
                                    [ASV_TAKE_EXPIRE] = ASV_COMMIT_EXPIRED_ON_ARRIVAL};
    facts->kind = kinds[take->way];
    snprintf(facts->reason, sizeof facts->reason, "%s", take->way == ASV_TAKE_QUARANTINE ? take->reason : "");
    enum asv_status status = asv_world_wall_ms(take->site->world, &facts->committed_ms);
    if (status)
        return asv_fail(err, status, "the dock's own clock cannot be read");
    if (take->way == ASV_TAKE_EXPIRE) {
        facts->readback = ASV_READBACK_NONE;
        facts->replicas = 0;
    } else {
        facts->replicas = (uint8_t)asv_clip_replicas(take->dir);
    }
    return ASV_OK;
}

static enum asv_status sign_receipt(struct asv_take *take, struct asv_receipt *receipt, struct asv_err *err)
{
    struct asv_writer writer;
    asv_writer_init(&writer, take->receipt, sizeof take->receipt);
    memcpy(receipt->dock_cert, take->site->dock_cert, sizeof receipt->dock_cert);
    memcpy(receipt->session, take->docking->session, sizeof receipt->session);
    receipt->extensions = (struct asv_bytes){0};
    enum asv_status status = asv_receipt_encode(&writer, receipt, take->site->keys->sign);
    if (!status)
        status = asv_write_end(&writer, &take->receipt_len);
    struct asv_receipt check;
    if (!status)
        status = asv_receipt_decode(&check, take->receipt, take->receipt_len, err);
    if (status)
        return asv_fail(err, status, "the receipt cannot be made");
    asv_object_digest(take->receipt_digest, &check.object);
    return ASV_OK;
}

static enum asv_status make_receipt(struct asv_take *take, struct asv_err *err)
{
    const struct asv_commit *facts = &take->facts;
    struct asv_receipt receipt = {
        .integrity = facts->integrity,
        .provenance = facts->provenance,
        .kind = take->way == ASV_TAKE_STORE ? ASV_RECEIPT_STORED : ASV_RECEIPT_QUARANTINED,
        .due_ms = facts->due_ms,
        .time_ms = facts->committed_ms,
    };
    struct asv_custody *custody = &receipt.custody;
    memcpy(custody->camera_cert, facts->camera_cert, sizeof custody->camera_cert);
    memcpy(custody->epoch, facts->epoch, sizeof custody->epoch);
    custody->number = facts->number;
    memcpy(custody->clip, facts->clip, sizeof custody->clip);
    memcpy(custody->header, facts->header_digest, sizeof custody->header);
    memcpy(custody->root, facts->root, sizeof custody->root);
    custody->leaf_count = facts->leaves;
    custody->payload_bytes = facts->payload_bytes;
    custody->seal_bytes = facts->seal_bytes;
    memcpy(custody->seal, facts->seal_digest, sizeof custody->seal);
    custody->tail_bytes = facts->tail_bytes;
    memcpy(custody->tail, facts->tail_digest, sizeof custody->tail);
    custody->stanza_count = take->stanza_count;
    memcpy(custody->stanzas, take->stanza_digests, sizeof custody->stanzas);
    custody->link_bytes = facts->link_bytes;
    memcpy(custody->link, facts->link_digest, sizeof custody->link);
    return sign_receipt(take, &receipt, err);
}

/* A crash came between the tombstone that lies there and the database: that one counts, and it is what the
 * database is told. One that cannot be read is replaced (*replace). */
static enum asv_status adopt_tombstone(struct asv_take *take, bool *replace, struct asv_err *err)
{
    char path[ASV_VAULT_PATH_BYTES];
    struct asv_clip_dir *dir = NULL;
    struct asv_commit facts;
    enum asv_status status = place_of(&take->facts, ASV_VAULT_TOMBSTONES, path, err);
    if (!status)
        status = asv_vault_open_clip(take->site->vault, ASV_VAULT_TOMBSTONES, path, &dir, err);
    if (status)
        return status;
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    status = asv_clip_get(dir, ASV_PART_COMMIT, data, sizeof data, &len, err);
    if (status == ASV_E_IO || status == ASV_E_NO_MEMORY) {
        asv_clip_close(dir);
        return status;
    }
    if (!status)
        status = asv_commit_decode(&facts, data, len, NULL, NULL);
    *replace = status != ASV_OK;
    if (status)
        return asv_clip_discard_take(dir, err);
    memcpy(take->record, data, len);
    take->record_len = len;
    struct asv_clip_dir *staged = take->dir;
    take->dir = dir;
    take->facts = facts;
    return asv_clip_discard_take(staged, err);
}

/* Record first, then what is not kept goes, then the place: a crash before that leaves staging, and nothing
 * promised. */
static enum asv_status bury(struct asv_take *take, struct asv_err *err)
{
    uint32_t day = 0;
    bool again = true;
    enum asv_status status = asv_vault_day(take->facts.day, take->facts.latest_ms, &day, err);
    for (int i = 0; !status && again && i < 2; i++) {
        again = false;
        status = asv_clip_put(take->dir, ASV_PART_COMMIT, take->record, take->record_len, err);
        if (!status)
            status = asv_clip_bury(take->dir, day, take->facts.clip, take->facts.header_digest, err);
        if (status == ASV_E_EXISTS)
            status = i == 0 ? adopt_tombstone(take, &again, err)
                            : asv_fail(err, ASV_E_IO, "the tombstone's place cannot be cleared");
    }
    return status;
}

/* The receipt first: what has a commit record has everything. */
enum asv_status asv_take_record(struct asv_take *take, struct asv_err *err)
{
    enum asv_status status = complete_facts(take, err);
    if (!status)
        status = asv_commit_encode(&take->facts, take->site->keys->sign, take->record, sizeof take->record,
                                   &take->record_len);
    if (status)
        return asv_fail(err, status, err && err->text[0] ? err->text : "the commit record cannot be made");
    if (take->way == ASV_TAKE_EXPIRE) {
        status = asv_clip_header(take->dir, take->head, &take->head_len, err);
        return status ? status : bury(take, err);
    }
    status = make_receipt(take, err);
    if (!status)
        status = asv_clip_put(take->dir, ASV_PART_RECEIPT, take->receipt, take->receipt_len, err);
    if (!status)
        status = asv_clip_put(take->dir, ASV_PART_COMMIT, take->record, take->record_len, err);
    take->was_recorded = !status;
    if (!status)
        asv_clip_shed(take->dir);
    return status;
}

/* ---- later dockings ---- */

static enum asv_status open_in_custody(const struct asv_site *site, const struct asv_commit *facts,
                                       struct asv_clip_dir **dir, struct asv_err *err)
{
    char path[ASV_VAULT_PATH_BYTES];
    enum asv_vault_area area = asv_vault_area_of(facts->kind);
    enum asv_status status = place_of(facts, area, path, err);
    return status ? status : asv_vault_open_clip(site->vault, area, path, dir, err);
}

enum asv_status asv_take_read_receipt(const struct asv_site *site, struct asv_receipt *out,
                                      const uint8_t *data, size_t len, struct asv_err *err)
{
    enum asv_status status = asv_receipt_decode(out, data, len, err);
    if (status || memcmp(out->dock_cert, site->dock_cert, sizeof out->dock_cert) != 0)
        return status;
    status = asv_object_verify(&out->object, ASV_PURPOSE_RECEIPT, site->dock.leaf.signing_pk);
    return status ? asv_fail(err, ASV_E_DIGEST, "the stored receipt is damaged") : ASV_OK;
}

enum asv_status asv_take_receipt_again(struct asv_take *take, const struct asv_commit *facts,
                                       struct asv_err *err)
{
    uint8_t data[ASV_RECEIPT_MAX_BYTES];
    size_t len = 0;
    struct asv_receipt receipt;
    enum asv_status status = take->dir ? ASV_OK : open_in_custody(take->site, facts, &take->dir, err);
    if (!status)
        status = asv_clip_get(take->dir, ASV_PART_RECEIPT, data, sizeof data, &len, err);
    if (!status)
        status = asv_take_read_receipt(take->site, &receipt, data, len, err);
    if (status)
        return status;
    if (memcmp(receipt.custody.header, take->offer.header, ASV_SHA256_BYTES) != 0)
        return asv_fail(err, ASV_E_MISMATCH, "the stored receipt is of another recording");
    take->facts = *facts;
    if (take->site->read_back)
        status = asv_take_check(take, err);
    if (status)
        return status;
    take->way = facts->kind == ASV_COMMIT_STORED ? ASV_TAKE_STORE : ASV_TAKE_QUARANTINE;
    snprintf(take->reason, sizeof take->reason, "%s", facts->reason);
    status = asv_world_wall_ms(take->site->world, &receipt.time_ms);
    if (!status)
        status = sign_receipt(take, &receipt, err);
    if (!status)
        status = asv_clip_put(take->dir, ASV_PART_RECEIPT, take->receipt, take->receipt_len, err);
    take->was_recorded = !status;
    if (!status) /* it may have been pulled again while the recovery had it; who is at it now ends it himself
                  */
        (void)!asv_vault_unstage(take->site->vault, facts->camera_cert, facts->epoch, facts->number, NULL);
    return status;
}

enum asv_status asv_take_ordered(struct asv_take *take, struct asv_err *err)
{
    struct asv_destruction order;
    enum asv_status status = asv_destruction_decode(&order, take->order, take->order_len, err);
    if (!status)
        status = asv_destruction_verify(&order, take->site->root_pk, take->docking->camera_cert,
                                        ASV_TIME_UNKNOWN, NULL, err);
    if (!status && (order.number != take->offer.number ||
                    memcmp(order.epoch, take->docking->status.epoch, sizeof order.epoch) != 0 ||
                    memcmp(order.header, take->offer.header, sizeof order.header) != 0))
        status = asv_fail(err, ASV_E_MISMATCH, "the keeper's order is for another recording");
    return status ? status : asv_clip_put(take->dir, ASV_PART_ORDER, take->order, take->order_len, err);
}

enum asv_status asv_take_erased(struct asv_take *take, const uint8_t *record, size_t len, struct asv_err *err)
{
    return asv_clip_put(take->dir, ASV_PART_ERASURE, record, len, err);
}

enum asv_status asv_take_keep_erasure(const struct asv_site *site, const struct asv_commit *facts,
                                      const uint8_t *record, size_t len, struct asv_err *err)
{
    struct asv_clip_dir *dir = NULL;
    enum asv_status status = open_in_custody(site, facts, &dir, err);
    if (!status)
        status = asv_clip_put(dir, ASV_PART_ERASURE, record, len, err);
    asv_clip_close(dir);
    return status;
}
