/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "dock/docking.h"
#include "dock/intake.h"
#include "dock/outbox.h"
#include "dock/recovery.h"
#include "firmware-proto/trust/bulletin.h"
#include "server/base/calendar.h"
#include "server/base/io.h"
#include "tests/unit/dock/rig.h"
#include "tests/unit/test.h"

#define RIG_FRAMES 4 /* transfers of one camera */

static void must(enum asv_status status)
{
    if (status) {
        fprintf(stderr, "rig: %s\n", asv_status_name(status));
        abort();
    }
}

/* ---- the link: everything happens in the loop's next round, as with USB ---- */

static void link_soon(struct rig_link *link)
{
    if (!asv_timer_is_set(&link->timer))
        asv_timer_start(link->rig->dock.loop, &link->timer, 0);
}

static void link_open(void *arg, bool reset)
{
    struct rig_link *link = arg;
    (void)reset;
    link->opening = true;
    link_soon(link);
}

static void link_close(void *arg)
{
    struct rig_link *link = arg;
    if (link->open)
        link->closing = true;
    link_soon(link);
}

static enum asv_status link_send(void *arg, const void *frame, size_t len, struct asv_err *err)
{
    struct rig_link *link = arg;
    if (!link->open || link->closing || link->queued == 16 || len > sizeof link->queue[0])
        return asv_fail(err, ASV_E_AWAY, "the link is not open");
    memcpy(link->queue[link->queued], frame, len);
    link->queue_len[link->queued++] = len;
    link_soon(link);
    return ASV_OK;
}

static void link_want(void *arg, unsigned frames)
{
    ((struct rig_link *)arg)->want = frames;
}

static unsigned link_share(void *arg)
{
    (void)arg;
    return RIG_FRAMES;
}

struct rig_frame {
    struct asv_usb_frame frame; /* first */
    struct rig_link *link;
    uint8_t data[ASV_WIRE_MAX_FRAME_BYTES];
};

static void link_release(struct asv_usb_frame *frame)
{
    struct rig_frame *mine = (struct rig_frame *)(void *)frame;
    mine->link->frames--;
    link_soon(mine->link);
    free(mine);
}

static const struct asv_link_ops link_ops = {.open = link_open,
                                             .close = link_close,
                                             .send = link_send,
                                             .want = link_want,
                                             .share = link_share,
                                             .release = link_release};

/* One frame to the camera, if it takes it. */
static bool pump_out(struct rig_link *link)
{
    if (link->queued == 0 || link->camera->silent)
        return false;
    enum asv_status status =
        asv_wire_camera_input(&link->camera->machine, link->queue[0], link->queue_len[0], NULL);
    if (status == ASV_E_BUSY)
        return false;
    link->queued--;
    memmove(link->queue, link->queue + 1, link->queued * sizeof link->queue[0]);
    memmove(link->queue_len, link->queue_len + 1, link->queued * sizeof link->queue_len[0]);
    return true;
}

/* One frame from the camera, if there is one and the dock has a transfer waiting. */
static bool pump_in(struct rig_link *link)
{
    unsigned limit = link->want < RIG_FRAMES ? link->want : RIG_FRAMES;
    if (link->camera->silent || link->closing || link->frames >= limit)
        return false;
    struct rig_frame *frame = malloc(sizeof *frame);
    if (!frame)
        abort();
    frame->link = link;
    frame->frame.data = frame->data;
    if (asv_wire_camera_output(&link->camera->machine, frame->data, sizeof frame->data, &frame->frame.len,
                               NULL)) {
        free(frame);
        return false;
    }
    link->frames++;
    if (link->frames > link->most_frames)
        link->most_frames = link->frames;
    asv_slot_received(link->slot, &frame->frame);
    return true;
}

