/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LG-099: an entry must say what the signed object says that it names. Each entry here is as the database
 * makes it; then one field at a time is another, is missing, or is closed. */
#include "server/verify/signed_says.h"

#include <stdio.h>
#include <string.h>

#include "server/vault/commit.h"
#include "tests/support/samples.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

/* An entry's fields, and the object that it names. */
struct sample {
    uint16_t kind;
    struct asv_bytes object;
    struct asv_told told;
    uint8_t data[512];
    size_t used;
};

static void set(struct sample *sample, uint8_t tag, const void *data, size_t len)
{
    assert_true(sample->used + len <= sizeof sample->data);
    memcpy(sample->data + sample->used, data, len);
    sample->told.of[tag] = (struct asv_bytes){sample->data + sample->used, len};
    sample->used += len;
}

static void set_number(struct sample *sample, uint8_t tag, uint64_t value)
{
    uint8_t data[8];
    asv_store_be64(data, value);
    set(sample, tag, data, sizeof data);
}

static void set_day(struct sample *sample, uint32_t day)
{
    uint8_t data[4];
    asv_store_be32(data, day);
    set(sample, ASV_LEDGER_DAY, data, sizeof data);
}

static void set_counts(struct sample *sample, uint64_t first, uint64_t second)
{
    uint8_t data[16];
    asv_store_be64(data, first);
    asv_store_be64(data + 8, second);
    set(sample, ASV_LEDGER_COUNTS, data, sizeof data);
}

static enum asv_status match(const struct sample *sample, struct asv_signed_about *about, struct asv_err *err)
{
    const struct asv_signed it = {.kind = sample->kind, .object = sample->object};
    return asv_signed_says(&it, &sample->told, about, err);
}

/* Each field of it, in turn, is another one, and, when it stands in the open, is missing. */
static void every_field_counts(struct sample *sample)
{
    struct asv_signed_about about;
    struct asv_err err;
    char wanted[80];
    assert_int_equal(ASV_OK, match(sample, &about, NULL));
    for (uint8_t tag = 1; tag < ASV_LEDGER_TAGS; tag++) {
        struct asv_bytes value = sample->told.of[tag];
        if (value.len == 0) {
            continue;
        }
        (void)snprintf(wanted, sizeof wanted, "another \"%s\"", asv_ledger_tag_name(tag));
        uint8_t *last = sample->data + (value.data - sample->data) + value.len - 1;
        *last ^= 1;
        assert_int_equal(ASV_E_MISMATCH, match(sample, &about, &err));
        assert_non_null(strstr(err.text, wanted));
        *last ^= 1;
        sample->told.of[tag] = (struct asv_bytes){0};
        assert_int_equal(tag < ASV_LEDGER_COMMITTED ? ASV_E_MISMATCH : ASV_OK, match(sample, &about, NULL));
        sample->told.of[tag] = value;
    }
    assert_int_equal(ASV_OK, match(sample, &about, NULL));
    for (size_t len = 0; len < sample->object.len; len++) { /* no object, however it is cut */
        struct sample cut = *sample;
        cut.object.len = len;
        assert_int_not_equal(ASV_OK, match(&cut, &about, NULL));
    }
}

static struct asv_bytes of_sample(const char *name)
{
    const struct asv_samples *all = asv_samples();
    for (size_t i = 0; i < ASV_SAMPLE_COUNT; i++) {
        if (strcmp(all->samples[i].name, name) == 0) {
            return (struct asv_bytes){all->samples[i].data, all->samples[i].len};
        }
    }
    fail_msg("no sample %s", name);
    return (struct asv_bytes){0};
}

static void assert_about(const struct sample *sample, const uint8_t header[ASV_SHA256_BYTES])
{
    struct asv_signed_about about;
    assert_int_equal(ASV_OK, match(sample, &about, NULL));
    assert_true(about.is_known);
    assert_memory_equal(about.header, header, sizeof about.header);
}

