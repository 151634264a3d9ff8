/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the database is told of dockings and recordings, field by field, against what the camera said and
 * signed. LAW H2: the camera's clock against the dock's, for every docking and every recording. LAW H3:
 * device, firmware and digests. LAW R3: the dwelling flag. LAW R5: the pre-roll. */
#include <stdio.h>
#include <string.h>

#include "dock/take.h"
#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

#define HOUR_MS 3600000
#define TAIL    70001

/* ---- comparing ---- */

static void same_number(const char *field, int64_t got, int64_t want)
{
    if (got != want)
        fail_msg("%s: %lld instead of %lld", field, (long long)got, (long long)want);
}

static void same_text(const char *field, const char *got, const char *want)
{
    if (strcmp(got, want) != 0)
        fail_msg("%s: \"%s\" instead of \"%s\"", field, got, want);
}

static void same_bytes(const char *field, const void *got, const void *want, size_t len)
{
    if (memcmp(got, want, len) != 0)
        fail_msg("%s: other bytes", field);
}

#define SAME_RAW(field)    same_bytes(#field, got->field, want->field, sizeof got->field);
#define SAME_TEXT(field)   same_text(#field, got->field, want->field);
#define SAME_NUMBER(field) same_number(#field, (int64_t)got->field, (int64_t)want->field);

/* Every field that a commit record has. */
static void same_commit(const struct asv_commit *got, const struct asv_commit *want)
{
    ASV_COMMIT_FIELDS(SAME_RAW, SAME_TEXT, SAME_NUMBER, SAME_NUMBER, SAME_NUMBER, SAME_NUMBER, SAME_NUMBER,
                      SAME_NUMBER)
    assert_int_equal(got->extensions_len, 0);
}

/* ---- what must come of it ---- */

/* What is there before the docking changes it: the dock sets the clock, and the camera erases the recording.
 */
struct before {
    int64_t dock_ms, camera_ms;
    uint64_t mono_ms;
    struct asv_commit want[FAKE_CLIPS]; /* as far as the recordings say */
    uint64_t end_mono_ms[FAKE_CLIPS];
};

static void want_header(struct asv_commit *want, const struct asv_seal_header *header)
{
    memcpy(want->agency, header->agency, sizeof want->agency);
    memcpy(want->camera_cert, header->cert_digest, sizeof want->camera_cert);
    memcpy(want->chain_digest, header->chain_digest, sizeof want->chain_digest);
    snprintf(want->model, sizeof want->model, "%s", header->model);
    snprintf(want->serial, sizeof want->serial, "%s", header->serial);
    snprintf(want->firmware, sizeof want->firmware, "%s", header->firmware);
    memcpy(want->firmware_digest, header->firmware_digest, sizeof want->firmware_digest);
    memcpy(want->epoch, header->epoch, sizeof want->epoch);
    want->number = header->number;
    memcpy(want->clip, header->clip, sizeof want->clip);
    memcpy(want->group, header->group, sizeof want->group);
    want->stream = header->stream;
    want->stream_type = header->stream_type;
    want->segment = header->segment;
    memcpy(want->assignment, header->assignment, sizeof want->assignment);
    snprintf(want->unit, sizeof want->unit, "%s", header->unit);
    snprintf(want->area, sizeof want->area, "%s", header->area);
    want->sealer = header->sealer;
    want->key_kind = header->key_kind;
    memcpy(want->key_id, header->stanzas[0].key_id, sizeof want->key_id);
    want->key_date = header->key_date;
    want->bulletin = header->bulletin;
    want->policy = header->policy;
    want->clock_state = header->clock_state;
    want->start_ms = header->start_wall_ms;
}

