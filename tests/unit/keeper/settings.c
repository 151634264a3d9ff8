/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * keeper.conf: what an administrator can get wrong is said with its line. */
#include "server/keeper/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/files.h"
#include "tests/unit/test.h"

static char directory[64];
static char path[96];
static struct asv_settings settings;

static const char enough[] = "slot.1 = file:/a/one\nslot.2 = file:/b/two\npeer.0 = dock\n";

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/keeper.conf", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(directory);
    return 0;
}

static enum asv_status parse(const char *begin, const char *end, struct asv_err *err)
{
    char text[4096];
    int len = snprintf(text, sizeof text, "%s%s", begin, end);
    asv_test_write_file(path, NULL, text, (size_t)len);
    return asv_settings_read(&settings, path, err);
}

/* Line 4 is refused, and the message has this in it. */
static void refused(const char *line, const char *why)
{
    struct asv_err err = {0};
    assert_int_equal(parse(enough, line, &err), ASV_E_USAGE);
    if (strstr(err.text, "keeper.conf:4: ") == NULL || strstr(err.text, why) == NULL) {
        fail_msg("%s: %s", line, err.text);
    }
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    refused("slot.1 = file:/c/three\n", "slot.1: was already given");
    refused("slot.5 = file:/c/three\n", "slot.1 to slot.4");
    refused("slot.3x = file:/c/three\n", "slot.1 to slot.4");
    refused("slot. = file:/c/three\n", "slot.1 to slot.4");
    refused("slot.3 = /c/three\n", "file:/path");
    refused("slot.3 = file:three\n", "file:/path");
    refused("slot.3 = file:/b/two\n", "lies where \"file:/b/two\" does");
    refused("slot.3 = tpm:/dev/tpmrm0\n", "tpm:/dev/tpmrm0:0x");
    refused("slot.3 = tpm:dev/tpmrm0:0x01500100\n", "tpm:/dev/tpmrm0:0x");
    refused("slot.3 = tpm:/dev/tpmrm0:1500100\n", "tpm:/dev/tpmrm0:0x");
    refused("slot.3 = tpm:/dev/tpmrm0:0x01500100x\n", "tpm:/dev/tpmrm0:0x");
    refused("slot.3 = tpm:/dev/tpmrm0:0x00ffffff\n", "0x01000000 to 0x01bffffe");
    refused("slot.3 = tpm:/dev/tpmrm0:0x01bfffff\n", "0x01000000 to 0x01bffffe");
    refused("peer.0 = admin\n", "has a role already");
    refused("peer.1 = superuser\n", "give one of dock, admin, server, ledger, people");
    refused("group.0 = admin\n", "is not for groups; give people"); /* K-177 */
    refused("group.0 = dock\n", "is not for groups; give people");
    refused("group.0 = \n", "group.0");
    refused("group.no-such-group-here = people\n", "there is no group \"no-such-group-here\"");
    refused("group.4294967295 = people\n", "there is no group");
    refused("group. = people\n", "there is no group");
    refused("peer.4294967295 = admin\n", "there is no user"); /* what the kernel says for nobody */
    refused("peer.-1 = admin\n", "there is no user");
    refused("retention_days = 0\n", "give 1 to 366");
    refused("retention_days = 14d\n", "retention_days");
    refused("days_ahead = 129\n", "give 1 to 128");
    refused("policy_version = 4294967296\n", "policy_version");
    refused("store = keys\n", "store");
    refused("replica = keys\n", "replica");
}

static void who_builds_hand_overs_is_a_peer(void **state)
{
    (void)state; /* K-219 */
    struct asv_err err = {0};
    assert_int_equal(parse(enough, "peer.5 = check\npeer.6 = export\n", &err), ASV_OK);
    assert_int_equal(settings.peers[2].role, ASV_KEEPER_EXPORT);
    assert_int_equal(parse(enough, "group.0 = export\n", &err), ASV_E_USAGE); /* K-177 */
}

