/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/unit/handover/kit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/crypto/x509.h"
#include "server/base/calendar.h"
#include "tests/support/clip_dir.h"
#include "tests/support/files.h"
#include "tests/support/fmp4.h"
#include "tests/support/plans.h"
#include "tests/unit/test.h"

#define DAY    20261123
#define NOW_MS INT64_C(1796000000000)

static uint8_t signer_sk[ASV_P256_SK_BYTES] = {1, 2, 3};

/* ---- recordings ---- */

static void other_clip(struct asv_seal_header *header)
{
    header->clip[15] ^= (uint8_t)header->number;
}

static void add_clip(struct kit *kit, size_t i, const struct asv_test_plan *plan)
{
    struct asv_test_in_vault *it = &kit->it;
    struct asv_test_clip *clip = &kit->clips[i - 1];
    struct asv_exhibit_name *name = &kit->names[i];
    struct asv_test_world world;
    char path[ASV_VAULT_PATH_BYTES];
    char place[800];
    asv_test_world_init(&world, 1 + i);
    asv_test_clip_make(clip, &it->agency, &it->agency.camera, &world, plan);
    struct asv_bytes stanzas = {clip->stanzas.data, clip->stanzas.len};
    assert_int_equal(asv_seal_unwrap(kit->file_keys[i], &clip->header, stanzas, clip->key_sk[0]), ASV_OK);
    *name = (struct asv_exhibit_name){.kind = ASV_COMMIT_STORED, .day = DAY};
    memcpy(name->clip, clip->header.clip, sizeof name->clip);
    memcpy(name->header, clip->header_digest, sizeof name->header);
    assert_int_equal(asv_vault_place_of(path, ASV_COMMIT_STORED, DAY, 0, name->clip, name->header, NULL),
                     ASV_OK);
    snprintf(place, sizeof place, "%s/vault/%s", it->base, path);
    const char *const make[] = {"mkdir", "-p", "-m", "700", place, NULL};
    assert_int_equal(asv_test_run(it->base, make), 0);
    asv_test_clip_write(clip, &it->agency, &it->agency.camera, &it->agency.dock, plan->cut ? "rest" : NULL,
                        plan->cut ? 4 : 0, place);
}

static void make_clips(struct kit *kit, uint32_t sealed_chunks)
{
    struct asv_test_plan first;
    const struct asv_test_plan sealed = {
        .number = 2, .chunks = sealed_chunks, .every = 200, .pad = 16, .change = other_clip};
    size_t len = 0;
    kit->media = asv_fmp4_stream(12, 500, 30000, &len);
    struct asv_test_plan cut = asv_test_plan_of(kit->media, len);
    cut.number = 3;
    cut.every = 2;
    cut.cut = true;
    cut.change = other_clip;
    first = asv_test_plan_of(kit->media, len);
    first.every = 2;
    first.records = true;
    asv_test_in_vault_make(&kit->it, &first);
    kit->names[0] = kit->it.name;
    memcpy(kit->file_keys[0], kit->it.file_key, ASV_FILE_KEY_BYTES);
    add_clip(kit, 1, &sealed);
    add_clip(kit, 2, &cut);
}

/* ---- the plan ---- */

static void swap_clips(struct kit *kit, size_t i, size_t j)
{
    uint8_t key[ASV_FILE_KEY_BYTES];
    struct asv_exhibit_name name = kit->names[i];
    struct asv_plan_clip clip = kit->plan_clips[i];
    memcpy(key, kit->file_keys[i], sizeof key);
    kit->names[i] = kit->names[j];
    kit->plan_clips[i] = kit->plan_clips[j];
    memcpy(kit->file_keys[i], kit->file_keys[j], sizeof key);
    kit->names[j] = name;
    kit->plan_clips[j] = clip;
    memcpy(kit->file_keys[j], key, sizeof key);
}

static void write_plan(struct kit *kit)
{
    struct asv_writer writer;
    asv_writer_init(&writer, kit->plan_bytes, sizeof kit->plan_bytes);
    assert_int_equal(asv_plan_write(&writer, &kit->plan, kit->plan_clips), ASV_OK);
    kit->plan_len = writer.len;
}