static void link_fire(struct asv_timer *timer)
{
    struct rig_link *link = (void *)((char *)timer - offsetof(struct rig_link, timer));
    if (link->opening && !link->open && !link->leaving) {
        link->opening = false;
        link->open = true;
        link->want = 1;
        link->queued = 0;
        fake_camera_boot(link->camera);
        asv_slot_opened(link->slot);
    }
    if (link->failing) {
        static const struct asv_err gone = {ASV_E_AWAY, "the camera went away"};
        link->failing = false;
        if (link->open)
            asv_slot_failed(link->slot, &gone);
        link->closing = link->open;
    }
    bool more = false;
    for (int i = 0; i < 8 && link->open && !link->closing && !link->leaving; i++) {
        bool out = pump_out(link);
        bool in = pump_in(link);
        more = out || in;
    }
    if (link->closing && link->frames == 0) {
        link->closing = link->open = false;
        asv_slot_closed(link->slot);
    }
    if (link->leaving && !link->open) {
        link->leaving = false;
        link->camera = NULL;
        asv_slot_detached(link->slot);
    }
    if (more || (link->opening && !link->leaving))
        link_soon(link);
}

void rig_plug(struct rig *rig, unsigned slot, struct fake_camera *camera)
{
    struct rig_link *link = &rig->links[slot];
    link->camera = camera;
    asv_slot_attached(&rig->slots[slot], &link_ops, link);
}

void rig_unplug(struct rig *rig, unsigned slot)
{
    struct rig_link *link = &rig->links[slot];
    link->failing = link->leaving = true;
    link->opening = false;
    link_soon(link);
}

/* ---- keeper ---- */

static enum asv_status keeper_ping(void *ctx, struct asv_err *err)
{
    struct rig *rig = ctx;
    return rig->keeper_away ? asv_fail(err, ASV_E_AWAY, "keeper is away") : ASV_OK;
}

static enum asv_status keeper_opens(void *ctx, struct asv_bytes chain,
                                    const struct asv_take_evidence *evidence, bool *opens,
                                    struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)chain;
    if (rig->keeper_away)
        return asv_fail(err, ASV_E_AWAY, "keeper is away");
    rig->opens++;
    *opens = !rig->does_not_open && evidence->header_len > 100 && evidence->stanzas_len > 0;
    return ASV_OK;
}

static enum asv_status keeper_bulletin(void *ctx, struct asv_bytes chain, bool reserve_used, uint8_t *out,
                                       size_t cap, size_t *len, struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_chain camera;
    struct asv_writer writer;
    if (rig->keeper_away)
        return asv_fail(err, ASV_E_AWAY, "keeper is away");
    rig->reserves_used += reserve_used;
    rig->opens_before = rig->opens;
    must(asv_chain_decode(&camera, chain.data, chain.len, NULL));
    struct asv_bulletin bulletin = {.number = ++rig->bulletin_number,
                                    .issued_ms = rig->world.wall,
                                    .policy_version = 1,
                                    .key_count = 1,
                                    .keeper = rig->agency.keeper.chain};
    struct asv_bulletin_key key = {.date = 20260301, .start_ms = INT64_C(1772319600000)};
    key.end_ms = key.start_ms + INT64_C(86400000);
    memset(key.pk, 0x09, sizeof key.pk);
    memset(bulletin.reserve.pk, 0x0a, sizeof bulletin.reserve.pk);
    memcpy(bulletin.agency, rig->agency.id, sizeof bulletin.agency);
    memcpy(bulletin.previous, rig->bulletin_previous, sizeof bulletin.previous);
    asv_cert_digest(bulletin.camera_cert, &camera.leaf);
    asv_writer_init(&writer, out, cap);
    must(asv_bulletin_encode(&writer, &bulletin, &key, rig->agency.keeper.sk));
    *len = writer.len;
    struct asv_bulletin check;
    must(asv_bulletin_decode(&check, out, *len, NULL));
    asv_object_digest(rig->bulletin_previous, &check.object);
    return ASV_OK;
}

/* ---- database ---- */

static enum asv_status db_here(struct rig *rig, struct asv_err *err)
{
    return rig->db_away ? asv_fail(err, ASV_E_AWAY, "database is away") : ASV_OK;
}

static enum asv_status db_ping(void *ctx, struct asv_err *err)
{
    return db_here(ctx, err);
}

static enum asv_status db_docking_begin(void *ctx, const struct asv_db_docking *docking,
                                        struct asv_db_docking_result *result, struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)docking;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    rig->dockings++;
    memset(result, 0, sizeof *result);
    result->enrolled = true;
    result->number_back = rig->number_back;
    result->emptied_ms = rig->emptied_ms;
    snprintf(result->unit, sizeof result->unit, "%s", rig->unit ? rig->unit : "");
    return ASV_OK;
}