/* ---- devices ---- */

static void make_commit(struct sample *sample, struct asv_commit *commit, uint8_t *data, size_t cap)
{
    size_t len = 0;
    memset(commit, 0, sizeof *commit);
    memset(commit->header_digest, 1, sizeof commit->header_digest);
    memset(commit->camera_cert, 2, sizeof commit->camera_cert);
    memset(commit->session, 3, sizeof commit->session);
    memset(commit->link_digest, 4, sizeof commit->link_digest);
    memset(commit->root, 5, sizeof commit->root);
    commit->committed_ms = ASV_TEST_NOW_MS;
    commit->day = 20260105;
    commit->due_ms = ASV_TEST_NOW_MS + 1000;
    commit->leaves = 60;
    commit->payload_bytes = 4000000;
    commit->integrity = 1;
    commit->provenance = 2;
    commit->kind = ASV_COMMIT_STORED;
    commit->readback = ASV_READBACK_DIRECT;
    commit->link_bytes = 200;
    (void)snprintf(commit->unit, sizeof commit->unit, "32-3");
    assert_int_equal(ASV_OK, asv_commit_encode(commit, asv_samples()->agency.dock.sk, data, cap, &len));
    *sample = (struct sample){.kind = 34, .object = {data, len}};
    const uint8_t verdict[] = {1, 2, 1};
    set_number(sample, ASV_LEDGER_AT, (uint64_t)commit->committed_ms);
    set_day(sample, commit->day);
    set(sample, ASV_LEDGER_ROOT, commit->root, sizeof commit->root);
    set_counts(sample, commit->leaves, commit->payload_bytes);
    set(sample, ASV_LEDGER_VERDICT, verdict, sizeof verdict);
    set_number(sample, ASV_LEDGER_DUE, (uint64_t)commit->due_ms);
    set(sample, ASV_LEDGER_HEADER, commit->header_digest, sizeof commit->header_digest);
    set(sample, ASV_LEDGER_CERTIFICATE, commit->camera_cert, sizeof commit->camera_cert);
    set(sample, ASV_LEDGER_DOCKING, commit->session, sizeof commit->session);
    set(sample, ASV_LEDGER_LINK, commit->link_digest, sizeof commit->link_digest);
    set(sample, ASV_LEDGER_PLACE, "32-3", 4);
}

static void a_commit(void **state) /* LG-099 */
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    struct asv_commit commit;
    struct asv_signed_about about;
    struct sample sample;
    (void)state;
    make_commit(&sample, &commit, data, sizeof data);
    every_field_counts(&sample);
    assert_about(&sample, commit.header_digest);
    sample.kind = 35; /* taken in, and the entry says into quarantine */
    assert_int_equal(ASV_E_MISMATCH, match(&sample, &about, NULL));
}

/* LG-112: the camera's link record was not there, and the entry is opened with one. */
static void a_commit_without_a_link(void **state)
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    struct asv_commit commit;
    struct asv_signed_about about;
    struct sample sample;
    struct asv_err err;
    size_t len = 0;
    (void)state;
    make_commit(&sample, &commit, data, sizeof data);
    commit.link_bytes = 0;
    assert_int_equal(ASV_OK,
                     asv_commit_encode(&commit, asv_samples()->agency.dock.sk, data, sizeof data, &len));
    assert_int_equal(ASV_E_MISMATCH, match(&sample, &about, &err));
    assert_non_null(strstr(err.text, "another \"link record\""));
    sample.told.of[ASV_LEDGER_LINK].len = 0;
    assert_int_equal(ASV_OK, match(&sample, &about, NULL));
}