void kit_goes_sealed(struct kit *kit)
{
    for (size_t i = 0; i < KIT_CLIPS; i++) {
        kit->plan_clips[i].form = ASV_PLAN_SEALED;
        kit->plan_clips[i].from_ms = kit->plan_clips[i].until_ms = 0;
    }
    write_plan(kit);
    kit->build.plan.len = kit->plan_len;
}

void kit_original_stays(struct kit *kit)
{
    for (size_t i = 0; i < KIT_CLIPS; i++) {
        if (kit->plan_clips[i].form != ASV_PLAN_SEALED) {
            kit->plan_clips[i].form = ASV_PLAN_EXCERPT_ONLY;
            kit->plan_clips[i].until_ms = 2000;
        }
    }
    write_plan(kit);
    kit->build.plan.len = kit->plan_len;
}

static void make_plan(struct kit *kit, uint8_t outputs)
{
    static const uint8_t forms[KIT_CLIPS] = {ASV_PLAN_EXCERPT, ASV_PLAN_SEALED, ASV_PLAN_WHOLE};
    struct asv_plan *plan = &kit->plan;
    asv_test_handover_plan(plan, kit->plan_clips, KIT_CLIPS);
    for (size_t i = 0; i < KIT_CLIPS; i++) {
        bool part = forms[i] == ASV_PLAN_EXCERPT;
        kit->plan_clips[i] =
            (struct asv_plan_clip){.form = forms[i], .from_ms = part ? 1000 : 0, .until_ms = part ? 2000 : 0};
        memcpy(kit->plan_clips[i].header, kit->names[i].header, ASV_SHA256_BYTES);
        kit->names[i].latest_ms =
            (int64_t)(KIT_CLIPS - i); /* of a day that is decided it says nothing else */
    }
    for (size_t i = 0; i < KIT_CLIPS; i++) {
        for (size_t j = i + 1; j < KIT_CLIPS; j++) {
            if (memcmp(kit->plan_clips[i].header, kit->plan_clips[j].header, ASV_SHA256_BYTES) > 0) {
                swap_clips(kit, i, j);
            }
        }
    }
    plan->outputs = outputs;
    for (size_t i = 0; i < KIT_RECIPIENTS; i++) {
        kit->recipient_sk[i][0] = (uint8_t)(7 + i);
        asv_x25519_public(plan->recipients[i].key, kit->recipient_sk[i]);
    }
    write_plan(kit);
}

/* ---- what a build asks for ---- */

/* As the keeper gives it. */
static enum asv_status keys(void *ctx, const uint16_t *clips, unsigned count, struct asv_recording *recording,
                            struct asv_err *err)
{
    struct kit *kit = ctx;
    uint16_t clip = clips[0];
    assert_in_range(count, 1, KIT_CLIPS);
    for (unsigned i = 0; count > 1 && i < count; i++) { /* K-266 */
        assert_int_equal(kit->plan_clips[clips[i]].form, ASV_PLAN_SEALED);
    }
    memcpy(kit->row, clips, count * sizeof *clips);
    kit->row_count = count;
    uint8_t ephemeral[ASV_X25519_BYTES] = {9};
    uint8_t stanzas[KIT_RECIPIENTS * ASV_AGE_X25519_STANZA_BYTES];
    uint8_t header[1024];
    struct asv_writer writer;
    if (++kit->keys == kit->key_fails) {
        return asv_fail(err, ASV_E_DENIED, "the clip is blocked");
    }
    if (kit->wraps_anew) {
        const pid_t run = getpid();
        memcpy(ephemeral + 1, &run, sizeof run);
    }
    for (size_t i = 0; i < KIT_RECIPIENTS; i++) {
        assert_int_equal(asv_age_wrap(stanzas + i * ASV_AGE_X25519_STANZA_BYTES, kit->file_keys[clip],
                                      kit->plan.recipients[i].key, ephemeral),
                         ASV_OK);
    }
    asv_writer_init(&writer, header, sizeof header);
    assert_int_equal(
        asv_age_header_write(&writer, (struct asv_bytes){stanzas, sizeof stanzas}, kit->file_keys[clip]),
        ASV_OK);
    enum asv_status status =
        asv_plan_has_original(kit->plan_clips[clip].form)
            ? asv_recording_set_header(recording, (struct asv_bytes){header, writer.len}, err)
            : ASV_OK;
    return status == ASV_OK && kit->plan_clips[clip].form != ASV_PLAN_SEALED
               ? asv_recording_set_key(recording, kit->file_keys[clip], err)
               : status;
}