static enum asv_status db_docking_end(void *ctx, const struct asv_db_docking_end *end, struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)end;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    rig->ends++;
    return ASV_OK;
}

static struct rig_commit *find(struct rig *rig, const uint8_t cert[32], uint64_t number,
                               const uint8_t header[32])
{
    for (unsigned i = 0; i < rig->commit_count; i++) {
        struct rig_commit *commit = &rig->commits[i];
        if (commit->facts.number == number && memcmp(commit->facts.camera_cert, cert, 32) == 0 &&
            memcmp(commit->facts.header_digest, header, 32) == 0)
            return commit;
    }
    return NULL;
}

static void describe(struct rig *rig, const struct asv_db_identity *identity, struct asv_db_known *known)
{
    memset(known, 0, sizeof *known);
    known->state = ASV_DB_ANNOUNCED;
    pthread_mutex_lock(&rig->lock);
    const struct rig_commit *commit = find(rig, identity->camera_cert, identity->number, identity->header);
    if (commit) {
        known->kind = commit->facts.kind;
        known->state = commit->facts.kind == ASV_COMMIT_STORED        ? ASV_DB_SEALED
                       : commit->facts.kind == ASV_COMMIT_QUARANTINED ? ASV_DB_QUARANTINED
                                                                      : ASV_DB_EXPIRED_ON_ARRIVAL;
    }
    pthread_mutex_unlock(&rig->lock);
}

static enum asv_status db_announce(void *ctx, const uint8_t session[32], const struct asv_db_offer *offers,
                                   size_t count, struct asv_db_known *known, struct asv_err *err)
{
    (void)session;
    if (db_here(ctx, err))
        return ASV_E_AWAY;
    for (size_t i = 0; i < count; i++)
        describe(ctx, &offers[i].identity, &known[i]);
    return ASV_OK;
}

static enum asv_status db_transferring(void *ctx, const struct asv_db_identity *identity,
                                       const uint8_t session[32], struct asv_err *err)
{
    (void)identity;
    (void)session;
    return db_here(ctx, err);
}

static enum asv_status db_lookup(void *ctx, const struct asv_db_identity *identity, const uint8_t *clip,
                                 struct asv_db_known *known, struct asv_err *err)
{
    (void)clip;
    if (db_here(ctx, err))
        return ASV_E_AWAY;
    describe(ctx, identity, known);
    return ASV_OK;
}

static enum asv_status db_commit(void *ctx, const struct asv_db_commit *commit, enum asv_db_outcome *outcome,
                                 struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_commit facts;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    must(asv_commit_verify(&facts, commit->record.data, commit->record.len, rig->agency.dock.pk, NULL));
    if (facts.number <= rig->db_refuses)
        return asv_fail(err, ASV_E_INTERNAL, "the database: a constraint");
    pthread_mutex_lock(&rig->lock);
    struct rig_commit *there = find(rig, facts.camera_cert, facts.number, facts.header_digest);
    *outcome = ASV_DB_DONE;
    if (rig->uuid_taken && facts.kind == ASV_COMMIT_STORED) {
        *outcome = ASV_DB_UUID_TAKEN;
    } else if (there) {
        *outcome = memcmp(there->facts.root, facts.root, 32) == 0 ? ASV_DB_ALREADY : ASV_DB_CONFLICT;
    } else {
        if (rig->commit_count == RIG_COMMITS)
            abort();
        uint8_t link[32];
        asv_sha256(link, commit->link.data, commit->link.len);
        rig->commits[rig->commit_count++] =
            (struct rig_commit){.facts = facts, .linked = memcmp(link, facts.link_digest, 32) == 0};
    }
    pthread_mutex_unlock(&rig->lock);
    return ASV_OK;
}

static enum asv_status db_record(void *ctx, const struct asv_db_identity *identity, uint8_t *out, size_t cap,
                                 size_t *len, struct asv_err *err)
{
    struct rig *rig = ctx;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    pthread_mutex_lock(&rig->lock);
    const struct rig_commit *commit = find(rig, identity->camera_cert, identity->number, identity->header);
    enum asv_status status = ASV_E_NOT_FOUND;
    if (commit)
        status = asv_commit_encode(&commit->facts, rig->keys.sign, out, cap, len);
    pthread_mutex_unlock(&rig->lock);
    return status;
}

