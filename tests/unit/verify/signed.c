/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Signed objects beside entries of the ledger: whose signature they have, and what is refused. */
#include "server/verify/signed.h"

#include <string.h>

#include "tests/support/golden.h"
#include "tests/support/samples.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

struct object {
    const char *name;
    uint16_t kind;
    uint8_t role;
    struct asv_bytes bytes;
    struct asv_bytes signer; /* empty: the object has it itself */
    const uint8_t *by;
};

enum which {
    FOUNDING,
    COMMIT,
    RECEIPT,
    ORDER,
    ERASED,
    ERASURE,
    BULLETIN,
    DAY_END,
    RULING,
    REVOCATIONS,
    KEY_FILE,
    WEBAUTHN,
    COUNT
};

static struct object objects[COUNT];
static struct asv_anchors anchors;
static uint8_t commit[256];
static struct asv_test_stated founding;

static const struct asv_sample *sample(const char *name)
{
    const struct asv_samples *all = asv_samples();
    for (size_t i = 0; i < ASV_SAMPLE_COUNT; i++) {
        if (strcmp(all->samples[i].name, name) == 0) {
            return &all->samples[i];
        }
    }
    fail_msg("no sample %s", name);
    return NULL;
}

static void add(enum which which, const char *name, uint16_t kind, uint8_t role, struct asv_bytes bytes,
                const struct asv_test_identity *by, bool has_signer)
{
    objects[which] = (struct object){name, kind, role, bytes, {0}, by->cert_digest};
    if (!has_signer) {
        objects[which].signer = by->chain.encoded;
    }
}

static struct asv_bytes of_sample(const char *name)
{
    return (struct asv_bytes){sample(name)->data, sample(name)->len};
}