static void want_payload(struct asv_commit *want, const struct asv_test_clip *clip, size_t tail)
{
    uint64_t bytes = clip->payload.len - tail;
    struct asv_merkle tree;
    asv_merkle_init(&tree);
    for (uint32_t i = 0; i < clip->plan.chunks; i++) {
        uint8_t leaf[ASV_SHA256_BYTES];
        asv_merkle_leaf(leaf, clip->payload.data + (size_t)i * ASV_CHUNK_CIPHER_BYTES,
                        ASV_CHUNK_CIPHER_BYTES);
        rig_must(asv_merkle_append(&tree, leaf));
    }
    asv_merkle_root(&tree, want->root);
    want->leaves = clip->plan.chunks;
    want->payload_bytes = bytes;
    if (clip->link.len > 0) /* it has its end */
        memcpy(want->final_chunk, clip->payload.data + bytes - sizeof want->final_chunk,
               sizeof want->final_chunk);
    want->tail_bytes = tail;
    asv_sha256(want->tail_digest, clip->payload.data + bytes, tail);
}

/* What the recording itself says, and its last moment by the camera's running clock. */
static uint64_t want_recording(struct asv_commit *want, const struct asv_test_clip *clip, size_t tail)
{
    static struct asv_seal_verifier verifier;
    const struct asv_seal_signer signer = asv_test_signer(&camera->identity);
    asv_seal_verifier_init(&verifier, &signer, NULL);
    rig_must(asv_seal_verifier_feed(&verifier, clip->seal.data, clip->seal.len, NULL));
    const struct asv_seal_result *seal = asv_seal_verifier_result(&verifier);
    memset(want, 0, sizeof *want);
    want_header(want, &clip->header);
    want_payload(want, clip, tail);
    memcpy(want->header_digest, clip->header_digest, sizeof want->header_digest);
    want->end_reason = seal->end.reason; /* zeros in a cut one */
    want->media_bytes = seal->end.media_bytes;
    want->marked = clip->plan.facts.marked;
    want->dwelling = clip->plan.facts.dwelling;
    want->pre_roll_ms = clip->plan.facts.pre_roll_ms;
    want->end_ms = seal->ended            ? seal->end.wall_ms
                   : seal->has_checkpoint ? seal->checkpoint.wall_ms
                                          : clip->header.start_wall_ms;
    want->seal_bytes = clip->seal.len;
    asv_sha256(want->seal_digest, clip->seal.data, clip->seal.len);
    want->link_bytes = (uint32_t)clip->link.len;
    asv_sha256(want->link_digest, clip->link.data, clip->link.len);
    asv_sha256(want->stanzas_digest, clip->stanzas.data, clip->stanzas.len);
    want->integrity = seal->ended ? ASV_INTEGRITY_VALID : ASV_INTEGRITY_TRUNCATED;
    want->provenance = ASV_PROVENANCE_TRUSTED;
    want->kind = ASV_COMMIT_STORED;
    return seal->ended            ? seal->end.mono_ms
           : seal->has_checkpoint ? seal->checkpoint.mono_ms
                                  : clip->header.start_mono_ms;
}

static void look_before(struct before *before)
{
    before->dock_ms = rig->world.wall;
    before->camera_ms = camera->world.wall;
    before->mono_ms = camera->world.mono;
    for (unsigned i = 0; i < FAKE_CLIPS; i++)
        if (camera->clips[i].clip)
            before->end_mono_ms[i] =
                want_recording(&before->want[i], camera->clips[i].clip, camera->clips[i].tail);
}

/* How far the recording's moment may lie from where the dock puts it: 100 ppm, rounded up, and what the
 * measurement leaves open. */
static int64_t margin(const struct before *before, uint64_t mono_ms, uint32_t uncertainty_ms)
{
    return (int64_t)((before->mono_ms - mono_ms + 9999) / 10000 + uncertainty_ms);
}