static enum asv_status db_receipt(void *ctx, struct asv_bytes receipt, struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_receipt decoded;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    must(asv_receipt_decode(&decoded, receipt.data, receipt.len, NULL));
    pthread_mutex_lock(&rig->lock);
    struct rig_commit *commit =
        find(rig, decoded.custody.camera_cert, decoded.custody.number, decoded.custody.header);
    if (commit)
        commit->receipts++;
    pthread_mutex_unlock(&rig->lock);
    return commit ? ASV_OK : ASV_E_NOT_FOUND;
}

static enum asv_status db_erasure(void *ctx, const uint8_t session[32], struct asv_bytes record,
                                  struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_erasure decoded;
    (void)session;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    must(asv_erasure_decode(&decoded, record.data, record.len, NULL));
    pthread_mutex_lock(&rig->lock);
    struct rig_commit *commit = find(rig, decoded.camera_cert, decoded.number, decoded.header);
    if (commit)
        commit->erased = true;
    pthread_mutex_unlock(&rig->lock);
    return ASV_OK;
}

static enum asv_status db_log_position(void *ctx, const uint8_t camera_cert[32], const uint8_t epoch[16],
                                       struct asv_db_log_position *position, struct asv_err *err)
{
    (void)camera_cert;
    (void)epoch;
    memset(position, 0, sizeof *position);
    position->next = 1;
    return db_here(ctx, err);
}

static enum asv_status db_log_append(void *ctx, const uint8_t session[32], struct asv_bytes block,
                                     struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)session;
    (void)block;
    rig->logs++;
    return db_here(rig, err);
}

static enum asv_status db_bulletin_issued(void *ctx, const uint8_t session[32], struct asv_bytes object,
                                          struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)session;
    (void)object;
    rig->bulletins++;
    return db_here(rig, err);
}

static enum asv_status db_assignment_issued(void *ctx, const uint8_t session[32], struct asv_bytes object,
                                            struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)session;
    (void)object;
    rig->assignments++;
    return db_here(rig, err);
}

static enum asv_status db_configuration_issued(void *ctx, const uint8_t session[32], struct asv_bytes object,
                                               struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)session;
    (void)object;
    rig->configurations++;
    return db_here(rig, err);
}

static enum asv_status db_number_next(void *ctx, const uint8_t camera_cert[32], enum asv_db_numbered what,
                                      uint64_t floor, uint64_t *number, struct asv_err *err)
{
    (void)camera_cert;
    (void)what;
    *number = floor + 10;
    return db_here(ctx, err);
}

static enum asv_status db_alarm(void *ctx, const struct asv_db_alarm *alarm, struct asv_err *err)
{
    struct rig *rig = ctx;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    rig->alarms++;
    pthread_mutex_lock(&rig->lock);
    rig->alarm_kinds[alarm->kind]++;
    pthread_mutex_unlock(&rig->lock);
    return ASV_OK;
}

/* ---- the whole ---- */

static void pool_ready(struct asv_watch *watch, uint32_t events)
{
    (void)events;
    struct rig *rig = (void *)((char *)watch - offsetof(struct rig, pool_watch));
    asv_pool_reap(rig->dock.pool);
}

static void watchdog_fire(struct asv_timer *timer)
{
    struct rig *rig = (void *)((char *)timer - offsetof(struct rig, watchdog));
    for (unsigned i = 0; i < RIG_SLOTS; i++)
        fprintf(stderr, "slot %u: %s: %s\n", i, asv_slot_state_name(rig->slots[i].state),
                rig->slots[i].reason);
    for (const struct asv_intake *intake = rig->dock.intakes; intake; intake = intake->next)
        fprintf(stderr, "intake %llu: %s busy %d waiting %d %s\n",
                (unsigned long long)intake->take.offer.number, asv_intake_step_name(intake->step),
                intake->busy, intake->waiting, intake->err.text);
    fail_msg("the dock hangs");
}