static void die(bool now)
{
    if (now) {
        (void)raise(SIGKILL);
    }
}

static enum asv_status extras(void *ctx, const struct asv_build_part *part, const char *path,
                              struct asv_err *err)
{
    struct kit *kit = ctx;
    char below[1024];
    (void)err;
    kit->extras++;
    kit->extras_clips += part->count;
    snprintf(below, sizeof below, "%s/ledger", path);
    assert_int_equal(mkdir(below, 0700), 0);
    asv_test_write_file(below, "README.txt", "read\n", 5);
    die(kit->kill_in_extras);
    snprintf(below, sizeof below, "%s/trust", path);
    assert_int_equal(mkdir(below, 0700), 0);
    asv_test_write_file(below, "root.cert", kit->it.agency.root.cert.object.encoded.data,
                        kit->it.agency.root.cert.object.encoded.len);
    asv_test_write_file(below, "package.pem", kit->signer.cades.certs.data, kit->signer.cades.certs.len);
    return ASV_OK;
}

static enum asv_status clip(void *ctx, const struct asv_build_clip *said, struct asv_err *err)
{
    struct kit *kit = ctx;
    const struct asv_compose_known known = {.camera_name = "Kamera 07",
                                            .media_lack = "das Programm dafür antwortete nicht",
                                            .erased_on_camera_ms = ASV_TIME_UNKNOWN};
    const struct asv_compose_event event = {.id = {1},
                                            .kind = "committed",
                                            .at_ms = ASV_TIME_UNKNOWN,
                                            .recorded_ms = NOW_MS - 1000,
                                            .actor_kind = "dock",
                                            .actor_name = "Dock Wache Süd",
                                            .has_leaf = true,
                                            .log = 1,
                                            .leaf = 17};
    die(++kit->clip_told == kit->kill_at_clip);
    enum asv_status status = asv_compose_clip(kit->compose, said, &known, err);
    return status == ASV_OK ? asv_compose_add_event(kit->compose, said->number, &event, err) : status;
}

static enum asv_status facts(void *ctx, const struct asv_build_said *said, char **text, size_t *len,
                             struct asv_err *err)
{
    static const uint8_t root[ASV_SHA256_BYTES] = {5};
    static const struct asv_compose_cosignature by[] = {{"zeuge.example/a", NOW_MS - 400}};
    const struct asv_compose_log log = {
        1, 184233, "duisburg.example/asservat/1", root, NOW_MS - 500, by, sizeof by / sizeof *by};
    struct kit *kit = ctx;
    kit->facts++;
    die(kit->kill_in_facts);
    assert_int_equal(asv_compose_add_log(kit->compose, &log, NULL), ASV_OK);
    assert_int_equal(asv_compose_add_cert(kit->compose, &kit->it.agency.root.cert, NULL), ASV_OK);
    return asv_compose_write(kit->compose, said, text, len, err);
}

static enum asv_status go_on(void *ctx, const struct asv_build_progress *progress, struct asv_err *err)
{
    struct kit *kit = ctx;
    assert_int_equal(progress->clips, KIT_CLIPS);
    die(++kit->pieces == kit->kill_at_piece);
    return kit->pieces == kit->stop_at_piece ? asv_fail(err, ASV_E_STATE, "cancelled") : ASV_OK;
}

static enum asv_status sign(void *ctx, const uint8_t digest[ASV_SHA256_BYTES],
                            uint8_t out[ASV_P256_SIG_MAX_BYTES], size_t *len, struct asv_err *err)
{
    struct kit *kit = ctx;
    (void)err;
    die(++kit->signatures == kit->kill_at_signature);
    return asv_p256_sign(out, len, signer_sk, digest);
}

/* ---- everything ---- */

static void make_signer(struct kit *kit)
{
    static const struct asv_x509 who = {.organisation = "Stadt Duisburg",
                                        .name = "Asservate",
                                        .from_s = 1767592800,
                                        .until_s = INT64_C(4000000000)};
    size_t len = 0;
    assert_int_equal(asv_x509_self_signed(kit->pem, &len, &who, signer_sk), ASV_OK);
    kit->signer = (struct asv_package_signer){.cades = {kit, {kit->pem, len}, sign}, .now_s = 1796000000};
}