/* Where it lies by the clock that ran on from the recording to the docking. */
static void want_interval(struct asv_commit *want, const struct before *before, uint64_t start_mono_ms,
                          uint64_t end_mono_ms)
{
    const struct asv_db_docking *docking = &rig->docking.facts;
    int64_t dock_ms = before->camera_ms + docking->offset_ms;
    want->offset_ms = docking->offset_ms;
    want->uncertainty_ms = docking->uncertainty_ms;
    want->earliest_ms = dock_ms - (int64_t)(before->mono_ms - start_mono_ms) -
                        margin(before, start_mono_ms, docking->uncertainty_ms);
    want->latest_ms = dock_ms - (int64_t)(before->mono_ms - end_mono_ms) +
                      margin(before, end_mono_ms, docking->uncertainty_ms);
    want->day = 20260105;
    want->due_ms = INT64_C(1768863600000); /* the end of 2026-01-19 in Berlin */
}

static void want_docking(struct asv_commit *want, const struct before *before, unsigned slot)
{
    memcpy(want->dock_cert, rig->agency.dock.cert_digest, sizeof want->dock_cert);
    snprintf(want->dock_name, sizeof want->dock_name, "%s", rig->agency.dock.cert.name);
    want->slot = (uint16_t)(slot + 1);
    snprintf(want->port, sizeof want->port, "1-%u", slot + 1);
    memcpy(want->session, camera->session, sizeof want->session);
    want->docked_ms = before->dock_ms;
    want->committed_ms = rig->world.wall;
    want->replicas = rig->mirror[0] ? 2 : 1;
    snprintf(want->software, sizeof want->software, "%s", ASV_SOFTWARE);
}

/* The camera's recording number is in custody as it must be; slot: the one that it came through. */
static void check_custody(struct before *before, uint64_t number, unsigned slot)
{
    const struct rig_commit *commit = rig_find(rig, camera, number);
    struct asv_commit *want = &before->want[number - 1];
    assert_non_null(commit);
    want_docking(want, before, slot);
    want->readback = commit->facts.readback; /* the file system of the test decides */
    assert_in_range(want->readback, ASV_READBACK_DIRECT, ASV_READBACK_CACHED);
    same_commit(&commit->facts, want);
}

/* Half of the exchange's duration is not known, and a millisecond of each clock. */
static void check_offset(const struct before *before, int64_t offset_ms, uint32_t uncertainty_ms)
{
    int64_t less = before->dock_ms - before->camera_ms - offset_ms;
    assert_in_range(uncertainty_ms, 1, ASV_CLOCK_MAX_ROUND_TRIP_MS / 2 + 1);
    assert_true(less == (int64_t)uncertainty_ms - 1 || less == (int64_t)uncertainty_ms - 2);
}

/* ---- recordings ---- */

static void issued_and_of_a_later_segment(struct asv_seal_header *header)
{
    header->stream = 1;
    header->stream_type = ASV_STREAM_VIDEO;
    header->segment = 2;
    header->clock_state = ASV_CLOCK_HOLDOVER;
    header->policy = 9;
}

static bool staged_in_the_second_slot(struct rig *r)
{
    return r->slots[1].state == ASV_SLOT_WAITING && asv_pool_pending(r->dock.pool) == 0;
}

static void every_fact_of_a_recording_reaches_custody(void **state)
{
    (void)state;
    const struct asv_test_plan plan = {.number = 3,
                                       .chunks = 10,
                                       .every = 4,
                                       .pad = 1000,
                                       .records = true,
                                       .unit = "Aussendienst",
                                       .area = "Innenstadt",
                                       .facts = {true, true, 30000},
                                       .change = issued_and_of_a_later_segment};
    static struct before before;
    const struct asv_seal_header *header = &fake_camera_record_as(camera, &plan, 0)->header;
    uint64_t start_mono_ms = header->start_mono_ms;
    asv_test_world_step(&camera->world, HOUR_MS / 2);
    look_before(&before);
    rig->keeper_away = true;
    rig_plug(rig, 1, camera);
    rig_run(rig, staged_in_the_second_slot);
    asv_test_world_step(&rig->world, HOUR_MS); /* until it is committed */
    rig->keeper_away = false;
    rig_run_to(rig, 1, ASV_SLOT_READY);
    check_offset(&before, rig->docking.facts.offset_ms, rig->docking.facts.uncertainty_ms);
    want_interval(&before.want[2], &before, start_mono_ms, before.end_mono_ms[2]);
    check_custody(&before, 3, 1);
}

