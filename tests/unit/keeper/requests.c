/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the keeper answers: day keys, bulletins, and whether a clip opens. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/calendar.h"
#include "server/keeper/secret.h"
#include "tests/sim/keeper_site.h"
#include "tests/unit/test.h"

#define DAY_MS  INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define TODAY   20260105u

static struct keeper_site site;

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 42);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static struct asv_test_identity *const camera = &site.agency.camera;

/* ---- MAKE_DAYS ---- */

static void days_are_made_once_and_kept(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key before;
    struct asv_bulletin_key after;
    struct asv_keeper_reply reply = keeper_make_days(&site, camera, 0, 3);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(reply.made, 3);
    assert_int_equal(reply.last_date, 20260107);
    keeper_bulletin(&site, camera, &bulletin);
    assert_int_equal(bulletin.key_count, 3);
    asv_bulletin_key_at(&bulletin, 1, &before);

    uint64_t generation = site.keeper.store->index->generation;
    reply = keeper_make_days(&site, camera, 0, 3); /* K-050 */
    assert_int_equal(reply.made, 0);
    assert_true(site.keeper.store->index->generation == generation);
    reply = keeper_make_days(&site, camera, 20260106, 4);
    assert_int_equal(reply.made, 2);
    assert_int_equal(reply.last_date, 20260109);
    keeper_bulletin(&site, camera, &bulletin);
    assert_int_equal(bulletin.key_count, 5);
    asv_bulletin_key_at(&bulletin, 1, &after);
    assert_memory_equal(before.pk, after.pk, sizeof before.pk);
    assert_true(before.date == after.date && before.start_ms == after.start_ms);
}

static void without_a_count_it_is_the_configured_one(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = keeper_make_days(&site, camera, 0, 0);
    assert_int_equal(reply.made, 60);
    assert_int_equal(reply.last_date, 20260305);
}

static void days_in_the_past_and_beyond_the_horizon_are_refused(void **state)
{
    (void)state;
    assert_int_equal(keeper_make_days(&site, camera, 20260104, 1).status, ASV_E_USAGE); /* K-051 */
    assert_int_equal(keeper_make_days(&site, camera, 20260230, 1).status, ASV_E_USAGE);
    assert_int_equal(keeper_make_days(&site, camera, 0, 128).status, ASV_OK);
    assert_int_equal(keeper_make_days(&site, camera, 20260106, 128).status, ASV_E_LIMIT); /* K-051 */
}

static void two_cameras_have_different_keys_in_one_day_file(void **state)
{
    (void)state;
    struct asv_test_identity other;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key mine;
    struct asv_bulletin_key theirs;
    asv_test_agency_issue(&site.agency, &other, ASV_ROLE_CAMERA, 2);
    assert_int_equal(keeper_make_days(&site, camera, 0, 2).made, 2);
    assert_int_equal(keeper_make_days(&site, &other, 0, 2).made, 2);
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_ENTRIES), 2);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &mine);
    keeper_bulletin(&site, &other, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &theirs);
    assert_memory_not_equal(mine.pk, theirs.pk, sizeof mine.pk);
    assert_true(mine.start_ms == theirs.start_ms);
}

static void only_cameras_of_this_agency_get_keys(void **state)
{
    (void)state;
    struct asv_test_agency foreign;
    struct asv_keeper_request request = {.type = ASV_KEEPER_BULLETIN};
    asv_test_agency_init(&foreign, 9);
    assert_int_equal(keeper_make_days(&site, &foreign.camera, 0, 1).status, ASV_E_UNTRUSTED); /* K-044 */
    assert_int_equal(keeper_make_days(&site, &site.agency.dock, 0, 1).status, ASV_E_UNTRUSTED);
    request.chain = foreign.camera.chain.encoded;
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &request).status, ASV_E_UNTRUSTED);
    request.chain = (struct asv_bytes){camera->chain.encoded.data, camera->chain.encoded.len - 1};
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &request).status, ASV_E_MALFORMED);
    site.world.wall = ASV_TEST_NOT_AFTER_MS;
    assert_int_equal(keeper_make_days(&site, camera, 0, 1).status, ASV_E_EXPIRED);
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_ENTRIES), 0);
}

