/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A hand-over that is built: as other people's programs read it, and as a run that was killed leaves it to
 * the next. */
#include "server/handover/build.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/package/package.h"
#include "tests/support/files.h"
#include "tests/unit/handover/kit.h"
#include "tests/unit/test.h"

static struct kit kit;

static int set_up(void **state)
{
    const uint8_t *outputs = *state;
    kit_make(&kit, *outputs, 5);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kit_remove(&kit);
    return 0;
}

static void run(void)
{
    struct asv_err err = {0};
    if (asv_build_run(&kit.build, &err) != ASV_OK) {
        fail_msg("%s", err.text);
    }
}

static enum asv_status run_wrong(struct asv_err *err)
{
    *err = (struct asv_err){0};
    enum asv_status status = asv_build_run(&kit.build, err);
    assert_true(status == ASV_OK || err->text[0] != '\0');
    return status;
}

/* Digests of the carrier's payload but for what signs it. */
static size_t digest_all(uint8_t out[ASV_SHA256_BYTES])
{
    struct asv_package package;
    struct asv_fault fault;
    struct asv_err err = {0};
    struct asv_zip_entry entry;
    struct asv_sha256 state;
    int fd = openat(kit.dir, ASV_BUILD_CARRIER, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    const struct asv_package_input input = asv_package_input_file(&fd, (uint64_t)lseek(fd, 0, SEEK_END));
    if (asv_package_open(&package, &input, NULL, NULL, &fault, &err) != ASV_OK) {
        fail_msg("%s: %s", fault.file, err.text);
    }
    size_t count = package.count;
    asv_sha256_init(&state);
    for (size_t i = 0; i < count; i++) {
        asv_package_entry(&package, i, &entry);
        if (strstr(entry.name, ".p7s") == NULL && strncmp(entry.name, "data/", 5) == 0) {
            asv_sha256_update(&state, entry.name, entry.name_len);
            asv_sha256_update(&state, entry.sha256, sizeof entry.sha256);
        }
    }
    asv_sha256_final(&state, out);
    assert_int_equal(package.documents, ASV_HANDOVER_DOCUMENTS);
    asv_package_close(&package);
    close(fd);
    return count;
}

/* HO-030 to HO-034, HO-036: with unzip, sha256sum, age, openssl and jq. */
static void stock_tools_read_the_carrier(void **state)
{
    char identity[ASV_AGE_IDENTITY_TEXT_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    (void)state;
    run();
    assert_true(digest_all(digest) > 40);
    assert_int_equal(kit.keys, 2 * KIT_CLIPS); /* for each output */
    asv_age_identity_encode(identity, kit.recipient_sk[1]);
    asv_test_write_file(kit.out, "identity", identity, strlen(identity));
    asv_test_write_file(kit.out, "package.pem", kit.signer.cades.certs.data, kit.signer.cades.certs.len);
    kit_sh(&kit, "unzip -tq carrier.zip; unzip -q carrier.zip -d bag; cd bag; sha256sum --quiet -c "
                 "manifest-sha256.txt");
    kit_sh(&kit, "cd bag; for d in data/facts.json data/*.pdf META-INF/ASiCManifest.xml; do "
                 "s=$d.p7s; test -f $s || s=META-INF/signature.p7s; openssl cms -verify -cades -binary "
                 "-inform DER -in "
                 "$s -content $d -CAfile ../package.pem -purpose any -out /dev/null; done");
    kit_sh(&kit,
           "cd bag/data/recordings; test $(ls | wc -l) = 3; for n in *; do age -d -i ../../../identity -o "
           "open $n/sealed.age; "
           "if test -f $n/playable.mp4; then cmp open $n/playable.mp4; test $(wc -c < $n/file.key) = 33; "
           "else test ! -f $n/file.key; test -f $n/excerpt.proof -o $n = 002; fi; rm open; test ! -e "
           "$n/stanzas; done");
    kit_sh(&kit, "cd bag/data; python3 -c \"import json, os; f = json.load(open('facts.json')); "
                 "said = {x['name'] for x in f['documents'] + f['files']} | {c[k]['name'] for c in "
                 "f['clips'] for k in "
                 "('playable', 'excerpt', 'sealed', 'seal') if k in c}; "
                 "there = {os.path.relpath(os.path.join(d, n), '.') for d, _, ns in os.walk('.') for n in ns "
                 "if not n.endswith('.p7s')}; "
                 "assert said == there, said ^ there\"");
    kit_sh(&kit, "cd bag/data; for n in 1 2 3; do test \"$(python3 -c \"import json; c = "
                 "json.load(open('facts.json'))['clips'][$n - 1]; "
                 "print(c['sealed']['sha256'], c['sealed']['name'])\")\" = \"$(sha256sum "
                 "recordings/00$n/sealed.age | sed 's/  / /')\"; done");
    kit_sh(
        &kit,
        "cd bag/data; test -f plan -a -f plan.proposal -a -f plan.approval -a -f ledger/README.txt -a -f "
        "trust/root.cert; "
        "test $(ls *.pdf | wc -l) = 5; test -d external; test ! -e ../../work; test $(stat -c %a ..) = 755");
}

/* HO-082, HO-083: nothing that opens the rest, nor the ciphertext that nobody signed. */
static void without_the_original_an_excerpt_goes_alone(void **state)
{
    (void)state;
    kit_original_stays(&kit);
    run();
    kit_sh(
        &kit,
        "unzip -q carrier.zip -d bag; cd bag/data/recordings; test \"$(ls */sealed.age)\" = 002/sealed.age; "
        "test $(ls */excerpt.mp4 */excerpt.proof | wc -l) = 4; test ! -e 001/tail -a ! -e 003/tail; "
        "! ls */file.key */playable.mp4 */stanzas 2> /dev/null; test -f 001/seal -a -f 001/chain -a -f "
        "003/commit");
    kit_sh(&kit,
           "cd bag/data; python3 -c \"import json; c = json.load(open('facts.json'))['clips']; "
           "assert ['sealed' in x for x in c] == [False, True, False]; "
           "assert [x['result'] for x in c[0]['checks'] if x['check'] == 'Verschlüsseltes Original'] == "
           "['not_checked']; assert {x['tail_bytes'] for x in c} == {0, 4}\"");
    kit_sh(&kit, "test $(ls filing/*_*.age | wc -l) = 1; test $(ls filing/*_*.proof | wc -l) = 2; test $(ls "
                 "filing/*_*.tail "
                 "filing/*_*.key 2> /dev/null | wc -l) = 0");
}

/* HO-037 */
static void a_filing_is_flat_and_signed(void **state)
{
    (void)state;
    run();
    kit_sh(
        &kit,
        "cd filing; test -f xjustiz_nachricht.xml; test -z \"$(find . -mindepth 2)\"; test ! -e ../work; "
        "for f in *_*; do case $f in *.p7s|xjustiz*) ;; *) test -f $f.p7s;; esac; done; "
        "test $(ls *_*.mp4 | wc -l) = 2; test $(ls *_*.proof | wc -l) = 1; test $(ls *_*.age | wc -l) = 3; "
        "for f in $(ls | grep -v xjustiz); do grep -q $f xjustiz_nachricht.xml; done");
}

/* HO-038: with everything fixed that comes from elsewhere. */
static void the_same_hand_over_gives_the_same_bytes(void **state)
{
    uint8_t one[ASV_SHA256_BYTES];
    uint8_t two[ASV_SHA256_BYTES];
    (void)state;
    run();
    (void)digest_all(one);
    assert_int_equal(unlinkat(kit.dir, ASV_BUILD_CARRIER, 0), 0);
    run();
    (void)digest_all(two);
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(kit.extras, 2);
    run(); /* it is there */
    assert_int_equal(kit.extras, 2);
}

/* Runs in a process of its own, which is to be killed where kit says. */
static void run_killed(void)
{
    int ended = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(asv_build_run(&kit.build, NULL) == ASV_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
    assert_int_equal(faccessat(kit.dir, ASV_BUILD_CARRIER, F_OK, 0), -1);
}

/* HO-040, HO-041: at a later time, too, it is what the first run began. */
static void who_was_killed_goes_on(void **state)
{
    uint8_t want[ASV_SHA256_BYTES];
    uint8_t got[ASV_SHA256_BYTES];
    (void)state;
    run();
    (void)digest_all(want);
    int keys = kit.keys;
    int pieces = kit.pieces;
    for (int point = 0; point < 8; point++) {
        static const int at_piece[] = {1, 9, 13, 18};
        assert_int_equal(unlinkat(kit.dir, ASV_BUILD_CARRIER, 0), 0);
        kit.keys = kit.pieces = kit.clip_told = kit.facts = kit.extras = 0;
        kit.build.now_ms = INT64_C(1796000000000);
        kit.kill_at_piece = point < 4 ? at_piece[point] : 0;
        kit.kill_at_clip = point == 4 ? 1 : point == 5 ? 3 : 0;
        kit.kill_in_extras = point == 6;
        kit.kill_in_facts = point == 7;
        run_killed();
        kit.kill_at_piece = kit.kill_at_clip = 0;
        kit.kill_in_extras = kit.kill_in_facts = false;
        kit.build.now_ms += 3600000; /* by now */
        run();
        (void)digest_all(got);
        assert_memory_equal(want, got, sizeof want);
        assert_true(point == 0 ? kit.pieces == pieces : true);
        if (point >= 6) { /* recordings were finished: small ones wait for the journal's next flush */
            assert_true(kit.keys <= keys);
        }
    }
}

static int set_up_large(void **state)
{
    (void)state;
    kit_make(&kit, ASV_PLAN_CARRIER, 2 * ASV_ZIP_SYNC_BYTES / ASV_CHUNK_CIPHER_BYTES);
    return 0;
}

/* HO-040, PK-012: what the journal has is not read again, and no key is asked for but to look at its media.
 */
static void what_was_finished_is_not_read_again(void **state)
{
    (void)state;
    kit.kill_at_clip = KIT_CLIPS;
    run_killed();
    kit.kill_at_clip = 0;
    run();
    assert_int_equal(kit.keys, 2);      /* of the whole one and of the excerpt */
    assert_in_range(kit.pieces, 1, 40); /* of the excerpt; the others have some 500 */
}

/* What the facts say of every file, and what is there. */
static const char facts_are_right[] =
    "python3 - <<'E'\n"
    "import glob, hashlib, json, os, zipfile\n"
    "def files(x):\n"
    "    for y in x.values() if isinstance(x, dict) else x if isinstance(x, list) else ():\n"
    "        yield from files(y)\n"
    "    if isinstance(x, dict) and 'sha256' in x and 'name' in x:\n"
    "        yield x\n"
    "def check(facts, read):\n"
    "    said = list(files(json.loads(facts)))\n"
    "    assert len(said) > 20\n"
    "    for f in said:\n"
    "        assert hashlib.sha256(read(f['name'])).hexdigest() == f['sha256'], f['name']\n"
    "if os.path.exists('carrier.zip'):\n"
    "    z = zipfile.ZipFile('carrier.zip')\n"
    "    check(z.read('data/facts.json'), lambda name: z.read('data/' + name))\n"
    "for facts in glob.glob('filing/Tatsachen*.json'):\n"
    "    check(open(facts).read(), lambda name: open('filing/' + name, 'rb').read())\n"
    "E\n";

/* HO-036, HO-040: the keeper wraps anew for whoever asks again. */
static void check_facts(const char *version)
{
    kit.wraps_anew = true;
    run();
    kit_sh(&kit, facts_are_right);
    kit_sh(&kit, "rm -rf carrier.zip filing");
    kit.kill_at_signature = kit.signatures - 2; /* of a document, behind the facts */
    kit.signatures = kit.extras = 0;
    run_killed();
    kit.build.version = version;
    kit.kill_at_signature = 0;
    run();
    assert_int_equal(kit.extras, strcmp(version, "Asservat 0.1.0") == 0 ? 0 : 1);
    kit_sh(&kit, facts_are_right);
}

static void facts_are_those_of_what_is_made(void **state)
{
    (void)state;
    check_facts("Asservat 0.1.0");
}

static void another_program_makes_it_anew(void **state)
{
    (void)state;
    check_facts("Asservat 0.2.0");
}

/* HO-035: and nothing of what was cancelled is under a package's name. */
static void who_is_told_to_end_ends(void **state)
{
    struct asv_err err;
    (void)state;
    kit.stop_at_piece = 8;
    assert_int_equal(run_wrong(&err), ASV_E_STATE);
    assert_non_null(strstr(err.text, "cancelled"));
    assert_int_equal(kit.pieces, 8);
    assert_int_equal(faccessat(kit.dir, ASV_BUILD_CARRIER, F_OK, 0), -1);
    kit.stop_at_piece = 0;
    run();
}

/* HO-042 */
static void what_the_keeper_refuses_ends_it(void **state)
{
    struct asv_err err;
    (void)state;
    kit.key_fails = 2;
    assert_int_equal(run_wrong(&err), ASV_E_DENIED);
    assert_non_null(strstr(err.text, "the clip is blocked"));
    assert_int_equal(kit.keys, 2);
    run();
}

/* K-266, HO-042: the headers of what goes sealed are asked for in their order, no key with them. */
static void what_goes_sealed_is_asked_for_together(void **state)
{
    (void)state;
    run(); /* the excerpt, the sealed one and the whole one: each alone */
    assert_int_equal(kit.row_count, 1);
    kit_sh(&kit, "rm -rf carrier.zip");
    kit_goes_sealed(&kit);
    run();
    assert_int_equal(kit.row_count, 1); /* of the last */
    uint16_t last = kit.row[0];
    kit_sh(&kit, "rm -rf carrier.zip");
    kit.keys = 0;
    kit.key_fails = 1;
    struct asv_err err;
    assert_int_equal(run_wrong(&err), ASV_E_DENIED);
    assert_int_equal(kit.row_count, KIT_CLIPS);
    assert_true(kit.row[KIT_CLIPS - 1] == last && kit.row[0] != kit.row[1] && kit.row[1] != last);
}

/* HO-040: what was finished is not asked for again, neither with another one. */
static void what_was_finished_is_not_asked_for(void **state)
{
    struct asv_err err;
    (void)state;
    kit_goes_sealed(&kit);
    kit.kill_at_clip = KIT_CLIPS;
    run_killed();
    kit.kill_at_clip = 0;
    kit.key_fails = 1;
    assert_int_equal(run_wrong(&err), ASV_E_DENIED);
    assert_int_equal(kit.row_count, 1);
    uint16_t left = kit.row[0];
    run();
    assert_int_equal(kit.keys, 2);
    assert_int_equal(kit.row[0], left); /* the last one */
}

static enum asv_status bad_facts(void *ctx, const struct asv_build_said *said, char **text, size_t *len,
                                 struct asv_err *err)
{
    (void)ctx;
    (void)said;
    (void)err;
    *text = strdup("{\"format\": 2}");
    *len = strlen(*text);
    return ASV_OK;
}

/* HO-043: what the documents' process says is heard. */
static void what_is_wrong_with_the_documents_is_told(void **state)
{
    struct asv_err err;
    (void)state;
    kit.ops.facts = bad_facts;
    assert_int_equal(run_wrong(&err), ASV_E_UNSUPPORTED);
    assert_non_null(strstr(err.text, "facts: format"));
    assert_int_equal(faccessat(kit.dir, ASV_BUILD_CARRIER, F_OK, 0), -1);
}

/* HO-044 */
static void one_process_makes_it(void **state)
{
    struct asv_err err;
    int other = open(kit.out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void)state;
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(run_wrong(&err), ASV_E_BUSY);
    close(other);
    run();
}

/* HO-045: a full disk is told, and what there is of it is gone on with. */
static void a_full_disk_is_told(void **state)
{
    struct rlimit before;
    struct asv_err err;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {700000, before.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_not_equal(run_wrong(&err), ASV_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(faccessat(kit.dir, ASV_BUILD_CARRIER, F_OK, 0), -1);
    run();
}

/* HO-030: LAW H3. */
static void a_recording_that_changed_is_named(void **state)
{
    struct asv_err err;
    (void)state;
    asv_test_in_vault_flip(&kit.it, "payload", 70000);
    assert_int_equal(run_wrong(&err), ASV_E_DIGEST);
    assert_non_null(strstr(err.text, "piece 1 is not what the camera signed"));
    asv_test_in_vault_flip(&kit.it, "payload", 70000);
    run();
}

int main(void)
{
    static uint8_t carrier = ASV_PLAN_CARRIER;
    static uint8_t filing = ASV_PLAN_FILING;
    static uint8_t both = ASV_PLAN_CARRIER | ASV_PLAN_FILING;
#define TEST(name, outputs) cmocka_unit_test_prestate_setup_teardown(name, set_up, tear_down, &(outputs))
    const struct CMUnitTest tests[] = {
        TEST(stock_tools_read_the_carrier, both),
        TEST(a_filing_is_flat_and_signed, filing),
        TEST(without_the_original_an_excerpt_goes_alone, both),
        TEST(the_same_hand_over_gives_the_same_bytes, carrier),
        TEST(who_was_killed_goes_on, carrier),
        cmocka_unit_test_setup_teardown(what_was_finished_is_not_read_again, set_up_large, tear_down),
        TEST(facts_are_those_of_what_is_made, carrier),
        TEST(facts_are_those_of_what_is_made, filing),
        TEST(another_program_makes_it_anew, carrier),
        TEST(who_is_told_to_end_ends, carrier),
        TEST(what_the_keeper_refuses_ends_it, carrier),
        TEST(what_goes_sealed_is_asked_for_together, carrier),
        cmocka_unit_test_setup_teardown(what_was_finished_is_not_asked_for, set_up_large, tear_down),
        TEST(what_is_wrong_with_the_documents_is_told, carrier),
        TEST(one_process_makes_it, carrier),
        TEST(a_full_disk_is_told, carrier),
        TEST(a_recording_that_changed_is_named, carrier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