static bool heard_of_both_periods(struct rig *r)
{
    return r->dock.site.periods->count == 2;
}

static void a_recording_is_due_as_people_decided_for_its_day(void **state)
{
    (void)state; /* LAW T7, T8 */
    fake_camera_record(camera, 1, 2);
    dock_once();
    assert_true(rig_find(rig, camera, 1)->facts.due_ms == INT64_C(1768863600000)); /* end of 2026-01-19 */
    rig->periods = (struct asv_retention_periods){
        .count = 2, .list = {{0, {.version = 1, .days = 14}}, {20260105, {.version = 2, .days = 7}}}};
    asv_dock_watch(&rig->dock);
    rig_run(rig, heard_of_both_periods);
    fake_camera_record(camera, 2, 2);
    dock_once();
    assert_true(rig_find(rig, camera, 2)->facts.due_ms == INT64_C(1768258800000)); /* end of 2026-01-12 */
    asv_dock_watch(&rig->dock);                                                    /* the same again */
    fake_camera_record(camera, 3, 2);
    dock_once();
    assert_int_equal(rig->dock.site.periods->list[1].policy.days, 7);
}

static void to_the_reserve_key(struct asv_seal_header *header)
{
    header->key_kind = ASV_KEY_RESERVE;
    header->key_date = 0;
}

/* Each fact once signed while the others are not: only a checkpoint makes them facts. */
static void what_no_checkpoint_signs_is_no_fact(void **state)
{
    (void)state;
    static const struct asv_test_facts rows[][2] = {
        {{.marked = true}, {.dwelling = true, .pre_roll_ms = 5000}},
        {{.dwelling = true}, {.marked = true, .pre_roll_ms = 5000}},
        {{.pre_roll_ms = 30000}, {.marked = true, .dwelling = true, .pre_roll_ms = 5000}},
    };
    static struct before before;
    uint64_t start_mono_ms[3];
    for (unsigned i = 0; i < 3; i++) {
        const struct asv_test_plan plan = {.number = i + 1,
                                           .chunks = 6,
                                           .every = 4,
                                           .cut = true,
                                           .facts = rows[i][0],
                                           .behind = rows[i][1],
                                           .change = to_the_reserve_key};
        start_mono_ms[i] = fake_camera_record_as(camera, &plan, TAIL + i)->header.start_mono_ms;
    }
    asv_test_world_step(&camera->world, HOUR_MS / 2);
    look_before(&before);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    for (unsigned i = 0; i < 3; i++) {
        want_interval(&before.want[i], &before, start_mono_ms[i], before.end_mono_ms[i]);
        check_custody(&before, i + 1, 0);
    }
}

/* All that there is of it is a tail; no record of it is signed. */
static void what_ended_before_its_first_checkpoint_has_its_header(void **state)
{
    (void)state;
    static struct before before;
    const struct asv_test_plan plan = {.number = 1,
                                       .cut = true,
                                       .unsealed = true,
                                       .behind = {.marked = true, .dwelling = true, .pre_roll_ms = 5000}};
    uint64_t start_mono_ms = fake_camera_record_as(camera, &plan, TAIL)->header.start_mono_ms;
    asv_test_world_step(&camera->world, HOUR_MS / 2);
    look_before(&before);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    want_interval(&before.want[0], &before, start_mono_ms, start_mono_ms);
    check_custody(&before, 1, 0);
}