/* ---- bulletins ---- */

static void bulletins_are_numbered_and_chained(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    uint8_t digest[ASV_SHA256_BYTES];
    keeper_make_days(&site, camera, 0, 2);
    keeper_bulletin(&site, camera, &bulletin);
    assert_true(bulletin.number == 1);
    assert_int_equal(bulletin.policy_version, 3);
    assert_true(bulletin.issued_ms == site.world.wall);
    asv_object_digest(digest, &bulletin.object);
    keeper_site_restart(&site);
    keeper_bulletin(&site, camera, &bulletin); /* K-053 */
    assert_true(bulletin.number == 2);
    assert_memory_equal(bulletin.previous, digest, sizeof digest);
}

static void a_bulletin_starts_today_and_ends_before_the_first_gap(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_make_days(&site, camera, 0, 3);
    keeper_make_days(&site, camera, 20260109, 2);
    site.world.wall += DAY_MS;
    keeper_bulletin(&site, camera, &bulletin);
    assert_int_equal(bulletin.key_count, 2);
    asv_bulletin_key_at(&bulletin, 0, &key);
    assert_int_equal(key.date, 20260106);
}

static void without_day_keys_a_bulletin_has_the_reserve_key(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    keeper_bulletin(&site, camera, &bulletin);
    assert_int_equal(bulletin.key_count, 0);
    assert_int_equal(bulletin.reserve.kind, ASV_KEY_RESERVE);
}

static int64_t length_of(uint32_t date)
{
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_bulletin(&site, camera, &bulletin);
    for (uint16_t i = 0; i < bulletin.key_count; i++) {
        asv_bulletin_key_at(&bulletin, i, &key);
        if (key.date == date) {
            return key.end_ms - key.start_ms;
        }
    }
    return 0;
}

static void days_are_as_long_as_the_clocks_make_them(void **state)
{
    (void)state;
    site.world.wall = INT64_C(1774648800000); /* 2026-03-27 23:00 in Berlin */
    assert_int_equal(keeper_make_days(&site, camera, 0, 4).status, ASV_OK);
    assert_true(length_of(20260328) == 24 * HOUR_MS);
    assert_true(length_of(20260329) == 23 * HOUR_MS); /* K-052 */
    assert_true(length_of(20260330) == 24 * HOUR_MS);
    site.world.wall = INT64_C(1792792800000); /* 2026-10-24 00:00 in Berlin */
    assert_int_equal(keeper_make_days(&site, camera, 0, 4).status, ASV_OK);
    assert_true(length_of(20261024) == 24 * HOUR_MS);
    assert_true(length_of(20261025) == 25 * HOUR_MS); /* K-052 */
    assert_true(length_of(20261026) == 24 * HOUR_MS);
}

static void today_is_the_local_day(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    site.world.wall = INT64_C(1783029600000); /* 2026-07-02 22:00 UTC: already the 3rd in Berlin */
    keeper_make_days(&site, camera, 0, 1);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    assert_int_equal(key.date, 20260703);
    assert_true(key.start_ms == site.world.wall);
}

/* ---- revocations ---- */