static struct asv_bytes text(const char *value)
{
    return (struct asv_bytes){(const uint8_t *)value, strlen(value)};
}

static void make_compose(struct kit *kit)
{
    static const struct asv_card card = {.authority = {(const uint8_t *)"Staatsanwaltschaft Duisburg", 27},
                                         .code = {(const uint8_t *)"R1200S", 6},
                                         .address_count = 1,
                                         .address = {{(const uint8_t *)"47057 Duisburg", 14}}};
    const struct asv_compose_head head = {
        .plan = &kit->plan,
        .time_zone = "Europe/Berlin",
        .version = "Asservat 0.1.0",
        .agency_name = "Stadt Duisburg",
        .agency_address = "Königstraße 63\n47051 Duisburg",
        .card = &card,
        .cause = ASV_GROUND_PROSECUTION,
        .offence = "Tätlicher Angriff\nauf Vollstreckungsbeamte",
        .danger = "Schlag gegen den Kopf",
        .place = "Wanheimer Straße 12",
        .accused = "Unbekannt",
        .injured = "Willi Weiß\nJörg Öztürk",
        .from_ms = NOW_MS - 1000000,
        .until_ms = ASV_TIME_UNKNOWN,
        .incident_version = 1,
        .incident_statement = kit->plan.agency,
        .written_ms = NOW_MS - 500000,
        .changed_ms = ASV_TIME_UNKNOWN,
        .requested = {text("Elke Exner"), NOW_MS - 2000, text("Anforderung vom 27.11.2026"), {1}},
        .approved = {text("Sigrid Schäfer"), NOW_MS - 1000, text("Einverstanden"), {2}},
    };
    assert_int_equal(asv_compose_new(&kit->compose, &head, NULL), ASV_OK);
}

void kit_make(struct kit *kit, uint8_t outputs, uint32_t sealed_chunks)
{
    static uint8_t *release;
    static size_t release_len;
    assert_int_equal(asv_calendar_set_zone("Europe/Berlin", NULL), ASV_OK);
    if (release == NULL) {
        asv_test_read_file(ASV_SOURCE_DIR "/deploy/xjustiz", "3.6.2.json", &release, &release_len);
    }
    memset(kit, 0, sizeof *kit);
    make_clips(kit, sealed_chunks);
    make_plan(kit, outputs);
    make_signer(kit);
    make_compose(kit);
    snprintf(kit->out, sizeof kit->out, "%s/handover", kit->it.base);
    assert_int_equal(mkdir(kit->out, 0700), 0);
    kit->dir = open(kit->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(kit->dir >= 0);
    kit->ops = (struct asv_build_ops){kit, keys, extras, clip, facts, go_on};
    kit->build = (struct asv_build){.dir = kit->dir,
                                    .path = kit->out,
                                    .plan = {kit->plan_bytes, kit->plan_len},
                                    .proposal = {(const uint8_t *)"proposal", 8},
                                    .approval = {(const uint8_t *)"approval", 8},
                                    .vault = kit->it.vault,
                                    .names = kit->names,
                                    .sizes = kit->sizes,
                                    .signer = &kit->signer,
                                    .release = {release, release_len},
                                    .documents = ASV_BINARY_DIR "/bin/asservat-documents",
                                    .organisation = "Stadt Duisburg",
                                    .version = "Asservat 0.1.0",
                                    .now_ms = NOW_MS,
                                    .ops = &kit->ops};
}

void kit_remove(struct kit *kit)
{
    asv_compose_free(kit->compose);
    close(kit->dir);
    for (size_t i = 0; i < KIT_CLIPS - 1; i++) {
        asv_test_clip_free(&kit->clips[i]);
    }
    asv_test_in_vault_remove(&kit->it);
    free(kit->media);
}

void kit_sh(const struct kit *kit, const char *line)
{
    char script[4096];
    snprintf(script, sizeof script, "set -e; cd '%s'; %s", kit->out, line);
    if (asv_test_run(kit->it.base, (const char *const[]){"bash", "-c", script, NULL}) != 0) {
        snprintf(script, sizeof script, "cat '%s/out' '%s/err' >&2", kit->it.base, kit->it.base);
        (void)asv_test_run("/tmp", (const char *const[]){"bash", "-c", script, NULL});
        fail_msg("%s", line);
    }
}