/* LAW H2: it says that it was not measured, and not that it was right. */
static void a_clock_that_was_not_measured_is_said_to_be_unknown(void **state)
{
    (void)state;
    static struct before before;
    fake_camera_record(camera, 1, 5);
    look_before(&before);
    camera->no_clock = true;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_false(rig->docking.facts.has_clock);
    before.want[0].uncertainty_ms = ASV_COMMIT_NO_CLOCK;
    before.want[0].earliest_ms = ASV_TIME_UNKNOWN;
    before.want[0].latest_ms = before.dock_ms;
    check_custody(&before, 1, 0);
}

/* ---- dockings ---- */

/* All but the clock and what the camera says of itself. */
static void check_session(const struct before *before, unsigned slot)
{
    const struct asv_db_docking *docking = &rig->docking.facts;
    const struct asv_bytes *chain = &camera->identity.chain.encoded;
    same_bytes("session", docking->session, camera->session, sizeof docking->session);
    same_bytes("dock_cert", docking->dock_cert, rig->agency.dock.cert_digest, sizeof docking->dock_cert);
    same_number("slot", docking->slot, slot + 1);
    same_text("port", docking->port, rig->slots[slot].port);
    same_number("chain", (int64_t)docking->chain.len, (int64_t)chain->len);
    same_bytes("chain", docking->chain.data, chain->data, chain->len);
    same_bytes("camera_cert", docking->camera_cert, camera->identity.cert_digest,
               sizeof docking->camera_cert);
    same_number("began_ms", docking->began_ms, before->dock_ms);
    assert_false(docking->partial);
}

static void check_clock(const struct before *before)
{
    const struct asv_db_docking *got = &rig->docking.facts;
    const struct asv_wire_clock_reply *want = &camera->clock;
    assert_true(got->has_clock);
    check_offset(before, got->offset_ms, got->uncertainty_ms);
    same_number("camera_wall_ms", got->camera_wall_ms, want->wall_ms);
    same_number("camera_mono_ms", (int64_t)got->camera_mono_ms, (int64_t)want->mono_ms);
    SAME_RAW(boot)
    SAME_NUMBER(clock_state)
    same_number("last_sync_ms", got->last_sync_ms,
                want->last_sync_wall_ms ? want->last_sync_wall_ms : ASV_TIME_UNKNOWN);
    SAME_NUMBER(clock_source)
}

static void check_status(void)
{
    const struct asv_db_docking *got = &rig->docking.facts;
    const struct asv_wire_status_reply *want = &camera->status;
    SAME_RAW(epoch)
    SAME_NUMBER(last_number)
    SAME_NUMBER(clips)
    SAME_NUMBER(erasures)
    SAME_NUMBER(store_bytes)
    SAME_NUMBER(free_bytes)
    SAME_NUMBER(battery_percent)
    SAME_NUMBER(flags)
    SAME_TEXT(firmware)
    SAME_RAW(firmware_digest)
    SAME_NUMBER(bulletin)
    SAME_NUMBER(revocations)
    SAME_NUMBER(configuration)
    SAME_NUMBER(assignment)
    SAME_NUMBER(policy_version)
    SAME_RAW(assignment_id)
}

static bool told_of_a_docking(struct rig *r)
{
    return r->dockings == 1;
}

/* No two of the camera's answers are the same, so that none can stand for another. */
static void every_fact_of_a_docking_reaches_the_database(void **state)
{
    (void)state;
    static struct before before;
    for (uint64_t kind = 0; kind < ASV_WIRE_HELD_KINDS; kind++)
        camera->held[kind].number = 21 + kind;
    memset(camera->assignment_id, 0xa5, sizeof camera->assignment_id);
    camera->on_reserve = true;
    fake_camera_record(camera, 5, 2);
    camera->clips[0].outstanding = camera->clips[1].outstanding = true;
    look_before(&before);
    rig_plug(rig, 2, camera);
    rig_run(rig, told_of_a_docking);
    check_session(&before, 2);
    check_clock(&before);
    check_status();
}