static void revoked_cameras_get_nothing_and_open_nothing(void **state)
{
    (void)state;
    static struct keeper_clip clip;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    char list_path[64];
    snprintf(list_path, sizeof list_path, "/tmp/keeper-revocations-%d", (int)getpid());
    site.keeper.revocations_path = list_path;
    keeper_make_days(&site, camera, 0, 1); /* no list yet is no list */
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, 1, &clip);
    keeper_site_revoke(&site, 4, NULL);
    assert_true(keeper_opens(&site, camera, &clip).opens);
    keeper_site_revoke(&site, 5, camera);
    struct asv_keeper_reply reply = keeper_opens(&site, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    assert_false(reply.opens);
    assert_int_equal(keeper_make_days(&site, camera, 0, 2).status, ASV_E_REVOKED);

    keeper_site_restart(&site);
    keeper_site_revoke(&site, 4, NULL); /* K-045 */
    assert_int_equal(keeper_make_days(&site, camera, 0, 2).status, ASV_E_AWAY);
    assert_int_equal(keeper_opens(&site, camera, &clip).status, ASV_E_AWAY);
    assert_int_equal(unlink(list_path), 0); /* K-045 */
    assert_int_equal(keeper_make_days(&site, camera, 0, 2).status, ASV_E_AWAY);
}

/* ---- OPENS ---- */

static struct keeper_clip clip;

/* A clip for the day key of today. */
static void make_clip(uint32_t chunks)
{
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    assert_int_equal(keeper_make_days(&site, camera, 0, 3).status, ASV_OK);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, chunks, &clip);
}

