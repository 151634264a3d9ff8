/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/unit/dock/rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "dock/intake.h"
#include "dock/outbox.h"
#include "dock/recovery.h"
#include "server/base/calendar.h"
#include "server/base/io.h"
#include "tests/unit/test.h"

void rig_must(enum asv_status status)
{
    if (status) {
        fprintf(stderr, "rig: %s\n", asv_status_name(status));
        abort();
    }
}

void rig_plug(struct rig *rig, unsigned slot, struct fake_camera *camera)
{
    rig_link_plug(&rig->links[slot], camera);
}

void rig_unplug(struct rig *rig, unsigned slot)
{
    rig_link_unplug(&rig->links[slot]);
}

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
    rig_must(asv_loop_run(rig->dock.loop, NULL));
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

void rig_dock(struct rig *rig, unsigned slot, struct fake_camera *camera, enum asv_slot_state state)
{
    rig_plug(rig, slot, camera);
    rig_run_to(rig, slot, state);
}

void rig_take_out(struct rig *rig, unsigned slot)
{
    rig_unplug(rig, slot);
    rig_run_to(rig, slot, ASV_SLOT_EMPTY);
}

bool rig_nothing_runs(struct rig *rig)
{
    return asv_recovery_is_idle(&rig->dock) && rig->dock.intake_count == 0 &&
           asv_pool_pending(rig->dock.pool) == 0;
}

/* The dock's site and its settings: nothing waits for long. */
static void configure(struct rig *rig)
{
    struct asv_dock *dock = &rig->dock;
    struct asv_site *site = &dock->site;
    const struct asv_test_agency *agency = &rig->agency;
    memcpy(site->root_pk, agency->root.pk, sizeof site->root_pk);
    memcpy(site->agency, agency->id, sizeof site->agency);
    site->chain = agency->dock.chain.encoded;
    site->dock = agency->dock.chain;
    memcpy(site->dock_cert, agency->dock.cert_digest, sizeof site->dock_cert);
    site->keys = &rig->keys;
    site->world = &rig->world.world;
    rig->periods =
        (struct asv_retention_periods){.count = 1, .list = {{.policy = {.version = 1, .days = 14}}}};
    dock->first_periods = rig->periods;
    site->periods = &dock->first_periods;
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
                                                .checkpoint_ms = 1000,
                                                .charge_ms = 4 * 3600 * 1000,
                                                .issue_wait_ms = 60000,
                                                .issue_area = "Innenstadt"};
}

void rig_start(struct rig *rig)
{
    struct asv_dock *dock = &rig->dock;
    memset(dock, 0, sizeof *dock);
    configure(rig);
    struct asv_vault_config config = {.roots = {rig->dir, rig->mirror},
                                      .root_count = rig->mirror[0] ? 2 : 1,
                                      .allow_cached_readback = true,
                                      .exclusive = true};
    struct asv_err err = {0};
    rig_must(asv_vault_open(&config, &dock->site.vault, &err));
    rig_must(asv_loop_open(&dock->loop, NULL));
    rig_must(asv_pool_start(3, ASV_LANES, &dock->pool, NULL));
    asv_dock_shape_pool(dock->pool, 3);
    rig->pool_watch = (struct asv_watch){asv_pool_fd(dock->pool), pool_ready};
    rig_must(asv_loop_watch(dock->loop, &rig->pool_watch, EPOLLIN, NULL));
    dock->services = &rig->services;
    dock->log = asv_log_stderr(NULL);
    dock->log.level = getenv("RIG_LOG") ? ASV_LOG_DEBUG : (enum asv_log_level)0;
    dock->slots = rig->slots;
    dock->slot_count = RIG_SLOTS;
    asv_dock_init(dock);
    rig_must(asv_outbox_new(dock, &dock->outbox));
    for (unsigned i = 0; i < RIG_SLOTS; i++) {
        char port[16];
        snprintf(port, sizeof port, "1-%u", i + 1);
        asv_slot_init(&rig->slots[i], dock, i, (uint16_t)(i + 1), port);
        rig_link_init(&rig->links[i], &rig->slots[i]);
    }
    rig->watchdog = (struct asv_timer){.fire = watchdog_fire};
    rig->check = (struct asv_timer){.fire = check_fire};
}

void rig_recover(struct rig *rig)
{
    rig_must(asv_recovery_start(&rig->dock));
}

static void make_dir(char *dir, size_t size)
{
    snprintf(dir, size, "/tmp/asv-rig-XXXXXX");
    if (!mkdtemp(dir))
        abort();
}

static void init(struct rig *rig)
{
    rig_must(asv_crypto_init());
    rig_must(asv_calendar_set_zone(ASV_CALENDAR_ZONE, NULL));
    make_dir(rig->dir, sizeof rig->dir);
    asv_test_agency_init(&rig->agency, 7);
    asv_test_world_init(&rig->world, 42);
    asv_test_world_step(&rig->world, 3600000); /* an hour after the recordings */
    memcpy(rig->keys.sign, rig->agency.dock.sk, sizeof rig->keys.sign);
    memcpy(rig->keys.kx, rig->agency.dock.kx_sk, sizeof rig->keys.kx);
    rig->keys.has_badge = true;
    memset(rig->keys.badge, 0xba, sizeof rig->keys.badge);
    rig_services_init(rig);
    rig_start(rig);
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

void rig_stop(struct rig *rig)
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
    rig_stop(rig);
    rig_start(rig);
}

void rig_free(struct rig *rig)
{
    rig_stop(rig);
    rig_services_clear(rig);
    rig_must(asv_io_remove_tree(AT_FDCWD, rig->dir, NULL));
    if (rig->mirror[0])
        rig_must(asv_io_remove_tree(AT_FDCWD, rig->mirror, NULL));
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
    rig_must(asv_vault_walk(rig->dock.site.vault, area, count_one, &count, NULL));
    return count;
}