static void a_clock_that_was_lost_was_never_set(void **state)
{
    (void)state;
    static struct before before;
    camera->lost_clock = true;
    look_before(&before);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    check_session(&before, 0);
    check_clock(&before);
    assert_true(rig->docking.facts.last_sync_ms == ASV_TIME_UNKNOWN);
    check_status();
}

/* Database away and a crash: what the notes beside the recording know is told when it is back, and no more.
 */
static void check_what_the_recovery_tells(void)
{
    const struct asv_db_docking *got = &rig->docking.facts;
    const struct asv_commit *want = &rig_find(rig, camera, 1)->facts;
    assert_true(got->partial);
    same_bytes("session", got->session, camera->session, sizeof got->session);
    SAME_RAW(dock_cert)
    SAME_NUMBER(slot)
    SAME_TEXT(port)
    SAME_RAW(camera_cert)
    same_bytes("chain", got->chain.data, camera->identity.chain.encoded.data,
               camera->identity.chain.encoded.len);
    same_number("began_ms", got->began_ms, want->docked_ms);
    same_number("has_clock", got->has_clock, want->uncertainty_ms != ASV_COMMIT_NO_CLOCK);
    SAME_NUMBER(clock_state)
    SAME_RAW(epoch)
    SAME_TEXT(firmware)
    SAME_RAW(firmware_digest)
}

static void told_by_the_recovery(struct before *before)
{
    fake_camera_record(camera, 1, 5);
    asv_test_world_step(&camera->world, HOUR_MS / 2);
    look_before(before);
    rig->db_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    rig_restart(rig);
    rig->db_away = false;
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    check_what_the_recovery_tells();
}

static void after_a_crash_the_database_is_told_the_same(void **state)
{
    (void)state;
    static struct before before;
    const struct asv_db_docking *docking = &rig->docking.facts;
    told_by_the_recovery(&before);
    check_offset(&before, docking->offset_ms, docking->uncertainty_ms);
    want_interval(&before.want[0], &before,
                  (uint64_t)(before.want[0].start_ms - before.camera_ms) + before.mono_ms,
                  before.end_mono_ms[0]);
    check_custody(&before, 1, 0);
}

static void nor_is_a_clock_invented_that_was_not_measured(void **state)
{
    (void)state;
    static struct before before;
    camera->no_clock = true;
    told_by_the_recovery(&before);
}

static void the_end_of_a_docking_counts_what_came_of_it(void **state)
{
    (void)state;
    const struct asv_db_docking_end *end = &rig->docking.end;
    uint64_t bytes = 0;
    for (uint64_t number = 1; number <= 2; number++) {
        const struct asv_test_clip *clip = fake_camera_record(camera, number, 2);
        bytes += 2 * ASV_CHUNK_CIPHER_BYTES + clip->seal.len + clip->stanzas.len + clip->link.len;
    }
    fake_camera_record(camera, 3, 2);
    camera->clips[2].recording = true;
    rig->keeper_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    asv_test_world_step(&rig->world, HOUR_MS);
    rig->keeper_away = false;
    rig_run_to(rig, 0, ASV_SLOT_ATTENTION);
    rig_take_out(rig, 0);
    rig_run(rig, rig_nothing_runs);
    same_bytes("session", end->session, camera->session, sizeof end->session);
    same_number("ended_ms", end->ended_ms, rig->world.wall);
    assert_int_equal(end->reason, ASV_DB_DOCKING_LATER);
    assert_int_equal(end->stored, 2);
    assert_int_equal(end->quarantined, 0);
    assert_int_equal(end->expired, 0);
    assert_int_equal(end->left, 1);
    assert_int_equal(end->bytes, bytes);
}

/* ---- D-010: what the camera signs when it is let go ---- */

static void let_it_go(enum asv_db_docking_reason reason)
{
    rig_take_out(rig, 0);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->docking.end.reason, reason);
}