/* LG-112 */
static void an_order_that_was_given_early(void **state)
{
    const struct asv_samples *all = asv_samples();
    uint8_t data[ASV_DESTRUCTION_MAX_BYTES];
    struct asv_destruction order = all->destruction;
    struct asv_signed_about about;
    struct sample sample = {.kind = 61, .object = {data, 0}};
    (void)state;
    for (int early = 0; early < 2; early++) {
        struct asv_writer writer;
        asv_writer_init(&writer, data, sizeof data);
        order.reason = early != 0 ? ASV_DESTRUCTION_EARLY : ASV_DESTRUCTION_EXPIRED;
        assert_int_equal(ASV_OK, asv_destruction_encode(&writer, &order, all->agency.keeper.sk));
        sample.object.len = writer.len;
        sample.used = 0;
        set_number(&sample, ASV_LEDGER_AT, (uint64_t)order.issued_ms);
        set(&sample, ASV_LEDGER_LABEL, "early", 5);
        assert_int_equal(ASV_OK, match(&sample, &about, NULL));
        set(&sample, ASV_LEDGER_LABEL, "period", 6);
        assert_int_equal(early != 0 ? ASV_E_MISMATCH : ASV_OK, match(&sample, &about, NULL));
    }
}

/* What the dock left open stands nowhere. */
static void a_commit_of_no_known_day(void **state)
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    struct asv_commit commit;
    struct asv_signed_about about;
    struct sample sample;
    size_t len = 0;
    (void)state;
    make_commit(&sample, &commit, data, sizeof data);
    commit.day = 0;
    commit.due_ms = 0;
    assert_int_equal(ASV_OK,
                     asv_commit_encode(&commit, asv_samples()->agency.dock.sk, data, sizeof data, &len));
    sample.object.len = len;
    assert_int_equal(ASV_E_MISMATCH, match(&sample, &about, NULL));
    sample.told.of[ASV_LEDGER_DAY].len = 0;
    assert_int_equal(ASV_E_MISMATCH, match(&sample, &about, NULL));
    sample.told.of[ASV_LEDGER_DUE].len = 0;
    assert_int_equal(ASV_OK, match(&sample, &about, NULL));
}

static void what_devices_sign(void **state) /* LG-099 */
{
    const struct asv_samples *all = asv_samples();
    struct sample sample = {.kind = 37, .object = of_sample("receipt")};
    (void)state;
    set_number(&sample, ASV_LEDGER_AT, (uint64_t)all->receipt.time_ms);
    set(&sample, ASV_LEDGER_DOCKING, all->receipt.session, sizeof all->receipt.session);
    every_field_counts(&sample);
    assert_about(&sample, all->receipt.custody.header);

    sample = (struct sample){.kind = 61, .object = of_sample("destruction")};
    set_number(&sample, ASV_LEDGER_AT, (uint64_t)all->destruction.issued_ms);
    every_field_counts(&sample);
    assert_about(&sample, all->destruction.header);
    sample.kind = 38;
    every_field_counts(&sample);

    sample = (struct sample){.kind = 39, .object = of_sample("erasure")};
    set_number(&sample, ASV_LEDGER_AT, (uint64_t)all->erasure.wall_ms);
    every_field_counts(&sample);
    assert_about(&sample, all->erasure.header);

    sample = (struct sample){.kind = 14, .object = of_sample("revocations")};
    set_number(&sample, ASV_LEDGER_AT, (uint64_t)all->revocations.issued_ms);
    set_counts(&sample, all->revocations.number, all->revocations.count);
    every_field_counts(&sample);

    sample = (struct sample){.kind = 15, .object = of_sample("bulletin")};
    set_number(&sample, ASV_LEDGER_AT, (uint64_t)all->bulletin.issued_ms);
    set_number(&sample, ASV_LEDGER_COUNTS, ASV_SAMPLE_DAYS);
    set(&sample, ASV_LEDGER_CERTIFICATE, all->bulletin.camera_cert, sizeof all->bulletin.camera_cert);
    every_field_counts(&sample);
}