/* Signed with the root's key, when there were no people yet. */
static void add_founding(const struct asv_test_agency *agency)
{
    static struct asv_test_person root;
    struct asv_statement statement;
    asv_test_person_init(&root, 4, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    memcpy(root.sk, agency->root.sk, sizeof root.sk);
    asv_test_statement(&statement, ASV_ACTION_FOUND, ASV_STEP_SOLE, &root, 1);
    asv_test_state(&founding, &statement, &root, NULL);
    objects[FOUNDING] =
        (struct object){"founding", 96, ASV_ROLE_ROOT, {founding.data, founding.len}, {0}, agency->id};
}

static int set_up(void **state)
{
    const struct asv_test_agency *agency = &asv_samples()->agency;
    const struct asv_test_example *people = asv_test_example();
    struct asv_writer writer;
    (void)state;
    add_founding(agency);
    asv_writer_init(&writer, commit, sizeof commit);
    asv_write_bytes(&writer, "what a dock took in", 19);
    assert_int_equal(asv_object_sign(&writer, 0, ASV_PURPOSE_COMMIT, agency->dock.sk), ASV_OK);
    add(COMMIT, "commit", 34, ASV_ROLE_DOCK, (struct asv_bytes){commit, writer.len}, &agency->dock, false);
    add(RECEIPT, "receipt", 37, ASV_ROLE_DOCK, of_sample("receipt"), &agency->dock, false);
    add(ORDER, "order", 38, ASV_ROLE_KEEPER, of_sample("destruction"), &agency->keeper, true);
    add(ERASED, "erased", 61, ASV_ROLE_KEEPER, of_sample("destruction"), &agency->keeper, true);
    add(ERASURE, "erasure", 39, ASV_ROLE_CAMERA, of_sample("erasure"), &agency->camera, false);
    add(BULLETIN, "bulletin", 15, ASV_ROLE_KEEPER, of_sample("bulletin"), &agency->keeper, true);
    add(DAY_END, "day-end", 16, ASV_ROLE_KEEPER, of_sample("day_end"), &agency->keeper, true);
    add(RULING, "ruling", 97, ASV_ROLE_KEEPER, of_sample("ruling"), &agency->keeper, true);
    objects[REVOCATIONS] = (struct object){
        "revocations", 14, asv_samples()->revocations.signer.role, of_sample("revocations"), {0}, NULL};
    objects[KEY_FILE] = (struct object){"key-file",
                                        96,
                                        0,
                                        {people->proposal.data, people->proposal.len},
                                        people->wearer.credential.encoded,
                                        people->wearer.digest};
    objects[WEBAUTHN] = (struct object){"webauthn",
                                        41,
                                        0,
                                        {people->approval.data, people->approval.len},
                                        people->supervisor.credential.encoded,
                                        people->supervisor.digest};
    memset(&anchors, 0, sizeof anchors);
    anchors.has_root = true;
    memcpy(anchors.root_pk, agency->root.pk, sizeof anchors.root_pk);
    return 0;
}

static struct asv_signed given(const struct object *object)
{
    return (struct asv_signed){.kind = object->kind, .object = object->bytes, .signer = object->signer};
}

static bool is_statement(const struct object *object)
{
    return object->role == 0 || object->role == ASV_ROLE_ROOT;
}

/* What an entry would name: a digest of the body, whoever signed it or not. False: that is no object. */
static bool digest_of(uint8_t out[ASV_SHA256_BYTES], const struct object *object)
{
    struct asv_object split;
    memset(out, 0, ASV_SHA256_BYTES);
    if (is_statement(object)) {
        asv_sha256(out, object->bytes.data + 2, (size_t)object->bytes.data[0] << 8 | object->bytes.data[1]);
        return true;
    }
    if (asv_object_split(&split, object->bytes.data, object->bytes.len) != ASV_OK) {
        return false;
    }
    asv_object_digest(out, &split);
    return true;
}

static enum asv_status verify(const struct asv_signed *it, struct asv_signed_by *by)
{
    struct asv_err err = {0};
    enum asv_status status = asv_signed_verify(by, it, &anchors, &err);
    assert_true(status == ASV_OK || err.text[0] != '\0');
    return status;
}

/* LG-090 */
static void whose_signature_it_is_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        const struct object *object = &objects[i];
        struct asv_signed it = given(object);
        struct asv_signed_by by = {0};
        uint8_t digest[ASV_SHA256_BYTES];
        assert_true(digest_of(digest, object));
        assert_true(asv_signed_is_signed(object->kind));
        assert_int_equal(asv_signed_is_named(&it, digest, NULL), ASV_OK);
        if (verify(&it, &by) != ASV_OK) {
            fail_msg("%s", object->name);
        }
        assert_int_equal(by.role, object->role);
        assert_int_equal(by.name[0] == '\0', i == FOUNDING);
        assert_int_equal(by.action != 0, is_statement(object));
        assert_int_equal(by.step != 0, is_statement(object));
        assert_int_equal(by.verdict, i == RULING ? asv_samples()->ruling.verdict : 0);
        assert_int_equal(asv_signed_takes_signer(object->kind), object->signer.len > 0 || i == FOUNDING);
        if (object->by != NULL) {
            assert_memory_equal(by.digest, object->by, sizeof by.digest);
            it.actor = (struct asv_bytes){object->by, ASV_SHA256_BYTES};
            assert_int_equal(verify(&it, &by), ASV_OK);
        }
        it.actor = (struct asv_bytes){digest, sizeof digest};
        assert_int_equal(verify(&it, &by), ASV_E_MISMATCH);
    }
}

/* LG-090: whoever owns the database can name the digest of whatever he made up, but sign it he cannot. */
static void what_was_made_up_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        struct object object = objects[i];
        uint8_t data[ASV_SAMPLE_MAX_BYTES];
        memcpy(data, object.bytes.data, object.bytes.len);
        object.bytes.data = data;
        for (size_t at = is_statement(&object) ? 2 : 0; at < object.bytes.len; at++) {
            const struct asv_signed it = given(&object);
            struct asv_signed_by by;
            uint8_t digest[ASV_SHA256_BYTES];
            data[at] ^= 1;
            bool is_object = digest_of(digest, &object);
            assert_int_equal(asv_signed_is_named(&it, digest, NULL), is_object ? ASV_OK : ASV_E_DIGEST);
            enum asv_status status = verify(&it, &by);
            if (status == ASV_OK || status == ASV_E_NOT_FOUND) {
                fail_msg("%s, byte %zu: %d", object.name, at, (int)status);
            }
            data[at] ^= 1;
        }
    }
}