static struct asv_inventory inventory_told(void)
{
    struct asv_inventory out;
    struct asv_bytes data = rig->docking.end.inventory;
    assert_int_equal(asv_inventory_decode(&out, data.data, data.len, NULL), ASV_OK);
    assert_int_equal(asv_inventory_verify(&out, &camera->identity.cert, NULL), ASV_OK);
    same_bytes("session", out.session, rig->docking.end.session, sizeof out.session);
    same_bytes("bulletin", out.bulletin, camera->held[ASV_WIRE_HELD_BULLETIN].digest, sizeof out.bulletin);
    return out;
}

static void the_end_of_a_docking_has_what_the_camera_signed(void **state)
{
    (void)state; /* D-010 */
    fake_camera_record(camera, 1, 2);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    let_it_go(ASV_DB_DOCKING_READY);
    struct asv_inventory inventory = inventory_told();
    assert_true(inventory.held == 0 && inventory.last_number == 1);
    same_number("wall_ms", inventory.wall_ms, camera->world.wall); /* by the clock that was just set */
    fake_camera_record(camera, 2, 2);
    camera->clips[1].recording = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    let_it_go(ASV_DB_DOCKING_LATER);
    inventory = inventory_told();
    assert_true(inventory.held == 1 && inventory.last_number == 2);
}

static bool is_silent(struct rig *r)
{
    (void)r;
    return camera->silent;
}

static void without_a_signature_nothing_is_told_for_it(void **state)
{
    (void)state; /* D-011 */
    fake_camera_record(camera, 1, 2);
    camera->no_inventory = true; /* by older firmware: it is ready all the same */
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    let_it_go(ASV_DB_DOCKING_READY);
    assert_int_equal(rig->docking.end.inventory.len, 0);
    camera->no_inventory = false;
    camera->mute_leaving = true; /* taken out before it had signed */
    rig_plug(rig, 0, camera);
    rig_run(rig, is_silent);
    let_it_go(ASV_DB_DOCKING_UNPLUGGED);
    assert_int_equal(rig->docking.end.inventory.len, 0);
    camera->mute_leaving = false;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    let_it_go(ASV_DB_DOCKING_READY);
    assert_int_equal(inventory_told().held, 0);
}

static void a_camera_whose_word_is_wanted_signs_by_a_new_bulletin(void **state)
{
    (void)state; /* D-009 */
    uint8_t first[ASV_SHA256_BYTES];
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    let_it_go(ASV_DB_DOCKING_READY);
    struct asv_inventory inventory = inventory_told();
    memcpy(first, inventory.bulletin, sizeof first);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    let_it_go(ASV_DB_DOCKING_READY);
    inventory = inventory_told();
    assert_memory_equal(inventory.bulletin, first, sizeof first); /* its keys last for long */
    rig->word_wanted = true;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    let_it_go(ASV_DB_DOCKING_READY);
    inventory = inventory_told();
    assert_memory_not_equal(inventory.bulletin, first, sizeof first);
    assert_int_equal(rig->bulletins, 2);
}

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_fact_of_a_recording_reaches_custody, kit_setup_mirrored,
                                        kit_teardown),
        KIT_TEST(what_no_checkpoint_signs_is_no_fact),
        KIT_TEST(what_ended_before_its_first_checkpoint_has_its_header),
        KIT_TEST(a_clock_that_was_not_measured_is_said_to_be_unknown),
        KIT_TEST(every_fact_of_a_docking_reaches_the_database),
        KIT_TEST(a_clock_that_was_lost_was_never_set),
        KIT_TEST(after_a_crash_the_database_is_told_the_same),
        KIT_TEST(nor_is_a_clock_invented_that_was_not_measured),
        KIT_TEST(a_recording_is_due_as_people_decided_for_its_day),
        KIT_TEST(the_end_of_a_docking_counts_what_came_of_it),
        KIT_TEST(the_end_of_a_docking_has_what_the_camera_signed),
        KIT_TEST(without_a_signature_nothing_is_told_for_it),
        KIT_TEST(a_camera_whose_word_is_wanted_signs_by_a_new_bulletin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