static void the_end_of_a_day(void **state) /* LG-099 */
{
    const struct asv_day_end *day = &asv_samples()->day_end;
    struct sample sample = {.kind = 16, .object = of_sample("day_end")};
    uint8_t counts[24];
    uint64_t confirmed = 0;
    (void)state;
    for (unsigned i = 0; i < day->slot_count; i++) {
        confirmed += day->slots[i].epoch == day->epoch;
    }
    asv_store_be64(counts, confirmed);
    asv_store_be64(counts + 8, day->slot_count - confirmed);
    asv_store_be64(counts + 16, day->copies);
    set_number(&sample, ASV_LEDGER_AT, (uint64_t)day->issued_ms);
    set_day(&sample, day->date);
    set(&sample, ASV_LEDGER_COUNTS, counts, sizeof counts);
    set_number(&sample, ASV_LEDGER_DUE, (uint64_t)day->due_ms);
    every_field_counts(&sample);
}

/* ---- people ---- */

/* What they say is in signed_says.c; here, which recording it is about. */
static void what_people_sign(void **state)
{
    const struct asv_test_example *people = asv_test_example();
    enum { STATED = 4 };
    const struct asv_test_stated *about_one[STATED] = {&people->proposal, &people->approval, &people->opening,
                                                       &people->day};
    (void)state;
    for (size_t i = 0; i < STATED; i++) {
        const struct asv_statement *it = &about_one[i]->statement;
        const uint8_t action[] = {(uint8_t)(it->action >> 8), (uint8_t)it->action, it->step};
        struct sample sample = {.kind = 96, .object = {about_one[i]->data, about_one[i]->len}};
        set_number(&sample, ASV_LEDGER_AT, (uint64_t)it->issued_ms);
        set_number(&sample, ASV_LEDGER_DUE, (uint64_t)it->expires_ms);
        set(&sample, ASV_LEDGER_ACTION, action, sizeof action);
        if (it->step != ASV_STEP_PROPOSE) {
            set(&sample, ASV_LEDGER_PROPOSAL, it->proposal, sizeof it->proposal);
        }
        assert_about(&sample, it->subject.id);
    }
}

/* ---- an entry's own fields ---- */

static void an_entry_is_read(void **state)
{
    static const uint8_t facts[] = {ASV_LEDGER_AT, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9};
    static const uint8_t closed[] = {ASV_LEDGER_TEXT, 0, 2, 'h', 'i'};
    static const uint8_t key[ASV_LEDGER_KEY_BYTES] = {1};
    const struct asv_ledger_event event = {.kind = 21};
    uint8_t data[ASV_LEDGER_ENTRY_MAX_BYTES];
    struct asv_ledger_entry entry;
    struct asv_told told;
    size_t len = 0;
    (void)state;
    assert_int_equal(ASV_OK,
                     asv_ledger_entry_write(data, &len, &event, (struct asv_bytes){facts, sizeof facts},
                                            (struct asv_bytes){closed, sizeof closed}, key, NULL, NULL));
    assert_int_equal(ASV_OK, asv_ledger_entry_read(&entry, (struct asv_bytes){data, len}, NULL));
    asv_told_read(&told, &entry);
    assert_int_equal(told.of[ASV_LEDGER_AT].data[7], 9);
    assert_int_equal(told.of[ASV_LEDGER_TEXT].len, 0); /* what stands there is a commitment, and no value */
    asv_told_open(&told, (struct asv_bytes){closed, sizeof closed});
    assert_int_equal(told.of[ASV_LEDGER_TEXT].len, 2);
    asv_told_open(&told, (struct asv_bytes){facts, sizeof facts}); /* a fact is not opened */
    assert_ptr_not_equal(told.of[ASV_LEDGER_AT].data, facts + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit),
        cmocka_unit_test(a_commit_of_no_known_day),
        cmocka_unit_test(a_commit_without_a_link),
        cmocka_unit_test(an_order_that_was_given_early),
        cmocka_unit_test(what_devices_sign),
        cmocka_unit_test(the_end_of_a_day),
        cmocka_unit_test(what_people_sign),
        cmocka_unit_test(an_entry_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