static void people_are_peers_by_their_group(void **state)
{
    (void)state; /* K-175, K-177 */
    struct asv_err err = {0};
    assert_int_equal(parse(enough, "group.0 = people\npeer.5 = people\n", &err), ASV_OK);
    assert_int_equal(settings.peer_count, 3); /* user 0, group 0: two different things */
    assert_true(settings.peers[1].is_group && settings.peers[1].id == 0 &&
                settings.peers[1].role == ASV_KEEPER_PEOPLE);
    assert_true(!settings.peers[2].is_group && settings.peers[2].id == 5 &&
                settings.peers[2].role == ASV_KEEPER_PEOPLE);
    assert_int_equal(parse(enough, "group.7 = people\ngroup.7 = people\n", &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "keeper.conf:5: "));
    assert_non_null(strstr(err.text, "group \"7\" has a role already"));
    char many[ASV_KEEPER_PEERS * 24];
    size_t len = 0;
    for (unsigned i = 0; i < ASV_KEEPER_PEERS; i++) { /* one more than there may be */
        len += (size_t)snprintf(many + len, sizeof many - len, "peer.%u = people\n", 100 + i);
    }
    assert_int_equal(parse(enough, many, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "people need no lines of their own"));
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    struct asv_err err = {0};
    assert_int_equal(parse("slot.1 = file:/a/one\n", "peer.0 = dock\n", &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "at least 2 lines slot.N"));
    assert_int_equal(parse("slot.1 = file:/a/one\n", "slot.2 = file:/b/two\n", &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "peer.USER"));
}

static bool unit_has(const char *line)
{
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(ASV_SOURCE_DIR "/deploy/systemd", "asservat-keeper.service", &data, &len);
    bool found = memmem(data, len, line, strlen(line)) != NULL;
    free(data);
    return found;
}

static void a_replica_lies_elsewhere(void **state)
{
    (void)state;
    struct asv_err err = {0};
    assert_int_equal(parse(enough, "", &err), ASV_OK);
    assert_string_equal(settings.replica, ""); /* none */
    assert_int_equal(parse(enough, "store = /srv/keys\nreplica = /srv/keys-2\n", &err), ASV_OK);
    assert_string_equal(settings.replica, "/srv/keys-2");
    static const char *const same[] = {"replica = /var/lib/asservat/keeper/store\n", /* K-074 */
                                       "replica = /var/lib/asservat/keeper/store/replica\n",
                                       "store = /srv/keys/one/\nreplica = /srv/keys\n"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(parse(enough, same[i], &err), ASV_E_USAGE);
        assert_non_null(strstr(err.text, "replica: give a directory on another disk"));
    }
}

static void slots_in_a_tpm_lie_beside_each_other(void **state)
{
    (void)state;
    struct asv_err err = {0};
    static const char three[] = "slot.3 = tpm:/dev/tpmrm0:0x01500100\n";
    char lines[256];
    snprintf(lines, sizeof lines, "%sslot.4 = tpm:/dev/tpmrm0:0x01500101\n", three);
    assert_int_equal(parse(enough, lines, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, ":5: slot.4"));
    snprintf(lines, sizeof lines, "%sslot.4 = tpm:/dev/tpmrm0:0x01500102\n", three);
    assert_int_equal(parse(enough, lines, &err), ASV_OK);
    assert_int_equal(settings.slots[2].kind, ASV_KEEPER_SLOT_TPM);
    assert_string_equal(settings.slots[2].path, "/dev/tpmrm0");
    assert_int_equal(settings.slots[2].index, 0x01500100);
    snprintf(lines, sizeof lines, "%sslot.4 = tpm:/dev/tpmrm1:0x01500100\n", three);
    assert_int_equal(parse(enough, lines, &err), ASV_OK);
}

static void the_unit_lets_the_keeper_use_the_tpm(void **state)
{
    (void)state;
    assert_true(unit_has("\nDeviceAllow=char-tpm rw\n"));
    assert_false(unit_has("PrivateDevices=yes"));
}

/* The unit lets the keeper write in these two places alone. */
static void the_defaults_are_where_the_unit_lets_the_keeper_write(void **state)
{
    (void)state;
    assert_int_equal(parse(enough, "", NULL), ASV_OK);
    assert_string_equal(settings.socket, "/run/asservat-keeper/socket");
    assert_true(unit_has("\nRuntimeDirectory=asservat-keeper\n"));
    assert_string_equal(settings.store, "/var/lib/asservat/keeper/store");
    assert_true(unit_has("\nStateDirectory=asservat/keeper\n"));
    assert_true(settings.retention_days == 14 && settings.days_ahead == 60);
    assert_int_equal(settings.slot_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_with_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_missing_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_builds_hand_overs_is_a_peer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(people_are_peers_by_their_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_replica_lies_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(slots_in_a_tpm_lie_beside_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_unit_lets_the_keeper_use_the_tpm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_defaults_are_where_the_unit_lets_the_keeper_write, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