static void check_fire(struct asv_timer *timer)
{
    struct rig *rig = (void *)((char *)timer - offsetof(struct rig, check));
    if (rig->until(rig))
        asv_loop_stop(rig->dock.loop);
    else
        asv_timer_start(rig->dock.loop, timer, 1);
}

void rig_run(struct rig *rig, bool (*until)(struct rig *rig))
{
    rig->until = until;
    asv_timer_start(rig->dock.loop, &rig->watchdog, RIG_WAIT_MS);
    asv_timer_start(rig->dock.loop, &rig->check, 0);
    must(asv_loop_run(rig->dock.loop, NULL));
    asv_timer_stop(rig->dock.loop, &rig->watchdog);
    asv_timer_stop(rig->dock.loop, &rig->check);
}

static bool reached(struct rig *rig)
{
    return rig->slots[rig->wait_slot].state == rig->wait_state;
}

void rig_run_to(struct rig *rig, unsigned slot, enum asv_slot_state state)
{
    rig->wait_slot = slot;
    rig->wait_state = state;
    rig_run(rig, reached);
}

static void start(struct rig *rig)
{
    struct asv_dock *dock = &rig->dock;
    memset(dock, 0, sizeof *dock);
    struct asv_site *site = &dock->site;
    const struct asv_test_agency *agency = &rig->agency;
    memcpy(site->root_pk, agency->root.pk, sizeof site->root_pk);
    memcpy(site->agency, agency->id, sizeof site->agency);
    site->chain = agency->dock.chain.encoded;
    site->dock = agency->dock.chain;
    memcpy(site->dock_cert, agency->dock.cert_digest, sizeof site->dock_cert);
    site->keys = &rig->keys;
    site->world = &rig->world.world;
    site->policy = (struct asv_retention_policy){.version = 1, .days = 14};
    site->limits = (struct asv_site_limits){.quarantine_bytes = UINT64_C(1) << 30,
                                            .max_chunks = 1 << 20,
                                            .max_seal_bytes = 1 << 26,
                                            .max_tail_bytes = 1 << 26};
    site->read_back = true;
    site->quarantine_coming = &rig->coming;
    dock->settings = (struct asv_dock_settings){.handshake_ms = 20000,
                                                .reply_ms = 20000,
                                                .chunk_ms = 20000,
                                                .erase_ms = 20000,
                                                .retry_ms = 10,
                                                .retries = 2,
                                                .rate_window_ms = 60000,
                                                .keep_alive_ms = 15000,
                                                .probe_ms = 20,
                                                .indicate_ms = 1000,
                                                .bulletin_days = 20,
                                                .tries = 3,
                                                .max_error_ms = 1000,
                                                .configuration = 1,
                                                .checkpoint_ms = 1000};
    struct asv_vault_config config = {.roots = {rig->dir, rig->mirror},
                                      .root_count = rig->mirror[0] ? 2 : 1,
                                      .allow_cached_readback = true,
                                      .exclusive = true};
    struct asv_err err = {0};
    must(asv_vault_open(&config, &site->vault, &err));
    must(asv_loop_open(&dock->loop, NULL));
    must(asv_pool_start(3, ASV_LANES, &dock->pool, NULL));
    asv_dock_shape_pool(dock->pool, 3);
    rig->pool_watch = (struct asv_watch){asv_pool_fd(dock->pool), pool_ready};
    must(asv_loop_watch(dock->loop, &rig->pool_watch, EPOLLIN, NULL));
    dock->services = &rig->services;
    dock->log = asv_log_stderr(NULL);
    dock->log.level = getenv("RIG_LOG") ? ASV_LOG_DEBUG : (enum asv_log_level)0;
    dock->slots = rig->slots;
    dock->slot_count = RIG_SLOTS;
    asv_dock_init(dock);
    must(asv_outbox_new(dock, &dock->outbox));
    for (unsigned i = 0; i < RIG_SLOTS; i++) {
        char port[16];
        snprintf(port, sizeof port, "1-%u", i + 1);
        asv_slot_init(&rig->slots[i], dock, i, (uint16_t)(i + 1), port);
        memset(&rig->links[i], 0, sizeof rig->links[i]);
        rig->links[i].rig = rig;
        rig->links[i].slot = &rig->slots[i];
        rig->links[i].timer.fire = link_fire;
    }
    rig->watchdog = (struct asv_timer){.fire = watchdog_fire};
    rig->check = (struct asv_timer){.fire = check_fire};
}