static bool opens(void)
{
    struct asv_keeper_reply reply = keeper_opens(&site, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    return reply.opens;
}

static void a_clip_opens_with_its_day_key(void **state)
{
    (void)state;
    for (uint32_t chunks = 0; chunks <= KEEPER_CLIP_CHUNKS; chunks++) {
        make_clip(chunks);
        assert_true(opens());
    }
    uint8_t zeros[sizeof(struct asv_keeper_scratch)] = {0};
    assert_memory_equal(site.keeper.scratch, zeros, sizeof zeros); /* K-049 */
}

static void any_wrong_chunk_is_a_no(void **state)
{
    (void)state;
    make_clip(3);
    clip.chunks[0][100] ^= 1;
    assert_false(opens());
    clip.chunks[0][100] ^= 1;
    clip.chunks[2][ASV_CHUNK_CIPHER_BYTES - 1] ^= 1;
    assert_false(opens());
    clip.chunks[2][ASV_CHUNK_CIPHER_BYTES - 1] ^= 1;
    memcpy(clip.chunks[2], clip.chunks[1], sizeof clip.chunks[1]); /* right bytes, wrong place */
    assert_false(opens());
}

static void any_flipped_bit_of_header_or_stanzas_is_a_no(void **state)
{
    (void)state;
    make_clip(1);
    for (size_t i = 0; i < clip.frame_len; i += 7) {
        clip.frame[i] ^= 0x10;
        assert_false(opens());
        clip.frame[i] ^= 0x10;
    }
    for (size_t i = 0; i < clip.stanzas_len; i++) {
        clip.stanzas[i] ^= 1;
        assert_false(opens());
        clip.stanzas[i] ^= 1;
    }
    assert_true(opens());
    clip.frame_len--;
    assert_false(opens());
    clip.frame_len += 2;
    assert_false(opens());
}

static void a_header_by_another_camera_is_a_no(void **state)
{
    (void)state;
    struct asv_test_identity other;
    asv_test_agency_issue(&site.agency, &other, ASV_ROLE_CAMERA, 2);
    keeper_make_days(&site, &other, 0, 3);
    make_clip(1);
    assert_false(keeper_opens(&site, &other, &clip).opens); /* K-055: another chain */
    keeper_clip_sign(&clip, other.sk);
    assert_false(opens());
    assert_false(keeper_opens(&site, &other, &clip).opens);
    asv_chain_digest(clip.header.chain_digest, &other.chain);
    keeper_clip_sign(&clip, other.sk);
    assert_false(keeper_opens(&site, &other, &clip).opens); /* it names the first camera's certificate */
    memcpy(clip.header.cert_digest, other.cert_digest, sizeof clip.header.cert_digest);
    keeper_clip_sign(&clip, other.sk);
    assert_false(keeper_opens(&site, &other, &clip).opens); /* a key that is not this camera's */
}

/* That one chain is right makes no other right: not one that says the same, nor one whose place among the
 * known ones is the same, nor one that was asked about before. */
static void a_chain_that_is_nearly_a_known_one_is_a_no(void **state)
{
    (void)state;
    uint8_t encoded[ASV_CHAIN_MAX_BYTES];
    uint8_t known[ASV_SHA256_BYTES];
    struct asv_test_identity forged = *camera;
    size_t len = camera->chain.encoded.len;
    make_clip(1);
    assert_true(opens());
    assert_true(opens());
    asv_chain_digest(known, &camera->chain);
    memcpy(encoded, camera->chain.encoded.data, len);
    for (unsigned i = 1; i == 1 || clip.header.chain_digest[0] != known[0]; i++) { /* of the CA's signature */
        assert_in_range(i, 1, UINT16_MAX);
        encoded[len - 1] = (uint8_t)(camera->chain.encoded.data[len - 1] ^ i);
        encoded[len - 2] = (uint8_t)(camera->chain.encoded.data[len - 2] ^ i >> 8);
        assert_int_equal(asv_chain_decode(&forged.chain, encoded, len, NULL), ASV_OK);
        asv_chain_digest(clip.header.chain_digest, &forged.chain);
    }
    keeper_clip_sign(&clip, camera->sk);
    for (unsigned i = 0; i < 2; i++) {
        assert_false(keeper_opens(&site, &forged, &clip).opens); /* K-055 */
    }
    asv_chain_digest(clip.header.chain_digest, &camera->chain);
    keeper_clip_sign(&clip, camera->sk);
    assert_true(opens());
}

static void a_header_that_names_another_chain_is_a_no(void **state)
{
    (void)state;
    make_clip(1);
    clip.header.chain_digest[0] ^= 1; /* K-055 */
    keeper_clip_sign(&clip, camera->sk);
    assert_false(opens());
}

static void more_stanzas_than_the_header_names_are_a_no(void **state)
{
    (void)state;
    make_clip(1);
    memcpy(clip.stanzas + clip.stanzas_len, clip.stanzas, clip.stanzas_len);
    clip.stanzas_len *= 2; /* K-056 */
    assert_false(opens());
}

static void a_foreign_or_dock_sealed_clip_is_a_no(void **state)
{
    (void)state;
    struct asv_test_agency foreign;
    asv_test_agency_init(&foreign, 9);
    make_clip(1);
    assert_false(keeper_opens(&site, &foreign.camera, &clip).opens); /* K-055 */
    assert_false(keeper_opens(&site, &site.agency.dock, &clip).opens);
    clip.header.sealer = ASV_SEALER_DOCK;
    keeper_clip_sign(&clip, camera->sk);
    assert_false(opens());
    clip.header.sealer = ASV_SEALER_CAMERA;
    memset(clip.header.agency, 7, sizeof clip.header.agency);
    keeper_clip_sign(&clip, camera->sk);
    assert_false(opens());
}

/* A camera, or who has its key, cannot have a clip pass that its stanza does not open. */
static void a_signed_header_that_does_not_fit_its_key_is_a_no(void **state)
{
    (void)state;
    make_clip(1);
    struct asv_seal_header good = clip.header;
    clip.header.commitment[0] ^= 1; /* K-056 */
    keeper_clip_sign(&clip, camera->sk);
    assert_false(opens());
    clip.header = good;
    clip.header.stanzas[0].digest[0] ^= 1; /* K-056 */
    keeper_clip_sign(&clip, camera->sk);
    assert_false(opens());
    clip.header = good;
    clip.header.stanzas[0].key_id[0] ^= 1;
    keeper_clip_sign(&clip, camera->sk);
    assert_false(opens());
    clip.header = good;
    clip.header.key_date = 20260106; /* another day of the same camera */
    keeper_clip_sign(&clip, camera->sk);
    assert_false(opens());
    clip.header = good;
    clip.header.nonce[0] ^= 1;
    keeper_clip_sign(&clip, camera->sk);
    assert_false(opens());
    clip.header = good;
    keeper_clip_sign(&clip, camera->sk);
    assert_true(opens());
}

static void an_expired_certificate_does_not_close_old_recordings(void **state)
{
    (void)state;
    make_clip(1);
    int64_t wall = site.world.wall;
    struct asv_test_identity old;
    struct asv_cert cert = camera->cert;
    cert.not_after_ms = wall + HOUR_MS;
    cert.not_before_ms = wall - HOUR_MS;
    asv_test_identity_make(&old, &cert, 5, 5, &site.agency.ca);
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_make_days(&site, &old, 0, 1);
    keeper_bulletin(&site, &old, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, &old, &key, 1, &clip);
    site.world.wall += 2 * HOUR_MS;
    assert_int_equal(keeper_make_days(&site, &old, 0, 1).status, ASV_E_EXPIRED);
    assert_true(keeper_opens(&site, &old, &clip).opens); /* K-055 */
}

static void a_destroyed_day_is_a_no(void **state)
{
    (void)state;
    make_clip(1);
    assert_int_equal(asv_store_destroy_camera_day(site.keeper.store, camera->cert_digest, TODAY, NULL),
                     ASV_OK);
    assert_false(opens());
    keeper_make_days(&site, camera, 0, 1); /* a new key for that day is another key */
    assert_false(opens());
}

static void what_is_due_is_not_used_even_before_it_is_destroyed(void **state)
{
    (void)state;
    int64_t due = 0;
    make_clip(1);
    assert_int_equal(asv_due_ms(TODAY, 14, &due), ASV_OK);
    assert_true(due == INT64_C(1768863600000)); /* 2026-01-20 00:00 in Berlin */
    asv_test_world_step(&site.world, (uint64_t)(due - 1 - site.world.wall));
    assert_true(opens());
    asv_test_world_step(&site.world, 1); /* K-058 */
    assert_false(opens());
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_ENTRIES), 4);
}