/* LG-090 */
static void another_object_or_signer_is_refused(void **state)
{
    const struct asv_test_agency *agency = &asv_samples()->agency;
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_signed_by by;
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        struct asv_signed it = given(&objects[i]);
        assert_true(digest_of(digest, &objects[i]));
        digest[3] ^= 1;
        assert_int_equal(asv_signed_is_named(&it, digest, NULL), ASV_E_DIGEST);
        for (size_t j = 0; j < COUNT; j++) { /* as another kind's */
            it.kind = objects[j].kind;
            bool same = i == j || (i == ORDER && j == ERASED) || (i == ERASED && j == ORDER) ||
                        (is_statement(&objects[i]) && is_statement(&objects[j]));
            assert_int_equal(verify(&it, &by) == ASV_OK, same);
        }
    }
    struct asv_signed it = given(&objects[RECEIPT]);
    it.signer = agency->camera.chain.encoded;
    assert_int_equal(verify(&it, &by), ASV_E_UNTRUSTED);
    it.signer = objects[WEBAUTHN].signer;
    assert_true(verify(&it, &by) != ASV_OK);
    it = given(&objects[KEY_FILE]);
    it.signer = objects[WEBAUTHN].signer;
    assert_int_equal(verify(&it, &by), ASV_E_MISMATCH);
    anchors.root_pk[0] ^= 1;
    for (size_t i = 0; i < COUNT; i++) {
        it = given(&objects[i]);
        assert_int_equal(verify(&it, &by), ASV_E_UNTRUSTED);
    }
}

static void what_is_not_given_is_said(void **state)
{
    struct asv_signed_by by;
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        struct asv_signed it = given(&objects[i]);
        it.signer = (struct asv_bytes){0};
        assert_int_equal(verify(&it, &by), objects[i].signer.len > 0 ? ASV_E_NOT_FOUND : ASV_OK);
    }
    anchors.has_root = false;
    for (size_t i = 0; i < COUNT; i++) {
        const struct asv_signed it = given(&objects[i]);
        assert_int_equal(verify(&it, &by), ASV_E_NOT_FOUND);
    }
}

static void some_kinds_name_what_nobody_signs(void **state)
{
    static const uint8_t text[] = "a policy";
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_signed it = {.kind = 102, .object = {text, sizeof text}};
    (void)state;
    asv_sha256(digest, text, sizeof text);
    assert_false(asv_signed_is_signed(102));
    assert_int_equal(asv_signed_is_named(&it, digest, NULL), ASV_OK);
    digest[0] ^= 1;
    assert_int_equal(asv_signed_is_named(&it, digest, NULL), ASV_E_DIGEST);
    it.kind = 32; /* which names nothing */
    assert_false(asv_signed_is_signed(32));
    assert_int_equal(asv_signed_is_named(&it, digest, NULL), ASV_E_UNSUPPORTED);
    for (size_t len = 0; len < 67; len++) { /* shorter than a signature */
        it = (struct asv_signed){.kind = 37, .object = {text, len < sizeof text ? len : sizeof text}};
        assert_int_equal(asv_signed_is_named(&it, digest, NULL), ASV_E_DIGEST);
    }
}

/* Kind, length of the object, object, signer: as tests/fuzz/verify_signed.c reads it. */
static void seeds_are_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t data[2 * ASV_SAMPLE_MAX_BYTES];
        struct asv_writer writer;
        asv_writer_init(&writer, data, sizeof data);
        asv_write_u16(&writer, objects[i].kind);
        asv_write_view16(&writer, objects[i].bytes.data, objects[i].bytes.len);
        asv_write_bytes(&writer, objects[i].signer.data, objects[i].signer.len);
        assert_false(writer.overrun);
        asv_golden_seed("verify_signed", objects[i].name, data, writer.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(whose_signature_it_is_is_said, set_up),
        cmocka_unit_test_setup(what_was_made_up_is_refused, set_up),
        cmocka_unit_test_setup(another_object_or_signer_is_refused, set_up),
        cmocka_unit_test_setup(what_is_not_given_is_said, set_up),
        cmocka_unit_test_setup(some_kinds_name_what_nobody_signs, set_up),
        cmocka_unit_test_setup(seeds_are_written, set_up),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