void rig_recover(struct rig *rig)
{
    must(asv_recovery_start(&rig->dock));
}

static void make_dir(char *dir, size_t size)
{
    snprintf(dir, size, "/tmp/asv-rig-XXXXXX");
    if (!mkdtemp(dir))
        abort();
}

static void init(struct rig *rig)
{
    must(asv_crypto_init());
    must(asv_calendar_set_zone(ASV_CALENDAR_ZONE, NULL));
    make_dir(rig->dir, sizeof rig->dir);
    pthread_mutex_init(&rig->lock, NULL);
    asv_test_agency_init(&rig->agency, 7);
    asv_test_world_init(&rig->world, 42);
    asv_test_world_step(&rig->world, 3600000); /* an hour after the recordings */
    memcpy(rig->keys.sign, rig->agency.dock.sk, sizeof rig->keys.sign);
    memcpy(rig->keys.kx, rig->agency.dock.kx_sk, sizeof rig->keys.kx);
    rig->emptied_ms = ASV_TIME_UNKNOWN;
    rig->services = (struct asv_services){.keeper = rig,
                                          .keeper_ping = keeper_ping,
                                          .opens = keeper_opens,
                                          .bulletin = keeper_bulletin,
                                          .db = rig,
                                          .db_recovery = rig,
                                          .db_ping = db_ping,
                                          .docking_begin = db_docking_begin,
                                          .docking_end = db_docking_end,
                                          .announce = db_announce,
                                          .transferring = db_transferring,
                                          .lookup = db_lookup,
                                          .commit = db_commit,
                                          .record = db_record,
                                          .receipt = db_receipt,
                                          .erasure = db_erasure,
                                          .log_position = db_log_position,
                                          .log_append = db_log_append,
                                          .bulletin_issued = db_bulletin_issued,
                                          .assignment_issued = db_assignment_issued,
                                          .configuration_issued = db_configuration_issued,
                                          .number_next = db_number_next,
                                          .alarm = db_alarm};
    start(rig);
}

void rig_init(struct rig *rig)
{
    memset(rig, 0, sizeof *rig);
    init(rig);
}

void rig_init_mirrored(struct rig *rig)
{
    memset(rig, 0, sizeof *rig);
    make_dir(rig->mirror, sizeof rig->mirror);
    init(rig);
}

static bool idle(struct rig *rig)
{
    return asv_dock_is_idle(&rig->dock);
}

static void stop(struct rig *rig)
{
    asv_dock_stop(&rig->dock);
    rig_run(rig, idle);
    asv_pool_stop(rig->dock.pool);
    asv_dock_clear(&rig->dock);
    asv_loop_close(rig->dock.loop);
    asv_vault_close(rig->dock.site.vault);
}

void rig_restart(struct rig *rig)
{
    stop(rig);
    start(rig);
}

void rig_free(struct rig *rig)
{
    stop(rig);
    pthread_mutex_destroy(&rig->lock);
    must(asv_io_remove_tree(AT_FDCWD, rig->dir, NULL));
    if (rig->mirror[0])
        must(asv_io_remove_tree(AT_FDCWD, rig->mirror, NULL));
}

static enum asv_status count_one(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    (void)area;
    (void)path;
    (void)err;
    ++*(unsigned *)ctx;
    return ASV_OK;
}

unsigned rig_count(struct rig *rig, enum asv_vault_area area)
{
    unsigned count = 0;
    must(asv_vault_walk(rig->dock.site.vault, area, count_one, &count, NULL));
    return count;
}

const struct rig_commit *rig_find(const struct rig *rig, const struct fake_camera *camera, uint64_t number)
{
    for (unsigned i = 0; i < rig->commit_count; i++)
        if (rig->commits[i].facts.number == number &&
            memcmp(rig->commits[i].facts.camera_cert, camera->identity.cert_digest, 32) == 0)
            return &rig->commits[i];
    return NULL;
}