static void while_the_clock_is_in_doubt_nobody_is_told_no(void **state)
{
    (void)state;
    make_clip(1);
    assert_int_equal(asv_store_stop(site.keeper.store, ASV_KEEPER_STOP_CLOCK, 1, NULL), ASV_OK);
    assert_true(opens());
    site.world.wall += 30 * DAY_MS; /* K-059 */
    assert_int_equal(keeper_opens(&site, camera, &clip).status, ASV_E_AWAY);
}

static void an_error_of_the_keeper_is_no_answer(void **state)
{
    (void)state;
    make_clip(1);
    keeper_disk_arm(site.disk, 1, KEEPER_FAIL_BEFORE);
    struct asv_keeper_reply reply = keeper_opens(&site, camera, &clip);
    assert_int_equal(asv_status_class(reply.status), ASV_CLASS_RETRY); /* K-059 */
    assert_true(opens());
}

static void a_damaged_key_file_is_no_answer_and_counted(void **state)
{
    (void)state;
    char name[ASV_ENTRY_NAME_BYTES];
    make_clip(1);
    asv_entry_name(name, asv_index_day(site.keeper.store->index, TODAY, NULL));
    const struct keeper_blob *file = keeper_disk_file(site.disk, name);
    file->data[file->len / 2] ^= 1; /* K-032 */
    assert_int_equal(asv_status_class(keeper_opens(&site, camera, &clip).status), ASV_CLASS_RETRY);
    keeper_site_restart(&site);
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &request).state.damaged, 1);
}

/* The bytes of a key file, to damage and to mend. */
static uint8_t *file_of(const struct asv_entry *entry)
{
    char name[ASV_ENTRY_NAME_BYTES];
    assert_non_null(entry);
    asv_entry_name(name, entry);
    return keeper_disk_file(site.disk, name)->data;
}

