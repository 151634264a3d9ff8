/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Bulletins on a disk that fails or loses power at every call: there are never two different ones of one
 * number, and each names the one before it. */
#include <string.h>

#include "tests/sim/keeper_site.h"
#include "tests/unit/test.h"

#define RELEASED_MAX 64

struct released {
    uint64_t number;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t previous[ASV_SHA256_BYTES];
};

static struct released released[RELEASED_MAX];
static size_t released_count;

static void check_one(const struct asv_keeper_reply *reply)
{
    struct asv_bulletin bulletin;
    struct released one;
    assert_int_equal(asv_bulletin_decode(&bulletin, reply->bulletin.data, reply->bulletin.len, NULL), ASV_OK);
    one.number = bulletin.number;
    memcpy(one.previous, bulletin.previous, sizeof one.previous);
    asv_object_digest(one.digest, &bulletin.object);
    for (size_t i = 0; i < released_count; i++) {
        assert_true(released[i].number < one.number); /* K-053 */
        if (released[i].number + 1 == one.number) {
            assert_memory_equal(released[i].digest, one.previous, sizeof one.previous); /* K-053 */
        }
    }
    assert_true(released_count < RELEASED_MAX);
    released[released_count++] = one;
}

static bool ask(struct keeper_site *site)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_BULLETIN,
                                         .chain = site->agency.camera.chain.encoded};
    struct asv_keeper_reply reply = keeper_ask(site, ASV_KEEPER_DOCK, &request);
    if (reply.status == ASV_OK) {
        check_one(&reply);
    }
    asv_test_world_step(&site->world, 1000); /* no two bulletins are the same by chance */
    return reply.status == ASV_OK;
}

static bool run(uint64_t n, enum keeper_fault fault)
{
    static struct keeper_site site;
    released_count = 0;
    keeper_site_init(&site, n);
    assert_int_equal(keeper_make_days(&site, &site.agency.camera, 0, 2).status, ASV_OK);
    assert_true(ask(&site));
    keeper_disk_arm(site.disk, n, fault);
    for (int i = 0; i < 4; i++) {
        (void)ask(&site);
    }
    bool struck = site.disk->struck;
    bool dead = site.disk->dead;
    keeper_disk_reboot(site.disk);
    if (dead) {
        keeper_site_restart(&site);
    }
    assert_true(ask(&site));
    assert_true(ask(&site));
    keeper_site_restart(&site);
    assert_true(ask(&site));
    keeper_site_free(&site);
    return struck;
}

static void no_number_is_ever_used_twice(void **state)
{
    (void)state;
    for (int fault = 0; fault < KEEPER_FAULTS; fault++) {
        uint64_t n = 1;
        while (run(n, (enum keeper_fault)fault)) {
            n++;
        }
        assert_true(n > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_number_is_ever_used_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