static void a_damaged_day_gets_another_file(void **state)
{
    (void)state;
    static struct keeper_clip newer;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    make_clip(1);
    uint8_t *damaged = file_of(asv_index_day(site.keeper.store->index, TODAY, NULL));
    damaged[100] ^= 1;
    keeper_bulletin(&site, camera, &bulletin);
    assert_int_equal(bulletin.key_count, 0); /* not an error: the camera has its reserve key */
    struct asv_keeper_request status = {.type = ASV_KEEPER_STATUS};
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &status).state.damaged, 1); /* but said */
    assert_int_equal(keeper_make_days(&site, camera, 0, 3).made, 1);
    keeper_bulletin(&site, camera, &bulletin);
    assert_int_equal(bulletin.key_count, 3);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, 1, &newer);
    assert_true(keeper_opens(&site, camera, &newer).opens);
    assert_int_equal(asv_status_class(keeper_opens(&site, camera, &clip).status),
                     ASV_CLASS_RETRY); /* K-059 */
    damaged[100] ^= 1;                 /* its medium comes back */
    assert_true(opens());
    assert_true(keeper_opens(&site, camera, &newer).opens);
    assert_int_equal(keeper_make_days(&site, camera, 0, 3).made, 0);
}

static enum asv_status destroy_today(void)
{
    return asv_store_destroy_camera_day(site.keeper.store, camera->cert_digest, TODAY, NULL);
}

/* Whether all old files, with what the slots hold now, give the private key of one of these. */
static bool is_in_reach(const struct asv_bulletin_key *key)
{
    static struct keeper_loot loot;
    keeper_attack_now(site.disk, false, &loot);
    return keeper_loot_has(&loot, key->pk);
}

/* A camera has two keys of a day when a file of it was damaged: what is called destroyed is both. */
static void a_camera_that_has_two_keys_of_a_day_loses_both_or_is_not_finished(void **state)
{
    (void)state;
    struct asv_test_identity other;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key first;
    struct asv_bulletin_key second;
    asv_test_agency_issue(&site.agency, &other, ASV_ROLE_CAMERA, 2);
    make_clip(1);
    keeper_make_days(&site, &other, 0, 1);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &first);
    uint8_t *damaged = file_of(asv_index_day(site.keeper.store->index, TODAY, NULL));
    damaged[100] ^= 1;
    assert_int_equal(keeper_make_days(&site, camera, 0, 3).made, 1);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &second);
    assert_true(is_in_reach(&first) && is_in_reach(&second));

    assert_int_equal(destroy_today(),
                     ASV_E_AWAY); /* K-131: what can be destroyed is, and nobody told "done" */
    assert_true(is_in_reach(&first));
    assert_false(is_in_reach(&second));
    uint64_t generation = site.keeper.store->index->generation;
    assert_int_equal(destroy_today(), ASV_E_AWAY);
    assert_true(site.keeper.store->index->generation == generation);
    damaged[100] ^= 1;
    assert_int_equal(destroy_today(), ASV_OK);
    assert_false(is_in_reach(&first)); /* K-001 */
    assert_int_equal(destroy_today(), ASV_E_NOT_FOUND);

    assert_int_equal(keeper_make_days(&site, camera, 0, 1).made, 1);
    damaged = file_of(asv_index_day(site.keeper.store->index, TODAY, NULL));
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &first);
    damaged[100] ^= 1;
    assert_int_equal(keeper_make_days(&site, camera, 0, 1).made, 1);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &second);
    damaged[100] ^= 1; /* it came back before: both at once */
    assert_int_equal(destroy_today(), ASV_OK);
    assert_false(is_in_reach(&first) || is_in_reach(&second)); /* K-131 */
    assert_int_equal(destroy_today(), ASV_E_NOT_FOUND);
    keeper_bulletin(&site, &other, &bulletin);
    assert_int_equal(bulletin.key_count, 1); /* K-034: another camera's stays */
}

/* ---- the reserve key ---- */

static void make_reserve_clip(struct asv_bulletin_key *key)
{
    struct asv_bulletin bulletin;
    keeper_bulletin(&site, camera, &bulletin);
    *key = bulletin.reserve;
    keeper_clip_make(&site, camera, key, 1, &clip);
}

static void a_reserve_key_is_kept_until_it_is_used(void **state)
{
    (void)state;
    struct asv_bulletin_key first;
    struct asv_bulletin_key second;
    make_reserve_clip(&first);
    make_reserve_clip(&second);
    assert_memory_equal(first.pk, second.pk, sizeof first.pk); /* K-054 */
    assert_true(opens());
    make_reserve_clip(&second);
    assert_memory_not_equal(first.pk, second.pk, sizeof first.pk); /* K-054 */
}

static void a_used_reserve_key_lives_for_the_retention_period_from_its_docking(void **state)
{
    (void)state;
    struct asv_bulletin_key key;
    struct asv_keeper_reply status;
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    make_reserve_clip(&key);
    asv_test_world_step(
        &site.world, (uint64_t)(40 * DAY_MS)); /* in the field for long: the period starts at the docking */
    assert_true(opens());
    status = keeper_ask(&site, ASV_KEEPER_DOCK, &request);
    int64_t due = 0;
    assert_int_equal(asv_due_ms(20260214, 14, &due), ASV_OK);
    assert_true(status.state.next_due_ms == due); /* K-057 */
    asv_test_world_step(&site.world, (uint64_t)DAY_MS);
    assert_true(opens()); /* a second clip does not prolong it */
    status = keeper_ask(&site, ASV_KEEPER_DOCK, &request);
    assert_true(status.state.next_due_ms == due);
    asv_test_world_step(&site.world, (uint64_t)(due - site.world.wall));
    assert_false(opens());
}

/* By a clock that is behind, it would end before its clips' own days do. */
static void a_reserve_keys_period_does_not_begin_while_the_clock_is_in_doubt(void **state)
{
    (void)state;
    struct asv_bulletin_key key;
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_BULLETIN, .chain = camera->chain.encoded, .reserve_used = true};
    make_reserve_clip(&key);
    site.world.wall -= 3 * HOUR_MS;
    assert_int_equal(keeper_opens(&site, camera, &clip).status, ASV_E_AWAY);           /* K-123 */
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &request).status, ASV_E_AWAY); /* K-123 */
    assert_true(asv_index_reserve(site.keeper.store->index, camera->cert_digest, NULL) != NULL);
}

static void a_wrong_clip_dates_the_reserve_key_too(void **state)
{
    (void)state;
    struct asv_bulletin_key key;
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    make_reserve_clip(&key);
    clip.chunks[0][0] ^= 1;
    assert_false(opens()); /* it is kept, in quarantine: its period runs */
    assert_true(keeper_ask(&site, ASV_KEEPER_DOCK, &request).state.next_due_ms != 0);
}

static void an_answer_waits_for_the_due_instant_to_be_kept(void **state)
{
    (void)state;
    struct asv_bulletin_key key;
    make_reserve_clip(&key);
    site.world.fail_random_at = 1; /* no salt for the index that would keep it */
    assert_int_equal(asv_status_class(keeper_opens(&site, camera, &clip).status), ASV_CLASS_RETRY);
    assert_true(opens());
}

static void a_reserve_key_that_was_used_is_replaced_though_no_clip_under_it_was_opened(void **state)
{
    (void)state;
    struct asv_bulletin_key first;
    struct asv_bulletin_key second;
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_BULLETIN, .chain = camera->chain.encoded, .reserve_used = true};
    int64_t due = 0;
    make_reserve_clip(&first);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status, ASV_E_DENIED); /* K-054 */
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &request).status, ASV_OK);
    keeper_site_restart(&site);
    request = (struct asv_keeper_request){.type = ASV_KEEPER_STATUS};
    struct asv_keeper_reply status = keeper_ask(&site, ASV_KEEPER_DOCK, &request);
    assert_int_equal(asv_due_ms(TODAY, 14, &due), ASV_OK);
    assert_int_equal(status.state.reserves, 2);
    assert_true(status.state.next_due_ms == due); /* K-057 */
    assert_true(opens());
    make_reserve_clip(&second);
    assert_memory_not_equal(first.pk, second.pk, sizeof first.pk); /* K-054 */
    assert_true(opens());
}

static void a_damaged_reserve_key_gives_way_to_another(void **state)
{
    (void)state;
    static struct keeper_clip newer;
    struct asv_bulletin_key first;
    struct asv_bulletin_key second;
    struct asv_bulletin bulletin;
    make_reserve_clip(&first);
    uint8_t *damaged = file_of(asv_index_reserve(site.keeper.store->index, camera->cert_digest, NULL));
    damaged[100] ^= 1;
    keeper_bulletin(&site, camera, &bulletin);
    second = bulletin.reserve;
    assert_memory_not_equal(first.pk, second.pk, sizeof first.pk);
    keeper_bulletin(&site, camera, &bulletin);
    assert_memory_equal(bulletin.reserve.pk, second.pk, sizeof second.pk); /* K-054 */
    keeper_clip_make(&site, camera, &second, 1, &newer);
    assert_true(keeper_opens(&site, camera, &newer).opens);
    assert_int_equal(asv_status_class(keeper_opens(&site, camera, &clip).status),
                     ASV_CLASS_RETRY); /* K-059 */
    assert_null(
        asv_index_reserve(site.keeper.store->index, camera->cert_digest, NULL)); /* K-057: none is kept */
    damaged[100] ^= 1;
    assert_true(opens());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(days_are_made_once_and_kept),
        TEST(without_a_count_it_is_the_configured_one),
        TEST(days_in_the_past_and_beyond_the_horizon_are_refused),
        TEST(two_cameras_have_different_keys_in_one_day_file),
        TEST(only_cameras_of_this_agency_get_keys),
        TEST(bulletins_are_numbered_and_chained),
        TEST(a_bulletin_starts_today_and_ends_before_the_first_gap),
        TEST(without_day_keys_a_bulletin_has_the_reserve_key),
        TEST(days_are_as_long_as_the_clocks_make_them),
        TEST(today_is_the_local_day),
        TEST(revoked_cameras_get_nothing_and_open_nothing),
        TEST(a_clip_opens_with_its_day_key),
        TEST(any_wrong_chunk_is_a_no),
        TEST(any_flipped_bit_of_header_or_stanzas_is_a_no),
        TEST(a_header_by_another_camera_is_a_no),
        TEST(a_chain_that_is_nearly_a_known_one_is_a_no),
        TEST(a_header_that_names_another_chain_is_a_no),
        TEST(more_stanzas_than_the_header_names_are_a_no),
        TEST(a_foreign_or_dock_sealed_clip_is_a_no),
        TEST(a_signed_header_that_does_not_fit_its_key_is_a_no),
        TEST(an_expired_certificate_does_not_close_old_recordings),
        TEST(a_destroyed_day_is_a_no),
        TEST(what_is_due_is_not_used_even_before_it_is_destroyed),
        TEST(while_the_clock_is_in_doubt_nobody_is_told_no),
        TEST(an_error_of_the_keeper_is_no_answer),
        TEST(a_damaged_key_file_is_no_answer_and_counted),
        TEST(a_damaged_day_gets_another_file),
        TEST(a_camera_that_has_two_keys_of_a_day_loses_both_or_is_not_finished),
        TEST(a_reserve_key_is_kept_until_it_is_used),
        TEST(a_used_reserve_key_lives_for_the_retention_period_from_its_docking),
        TEST(a_reserve_keys_period_does_not_begin_while_the_clock_is_in_doubt),
        TEST(a_wrong_clip_dates_the_reserve_key_too),
        TEST(an_answer_waits_for_the_due_instant_to_be_kept),
        TEST(a_reserve_key_that_was_used_is_replaced_though_no_clip_under_it_was_opened),
        TEST(a_damaged_reserve_key_gives_way_to_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
