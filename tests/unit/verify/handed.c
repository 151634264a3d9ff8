/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What was handed over, good and damaged: each damage has its first fault. The ZIP's own are in
 * tests/unit/package/damage.c. */
#include "server/verify/handed_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/crypto/cades.h"
#include "firmware-proto/seal/link.h"
#include "firmware-proto/trust/ruling.h"
#include "server/base/hex.h"
#include "server/handover/extract.h"
#include "server/handover/file_id.h"
#include "tests/support/files.h"
#include "tests/support/handover_package.h"
#include "tests/support/ledger.h"
#include "tests/support/samples.h"
#include "tests/unit/test.h"

#define DOCK ASV_TEST_HANDOVER_DOCK

static struct asv_test_handover good, it;
static char directory[512], carrier[600], root[600], agency_id[2 * ASV_SHA256_BYTES + 1], ledger[600],
    identity[600];
static struct asv_handed_fault fault;

static int set_up(void **state)
{
    (void)state;
    if (access("/dev/shm", W_OK) == 0) { /* a package's writer waits for the medium, and there are many */
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 1), 0);
    }
    asv_test_make_directory(directory, sizeof directory);
    (void)snprintf(carrier, sizeof carrier, "%s/carrier.zip", directory);
    (void)snprintf(root, sizeof root, "%s/root.cert", directory);
    asv_hex_encode(agency_id, asv_samples()->agency.id, sizeof asv_samples()->agency.id);
    (void)snprintf(ledger, sizeof ledger, "%s/ledger.trust", directory);
    (void)snprintf(identity, sizeof identity, "%s/identity", directory);
    asv_test_handover_make(&good);
    asv_test_handover_anchors(&good, directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_handover_free(&good);
    asv_test_remove_directory(directory);
    return 0;
}

static enum asv_handed_verdict verify(const struct asv_verify_handed *what)
{
    enum asv_handed_verdict verdict = ASV_HANDED_INVALID;
    struct asv_err err = {0};
    enum asv_status status = asv_verify_handed(what, &verdict, &fault, &err);
    if (status != ASV_OK) {
        print_message("%s: %s\n", asv_status_name(status), err.text);
    }
    assert_int_equal(status, ASV_OK);
    return verdict;
}

static struct asv_verify_handed all_of_it(void)
{
    return (struct asv_verify_handed){.path = carrier, .root = root, .identity = identity};
}

static const struct asv_verify_handed *prepare(void (*change)(void), void (*late)(void))
{
    static struct asv_verify_handed what;
    asv_test_handover_copy(&it, &good);
    what = all_of_it();
    if (change != NULL) {
        change();
    }
    asv_test_handover_list(&it);
    if (late != NULL) {
        late();
    }
    asv_test_handover_write(&it, directory, "carrier.zip");
    return &what;
}

/* ---- changes ---- */

static struct asv_test_handover_file *file_of(const char *name)
{
    struct asv_test_handover_file *file = asv_test_handover_find(&it, name);
    assert_non_null(file);
    return file;
}

static void flip(const char *name, long at)
{
    struct asv_test_handover_file *file = file_of(name);
    file->data[at >= 0 ? (size_t)at : file->len - (size_t)-at] ^= 1;
}

static void garbage(const char *name)
{
    asv_test_handover_put(&it, name, "garbage", 7);
}

static void instead(const char *name, const char *other)
{
    const struct asv_test_handover_file *file = file_of(other);
    asv_test_handover_put(&it, name, file->data, file->len);
}

static json_t *clip_of(size_t i)
{
    return json_array_get(json_object_get(it.facts, "clips"), i);
}

static json_t *event_of(size_t clip, size_t i)
{
    return json_array_get(json_object_get(clip_of(clip), "custody"), i);
}

static void set(json_t *object, const char *key, json_t *value)
{
    assert_non_null(object);
    assert_int_equal(json_object_set_new(object, key, value), 0);
}

static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

#define MADE_MS   INT64_C(1767679200000) /* as the facts say */
#define SIGNED_MS (INT64_C(1000) * ASV_TEST_HANDOVER_SIGNED_S)

#define CHANGE(name, ...)  \
    static void name(void) \
    {                      \
        __VA_ARGS__;       \
    }

/* the facts */
CHANGE(facts_are_no_json, garbage("facts.json"))
CHANGE(facts_are_elsewhere, asv_test_handover_put(&it, "tatsachen.json", "{}", 2))
CHANGE(facts_say_more, set(it.facts, "colour", json_string("red")))
CHANGE(facts_of_another_format, set(it.facts, "format", json_integer(2)))
CHANGE(facts_of_a_filing, set(it.facts, "output", json_string("filing")))
CHANGE(facts_by_another_name,
       set(json_array_get(json_object_get(it.facts, "documents"), 5), "name", json_string("Angaben.json")))
CHANGE(facts_of_another_agency, set(json_object_get(it.facts, "agency"), "agency", json_string(zeros)))
CHANGE(another_signer_is_named,
       json_t *one = json_deep_copy(json_array_get(json_object_get(it.facts, "certificates"), 0));
       set(one, "role", json_string("package"));
       json_array_append_new(json_object_get(it.facts, "certificates"), one))
CHANGE(facts_without_a_case, json_object_del(json_object_get(it.facts, "incident"), "case_number"))
CHANGE(a_recording_twice, set(clip_of(1), "clip", json_incref(json_object_get(clip_of(0), "clip"))))
CHANGE(facts_with_an_order_for_a_terminal,
       set(json_object_get(it.facts, "incident"), "offence", json_string("\x1b[2J")))

/* files */
CHANGE(a_file_left_out, asv_test_handover_remove(&it, "trust/revocations"))
CHANGE(a_file_changed, flip("ledger/trust", 0))
CHANGE(a_file_longer, asv_test_handover_put(&it, "external/LIESMICH.txt", "hierher, bitte\n", 15))
CHANGE(a_file_nobody_names, garbage("ledger/notes"))
CHANGE(a_file_of_no_kind, garbage("notes.txt"))
CHANGE(a_file_deep_in_the_ledger, garbage("ledger/sub/entry"))
CHANGE(a_file_of_no_recording, garbage("recordings/005/seal"))
CHANGE(a_file_of_a_number_otherwise_written, garbage("recordings/1/seal"))
CHANGE(a_key_that_nobody_gave, asv_test_handover_put(&it, "recordings/002/file.key", "00", 2))
CHANGE(stanzas_that_never_leave, garbage("recordings/001/stanzas"))
CHANGE(a_program, garbage("asservat-verify.exe"))
CHANGE(a_program_elsewhere, garbage("external/asservat-verify.exe"))
CHANGE(a_program_as_a_letter, struct asv_test_handover_file *letter = file_of("Anschreiben.pdf");
       json_t *said = json_array_get(json_object_get(it.facts, "documents"), 0);
       (void)snprintf(letter->name, sizeof letter->name, "asservat-verify.exe");
       set(said, "name", json_string("asservat-verify.exe"));
       set(said, "signature", json_string("asservat-verify.exe.p7s")))
CHANGE(a_certificate_of_no_kind, garbage("trust/other.pem"))
CHANGE(a_file_named_twice, json_array_append(json_object_get(it.facts, "files"),
                                             json_array_get(json_object_get(it.facts, "files"), 0)))
CHANGE(a_part_named_elsewhere,
       set(json_object_get(clip_of(0), "seal"), "name", json_string("recordings/002/seal")))
CHANGE(recordings_in_another_order, json_t *clips = json_object_get(it.facts, "clips");
       json_t *first = json_incref(clip_of(0)); json_array_remove(clips, 0);
       json_array_append_new(clips, first))

/* documents */
CHANGE(a_letter_without_a_signature, file_of("Anschreiben.pdf")->is_signed = false)
CHANGE(a_letter_that_names_none, file_of("Anschreiben.pdf")->is_signed = false;
       json_object_del(json_array_get(json_object_get(it.facts, "documents"), 0), "signature"))
CHANGE(facts_without_a_signature, char *text = json_dumps(it.facts, 0);
       asv_test_handover_put(&it, "facts.json", text, strlen(text)); free(text))
CHANGE(another_signature_is_named, set(json_array_get(json_object_get(it.facts, "documents"), 0), "signature",
                                       json_string("facts.json.p7s")))

/* trust */
CHANGE(root_of_another_agency, static struct asv_test_agency other; asv_test_agency_init(&other, 9);
       asv_test_handover_put(&it, "trust/root.cert", other.root.cert.object.encoded.data,
                             other.root.cert.object.encoded.len))
CHANGE(root_is_no_root,
       asv_test_handover_put(&it, "trust/root.cert", asv_samples()->agency.ca.cert.object.encoded.data,
                             asv_samples()->agency.ca.cert.object.encoded.len))
CHANGE(root_is_garbage, garbage("trust/root.cert"))
CHANGE(root_is_missing, asv_test_handover_remove(&it, "trust/root.cert"))
CHANGE(list_is_garbage, garbage("trust/revocations"))
CHANGE(list_is_changed, flip("trust/revocations", -1))
CHANGE(dock_is_garbage, garbage("trust/docks/" DOCK ".chain"))
CHANGE(dock_is_a_camera, instead("trust/docks/" DOCK ".chain", "recordings/001/chain"))
CHANGE(package_is_garbage, garbage("trust/package.pem"))
CHANGE(package_is_another, flip("trust/package.pem", 100))
CHANGE(package_is_missing, asv_test_handover_remove(&it, "trust/package.pem"))

/* What the agency certified, otherwise. */
static const char package_chain[] = "trust/package.chain", ledger_chain[] = "trust/ledger.chain";

static const char *chain_of(uint8_t role)
{
    return role == ASV_ROLE_LEDGER ? ledger_chain : package_chain;
}

static void certify(const struct asv_cert *cert, const struct asv_test_identity *ca)
{
    uint8_t data[ASV_CHAIN_MAX_BYTES];
    size_t len = asv_test_certify(data, cert, ca);
    asv_test_handover_put(&it, chain_of(cert->role), data, len);
}

/* The facts name the one that lies there now. */
static void name_again(size_t i, const char *name)
{
    json_t *said = json_array_get(json_object_get(it.facts, "certificates"), i);
    const struct asv_test_handover_file *file = file_of(name);
    struct asv_chain chain;
    uint8_t digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    assert_int_equal(asv_chain_decode(&chain, file->data, file->len, NULL), ASV_OK);
    asv_cert_digest(digest, &chain.leaf);
    asv_hex_encode(hex, digest, sizeof digest);
    set(said, "digest", json_string(hex));
    asv_hex_encode(hex, chain.leaf.serial, sizeof chain.leaf.serial);
    set(said, "serial", json_string(hex));
}

static void certified_until(uint8_t role, int64_t until_ms)
{
    struct asv_cert cert = asv_test_handover_certified(role);
    cert.not_after_ms = until_ms;
    certify(&cert, &asv_samples()->agency.ca);
}

static void certified_elsewhere(uint8_t role)
{
    static struct asv_test_agency other;
    const struct asv_cert cert = asv_test_handover_certified(role);
    asv_test_agency_init(&other, 9);
    certify(&cert, &other.ca);
}

/* A list of the agency that revokes one certificate. */
static struct asv_bytes list_of(const struct asv_test_agency *agency, uint64_t number, uint8_t role)
{
    static uint8_t data[4096];
    const struct asv_cert cert = asv_test_handover_certified(role);
    struct asv_revocations list = {
        .number = number, .issued_ms = ASV_TEST_NOW_MS, .signer = agency->ca.cert, .count = 1};
    struct asv_writer writer;
    list.serials = cert.serial;
    memcpy(list.agency, agency->id, sizeof list.agency);
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_revocations_encode(&writer, &list, agency->ca.sk), ASV_OK);
    return (struct asv_bytes){data, writer.len};
}

#define NEWEST 9

static void revoked(uint8_t role)
{
    const struct asv_bytes list = list_of(&asv_samples()->agency, NEWEST, role);
    asv_test_handover_put(&it, "trust/revocations", list.data, list.len);
}
CHANGE(signer_is_garbage, garbage(package_chain))
CHANGE(signer_is_not_certified, asv_test_handover_remove(&it, package_chain))
CHANGE(signer_of_another_agency, certified_elsewhere(ASV_ROLE_PACKAGE))
CHANGE(signer_certified_too_long_ago, certified_until(ASV_ROLE_PACKAGE, SIGNED_MS))
CHANGE(signer_is_revoked, revoked(ASV_ROLE_PACKAGE))
CHANGE(signer_is_a_ledger, instead(package_chain, ledger_chain))
CHANGE(signer_is_another, struct asv_cert cert = asv_test_handover_certified(ASV_ROLE_PACKAGE);
       cert.x509[0]++; certify(&cert, &asv_samples()->agency.ca))
CHANGE(signer_is_a_device, asv_test_handover_put(&it, package_chain, asv_samples()->agency.dock.chain_data,
                                                 asv_samples()->agency.dock.chain.encoded.len))
CHANGE(signer_is_changed, flip(package_chain, 60))
CHANGE(ledger_is_garbage, garbage(ledger_chain))
CHANGE(ledger_is_not_certified, asv_test_handover_remove(&it, ledger_chain))
CHANGE(ledger_of_another_agency, certified_elsewhere(ASV_ROLE_LEDGER))
CHANGE(ledger_certified_too_long_ago, certified_until(ASV_ROLE_LEDGER, MADE_MS))
CHANGE(ledger_is_revoked, revoked(ASV_ROLE_LEDGER))
CHANGE(ledger_is_a_signer, instead(ledger_chain, package_chain))
CHANGE(ledger_is_another, struct asv_cert cert = asv_test_handover_certified(ASV_ROLE_LEDGER);
       cert.signing_pk[0]++; certify(&cert, &asv_samples()->agency.ca); name_again(6, ledger_chain))
/* HO-121: each signature counts, not the package's alone. */
CHANGE(a_letter_was_signed_later, certified_until(ASV_ROLE_PACKAGE, SIGNED_MS + 1);
       it.documents_s = SIGNED_MS / 1000 + 1)
CHANGE(nobody_says_whose_heads_they_are, asv_test_handover_remove(&it, "ledger/trust"))

/* the plan */
static void again(void)
{
    asv_test_handover_plan_it(&it);
    asv_test_handover_decide(&it, &it.exporter, &it.supervisor);
}
CHANGE(plan_is_garbage, garbage("plan"))
CHANGE(plan_is_longer, struct asv_test_handover_file *plan = file_of("plan"); uint8_t data[2048] = {0};
       memcpy(data, plan->data, plan->len); asv_test_handover_put(&it, "plan", data, plan->len + 1))
CHANGE(a_part_that_is_all_of_it, set(it.facts, "part", json_pack("{s:i,s:i}", "number", 1, "of", 2)))
CHANGE(a_part_that_does_not_say_so, it.plan_clips[4] = it.plan_clips[1]; it.plan_clips[4].header[0]++;
       it.plan.clip_count++; again())
CHANGE(plan_is_missing, asv_test_handover_remove(&it, "plan"))
CHANGE(plan_of_another_case, it.plan.case_number.len--; again())
CHANGE(plan_of_another_incident, it.plan.incident[0]++; again())
CHANGE(plan_of_another_handover, it.plan.id[0]++; again())
CHANGE(plan_of_a_filing, it.plan.outputs = ASV_PLAN_FILING; again())
CHANGE(plan_with_a_password, it.plan.protection = ASV_PLAN_ZIP; again())
CHANGE(plan_for_another_key, it.plan.recipients[1].key[0]++; again())
CHANGE(plan_for_another_name, it.plan.recipients[1].name.len -= 2; again())
CHANGE(plan_for_one_more, it.plan.recipients[2] = it.plan.recipients[1]; it.plan.recipients[2].key[0]++;
       it.plan.recipient_count++; again())
CHANGE(plan_for_one_less, it.plan.recipient_count--; again())
CHANGE(plan_of_another_form, it.plan_clips[1].form = ASV_PLAN_WHOLE; again())
CHANGE(plan_of_an_excerpt, it.plan_clips[0].form = ASV_PLAN_EXCERPT; it.plan_clips[0].until_ms = 1000;
       again())
CHANGE(plan_of_another_recording, it.plan_clips[1].header[0]++; again())
CHANGE(plan_of_one_recording, it.plan.clip_count = 1; again())

/* the decision */
CHANGE(nobody_proposed, asv_test_handover_remove(&it, "plan.proposal"))
CHANGE(nobody_approved, asv_test_handover_remove(&it, "plan.approval"))
CHANGE(approval_is_the_proposal, instead("plan.approval", "plan.proposal"))
CHANGE(proposal_is_garbage, garbage("plan.proposal"))
CHANGE(approval_is_too_long, static const uint8_t data[ASV_STATEMENT_MAX_BYTES + 1];
       asv_test_handover_put(&it, "plan.approval", data, sizeof data))
CHANGE(signature_is_changed, flip("plan.proposal", -1))
CHANGE(a_stranger_approves, asv_test_handover_decide(&it, &it.exporter, &it.stranger))
CHANGE(a_stranger_proposes, asv_test_handover_decide(&it, &it.stranger, &it.supervisor))
CHANGE(one_person_decides, asv_test_handover_decide(&it, &it.supervisor, &it.supervisor))
CHANGE(an_exporter_approves, asv_test_handover_decide(&it, &it.supervisor, &it.exporter))
CHANGE(the_plan_came_later, it.plan.outputs |= ASV_PLAN_FILING; asv_test_handover_plan_it(&it))
CHANGE(nobody_is_enrolled, asv_test_handover_remove(&it, "ledger/enrolled"))
CHANGE(enrolled_is_garbage, garbage("ledger/enrolled"))
CHANGE(enrolled_is_changed, flip("ledger/enrolled", -20))
CHANGE(another_proposer_is_named,
       set(json_object_get(it.facts, "requested"), "name", json_string("Elke Exner")))
CHANGE(another_reason_is_named, set(json_object_get(it.facts, "approved"), "reason", json_string("So.")))
CHANGE(another_hour_is_named,
       set(json_object_get(it.facts, "approved"), "at", json_string("2026-01-05T07:00:00.000Z")))
CHANGE(another_statement_is_named,
       set(json_object_get(it.facts, "requested"), "statement", json_string(zeros)))

/* when */
CHANGE(made_before_it_was_approved, set(it.facts, "made_at", json_string("2026-01-05T05:57:59.999Z")))
CHANGE(made_behind_its_signatures, set(it.facts, "made_at", json_string("2026-11-30T02:42:01.000Z")))
CHANGE(signed_before_it_was_made, set(it.facts, "made_at", json_string("2026-11-30T00:00:00.000Z"));
       it.documents_s = INT64_C(1795989600) /* the same day, but for 22:00 before */)

/* recordings */
CHANGE(seal_is_changed, flip("recordings/001/seal", -200))
CHANGE(seal_is_cut, file_of("recordings/001/seal")->len -= 40)
CHANGE(seal_is_longer, struct asv_test_handover_file *seal = file_of("recordings/002/seal");
       uint8_t data[8192] = {0}; memcpy(data, seal->data, seal->len);
       asv_test_handover_put(&it, "recordings/002/seal", data, seal->len + 1))
CHANGE(seal_of_the_other_one, instead("recordings/001/seal", "recordings/002/seal"))
CHANGE(chain_is_missing, asv_test_handover_remove(&it, "recordings/001/chain"))
CHANGE(chain_is_changed, flip("recordings/001/chain", -1))
CHANGE(commit_is_missing, asv_test_handover_remove(&it, "recordings/001/commit"))
CHANGE(link_is_missing, asv_test_handover_remove(&it, "recordings/001/link"))
CHANGE(link_is_changed, flip("recordings/001/link", 20))
CHANGE(commit_is_changed, flip("recordings/001/commit", -1))
CHANGE(commit_of_the_other_one, instead("recordings/001/commit", "recordings/002/commit"))
CHANGE(receipt_is_changed, flip("recordings/001/receipt", -1))
CHANGE(receipt_of_the_other_one, instead("recordings/001/receipt", "recordings/002/receipt"))
CHANGE(tail_is_changed, flip("recordings/002/tail", 0))
CHANGE(tail_is_missing, asv_test_handover_remove(&it, "recordings/002/tail"))
CHANGE(tail_of_a_whole_one, garbage("recordings/001/tail"))
CHANGE(a_piece_is_changed, flip("recordings/001/sealed.age", -70000))
CHANGE(a_piece_is_missing, file_of("recordings/001/sealed.age")->len -= 65552)
CHANGE(the_last_piece_is_changed, flip("recordings/001/sealed.age", -1))
CHANGE(the_cut_ones_last_is_changed, flip("recordings/002/sealed.age", -1))
CHANGE(the_nonce_is_changed, flip("recordings/001/sealed.age", -(2 * 65552 + 24 + 1)))
CHANGE(the_header_is_none, flip("recordings/001/sealed.age", 0))
CHANGE(the_age_file_is_cut, file_of("recordings/001/sealed.age")->len = 60)
CHANGE(sealed_for_one_alone, it.plan.recipient_count = 1; asv_test_handover_seal(&it, 0);
       it.plan.recipient_count = 2)
CHANGE(sealed_for_others, memset(it.plan.recipients[0].key, 0x55, 32); asv_test_handover_seal(&it, 1))
CHANGE(sealed_under_another_mac, flip("recordings/002/sealed.age", 19 + 2 * 98 + 10))
CHANGE(playable_is_missing, asv_test_handover_remove(&it, "recordings/001/playable.mp4");
       json_object_del(clip_of(0), "playable"))
CHANGE(playable_is_changed, flip("recordings/001/playable.mp4", 70000))
CHANGE(playable_is_changed_at_its_end, flip("recordings/001/playable.mp4", -1))
CHANGE(playable_is_cut, file_of("recordings/001/playable.mp4")->len--)
CHANGE(playable_without_its_padding, file_of("recordings/001/playable.mp4")->len -= 8)
CHANGE(key_is_missing, asv_test_handover_remove(&it, "recordings/001/file.key"))
CHANGE(key_is_another, flip("recordings/001/file.key", 0))
CHANGE(key_is_no_number, file_of("recordings/001/file.key")->data[3] = 'x')
CHANGE(key_is_longer, asv_test_handover_put(&it, "recordings/001/file.key", zeros, 64))

CHANGE(excerpt_is_changed, flip("recordings/003/excerpt.mp4", -5000))
CHANGE(excerpt_is_cut, file_of("recordings/003/excerpt.mp4")->len--)
CHANGE(excerpt_is_a_film, instead("recordings/003/excerpt.mp4", "recordings/001/playable.mp4"))
CHANGE(excerpt_begins_otherwise, flip("recordings/003/excerpt.mp4", 8))
CHANGE(proof_is_changed, flip("recordings/003/excerpt.proof", -1))
CHANGE(proof_is_garbage, garbage("recordings/003/excerpt.proof"))
CHANGE(proof_is_missing, asv_test_handover_remove(&it, "recordings/003/excerpt.proof"))
CHANGE(excerpt_with_a_key, asv_test_handover_put(&it, "recordings/003/file.key", zeros, 33))
CHANGE(excerpt_of_another_range, it.plan_clips[2].until_ms = 3500; again(); asv_test_handover_log(&it))
CHANGE(excerpt_said_to_begin_later,
       set(json_object_get(clip_of(2), "excerpt"), "from_ms", json_integer(1001)))
CHANGE(excerpt_said_to_end_earlier,
       set(json_object_get(clip_of(2), "excerpt"), "until_ms", json_integer(1900)))
CHANGE(nothing_said_to_lie_beside_it,
       set(json_object_get(clip_of(2), "excerpt"), "edge_bytes", json_integer(0)))
CHANGE(nothing_said_to_be_left_out, set(json_object_get(clip_of(2), "excerpt"), "left_out", json_array()))

/* an excerpt without its original */
static void third_without(void)
{
    asv_test_handover_remove(&it, "recordings/003/sealed.age");
    json_object_del(clip_of(2), "sealed");
}
CHANGE(original_that_nobody_decided_on, asv_test_handover_seal(&it, 3))
CHANGE(original_under_no_name, garbage("recordings/004/sealed.age");
       set(clip_of(3), "sealed", json_incref(json_object_get(clip_of(2), "sealed"))))
CHANGE(original_left_out, third_without())
CHANGE(original_left_out_alone, asv_test_handover_remove(&it, "recordings/003/sealed.age"))
CHANGE(original_of_a_whole_one_left_out, asv_test_handover_remove(&it, "recordings/001/sealed.age");
       json_object_del(clip_of(0), "sealed"))
CHANGE(plan_without_the_original, it.plan_clips[2].form = ASV_PLAN_EXCERPT_ONLY; again())
CHANGE(without_it_a_key, asv_test_handover_put(&it, "recordings/004/file.key", zeros, 33))
CHANGE(without_it_a_tail, garbage("recordings/004/tail"))
CHANGE(without_it_a_film, instead("recordings/004/playable.mp4", "recordings/001/playable.mp4"))
CHANGE(without_it_stanzas, garbage("recordings/004/stanzas"))
CHANGE(without_it_no_excerpt, asv_test_handover_remove(&it, "recordings/004/excerpt.mp4");
       json_object_del(clip_of(3), "excerpt"))
CHANGE(without_it_no_proof, asv_test_handover_remove(&it, "recordings/004/excerpt.proof"))
CHANGE(without_it_no_commit, asv_test_handover_remove(&it, "recordings/004/commit"))
CHANGE(without_it_another_seal, instead("recordings/004/seal", "recordings/003/seal"))
CHANGE(without_it_a_shorter_seal, file_of("recordings/004/seal")->len -= 40)
CHANGE(without_it_a_changed_seal, flip("recordings/004/seal", -200))
CHANGE(without_it_a_changed_commit, flip("recordings/004/commit", -1))
CHANGE(without_it_another_commit, instead("recordings/004/commit", "recordings/002/commit"))
CHANGE(without_it_another_receipt, instead("recordings/004/receipt", "recordings/002/receipt"))
CHANGE(without_it_a_changed_excerpt, flip("recordings/004/excerpt.mp4", -5000))
CHANGE(without_it_the_other_proof, instead("recordings/004/excerpt.proof", "recordings/003/excerpt.proof"))
CHANGE(without_it_said_to_be_valid, set(clip_of(3), "tail_bytes", json_integer(0));
       set(clip_of(3), "integrity", json_string("VALID")))
CHANGE(without_it_said_to_have_no_tail, set(clip_of(3), "tail_bytes", json_integer(0)))
CHANGE(without_it_said_to_show_more,
       set(json_object_get(clip_of(3), "excerpt"), "until_ms", json_integer(2500)))

/* the ledger */
CHANGE(an_entry_is_changed, flip("ledger/0000000003.entry", -1))
CHANGE(an_entry_is_gone, asv_test_handover_remove(&it, "ledger/0000000003.entry"))
CHANGE(a_proof_is_changed, flip("ledger/0000000004.tlog-proof", -60))
CHANGE(a_proof_is_gone, asv_test_handover_remove(&it, "ledger/0000000005.tlog-proof"))
CHANGE(what_is_opened_is_changed, flip("ledger/0000000003.opened", -10))
CHANGE(an_event_is_left_out, asv_test_handover_remove(&it, "ledger/0000000003.entry");
       asv_test_handover_remove(&it, "ledger/0000000003.tlog-proof");
       asv_test_handover_remove(&it, "ledger/0000000003.opened"))
CHANGE(an_event_is_added, json_t *event = json_deep_copy(event_of(0, 0));
       set(event, "event", json_string("0197a3c0-0000-4000-8000-000000000001"));
       json_array_append_new(json_object_get(clip_of(0), "custody"), event))
CHANGE(an_event_of_another_kind, set(event_of(0, 1), "kind", json_string("opened")))
CHANGE(an_event_elsewhere, set(event_of(0, 1), "leaf", json_integer(3)))
CHANGE(an_event_of_another_log, set(event_of(0, 1), "log", json_integer(2)))
CHANGE(an_event_at_another_hour, set(event_of(1, 0), "recorded_at", json_string("2026-01-05T06:00:00.000Z")))
CHANGE(an_event_of_another_instant, set(event_of(1, 0), "at", json_string("2026-01-05T05:00:00.000Z")))
CHANGE(an_event_of_another_object, set(event_of(1, 1), "object_digest", json_string(zeros)))
CHANGE(an_event_of_the_other_recording, json_t *event = json_incref(event_of(1, 1));
       json_array_remove(json_object_get(clip_of(1), "custody"), 1);
       json_array_append_new(json_object_get(clip_of(0), "custody"), event))
CHANGE(an_event_of_another_name, it.entries[1].recording = 2; asv_test_handover_log(&it))
CHANGE(a_commit_of_another_name, struct asv_test_handover_entry *entry = &it.entries[it.entry_count++];
       *entry = it.entries[0]; entry->recording = 9; memset(entry->id, 0x11, 16); asv_test_handover_log(&it))
CHANGE(a_commit_of_the_other_recording, json_t *event = json_incref(event_of(1, 0));
       json_array_remove(json_object_get(clip_of(1), "custody"), 0);
       json_array_append_new(json_object_get(clip_of(0), "custody"), event))
CHANGE(an_event_of_another_actor, set(event_of(0, 1), "actor", json_string(zeros)))
/* HO-139 */
#define ANNOUNCED 32 /* which nobody needs sign */
CHANGE(an_event_of_nobody, json_object_del(event_of(0, 1), "actor"))
CHANGE(an_event_of_no_instant, json_object_del(event_of(0, 1), "at"))
CHANGE(an_event_that_nobody_signed, it.entries[1].kind = ANNOUNCED; memset(it.entries[1].object, 0, 32);
       asv_test_handover_log(&it); json_object_del(event_of(0, 1), "object_digest"))
CHANGE(an_event_said_to_be_unsigned, set(event_of(0, 1), "signed", json_false()))
CHANGE(a_recording_of_no_time, json_object_del(clip_of(0), "started_at"))
CHANGE(a_recording_without_a_bound, json_object_del(clip_of(0), "earliest_at"))
CHANGE(an_event_of_other_words, set(event_of(0, 1), "detail", json_string("Dock 1, Fach 4")))
static json_t *cosignature(void)
{
    const json_t *log = json_array_get(json_object_get(it.facts, "logs"), 0);
    return json_array_get(json_object_get(log, "cosignatures"), 0);
}
CHANGE(a_witness_who_saw_nothing,
       set(cosignature(), "witness", json_string(asv_test_note_key(ASV_TEST_CITY)->name)))
CHANGE(a_witness_who_saw_it_earlier,
       set(cosignature(), "cosigned_at", json_string("2026-01-05T06:29:59.000Z")))
CHANGE(a_witness_whom_nobody_knows, set(cosignature(), "witness", json_string("witness.example")))
CHANGE(the_dock_was_not_yet, asv_test_handover_commit_early(&it, 0))
CHANGE(a_clock_that_nobody_measured, asv_test_handover_commit_clockless(&it, 0);
       set(clip_of(0), "clock_uncertainty_ms", json_integer(5)))
CHANGE(a_film_that_is_too_short, it.plan_clips[2].from_ms = 2000; it.plan_clips[2].until_ms = 4000;
       asv_test_handover_cut_out(&it, 2); again(); asv_test_handover_log(&it);
       set(clip_of(2), "duration_ms", json_integer(3000));
       set(json_object_get(clip_of(2), "excerpt"), "until_ms", json_integer(3000)))

/* certificates and revocations: root, issuer, camera, dock */
static json_t *certificate_of(size_t i)
{
    return json_array_get(json_object_get(it.facts, "certificates"), i);
}
CHANGE(a_certificate_of_another_serial, set(certificate_of(2), "serial", json_string("01")))
CHANGE(a_certificate_of_another_role, set(certificate_of(3), "role", json_string("keeper")))
CHANGE(a_certificate_for_longer, set(certificate_of(3), "not_after", json_string("2096-01-01T00:00:00.000Z")))
CHANGE(a_certificate_of_another_name, set(certificate_of(3), "name", json_string("Dock 9")))
CHANGE(a_signer_of_another_name, set(certificate_of(4), "name", json_string("Stadt Essen")))
CHANGE(a_signer_for_longer, set(certificate_of(4), "not_after", json_string("2196-01-01T00:00:00.000Z")))
CHANGE(the_signer_is_not_named, json_array_remove(json_object_get(it.facts, "certificates"), 4))
CHANGE(who_certified_it_is_not_named, json_array_remove(json_object_get(it.facts, "certificates"), 5))
CHANGE(the_ledger_is_not_named, json_array_remove(json_object_get(it.facts, "certificates"), 6))
CHANGE(the_issuer_is_not_named, json_array_remove(json_object_get(it.facts, "certificates"), 1))
CHANGE(the_ledger_is_named_a_keeper, set(certificate_of(6), "role", json_string("keeper")))
CHANGE(another_root_is_named, set(certificate_of(0), "digest", json_string(zeros)))
CHANGE(another_list_is_named, set(json_object_get(it.facts, "revocations"), "number", json_integer(77)))
CHANGE(an_older_list_is_named,
       set(json_object_get(it.facts, "revocations"), "at", json_string("2020-01-01T00:00:00.000Z")))
CHANGE(nobody_is_named_as_revoked, set(json_object_get(it.facts, "revocations"), "serials", json_array()))
CHANGE(no_list_is_named, json_object_del(it.facts, "revocations"))
CHANGE(a_list_is_named_alone, asv_test_handover_remove(&it, "trust/revocations"))

/* markers */
static json_t *markers_of(size_t clip)
{
    return json_object_get(clip_of(clip), "markers");
}
CHANGE(a_marker_is_left_out, json_array_remove(markers_of(0), json_array_size(markers_of(0)) - 1))
CHANGE(a_marker_is_added,
       json_array_append_new(markers_of(2), json_deep_copy(json_array_get(markers_of(0), 0))))
CHANGE(a_marker_of_another_kind, set(json_array_get(markers_of(0), 0), "kind", json_string("announced")))
CHANGE(a_marker_at_another_hour,
       set(json_array_get(markers_of(0), 0), "at", json_string("2026-01-05T05:00:00.000Z")))
CHANGE(a_marker_elsewhere_in_the_film,
       set(json_array_get(markers_of(0), 0), "media_ms", json_integer(86399999)))
CHANGE(a_marker_of_no_place, json_object_del(json_array_get(markers_of(0), 0), "media_ms"))
CHANGE(another_head_is_named,
       set(json_array_get(json_object_get(it.facts, "logs"), 0), "root", json_string(zeros)))
CHANGE(an_entry_about_others, struct asv_test_handover_entry *entry = &it.entries[it.entry_count++];
       *entry = it.entries[0]; memset(entry->id, 0x11, 16); memset(entry->header, 0x22, 32); entry->clip = -1;
       asv_test_handover_log(&it))
CHANGE(a_decision_about_others, struct asv_test_handover_entry *entry = &it.entries[it.entry_count++];
       *entry = it.entries[6]; memset(entry->id, 0x11, 16); entry->object[0]++; asv_test_handover_log(&it))
CHANGE(an_answer_to_others, struct asv_test_handover_entry *entry = &it.entries[it.entry_count++];
       *entry = it.entries[10]; memset(entry->id, 0x11, 16); entry->proposal[0]++; asv_test_handover_log(&it))
CHANGE(the_approval_is_not_told, it.entries[7].object[0]++;
       memcpy(it.entries[7].header, it.entries[0].header, 32); it.entries[8] = it.entries[10];
       it.entries[8].id[0]++; asv_test_handover_remove(&it, "ledger/0000000011.object");
       asv_test_handover_log(&it))
CHANGE(the_ruling_is_changed, flip("ledger/0000000011.object", -1))

/* the numbers of the camera */

static json_t *series_of(void)
{
    return json_array_get(json_object_get(it.facts, "series"), 0);
}

static json_t *number_of(size_t i)
{
    return json_array_get(json_object_get(series_of(), "numbers"), i);
}

/* Its records without that of one number, and that of the last recording with what opens it. */
static void relink(size_t without, bool opens)
{
    static uint8_t file[4096];
    const struct asv_test_handover_file *from = file_of("links/001"), *link = file_of("recordings/003/link");
    struct asv_reader reader;
    struct asv_writer writer;
    struct asv_bytes view = {0};
    asv_reader_init(&reader, from->data, from->len);
    asv_writer_init(&writer, file, sizeof file);
    for (size_t number = 1; asv_reader_left(&reader) > 0; number++) {
        assert_int_equal(asv_read_view16(&reader, &view, 1024), ASV_OK);
        if (opens && number == 3) {
            view = (struct asv_bytes){link->data, link->len};
        }
        if (number != without) {
            asv_write_u16(&writer, (uint16_t)view.len);
            asv_write_bytes(&writer, view.data, view.len);
        }
    }
    asv_test_handover_put(&it, "links/001", file, writer.len);
}

/* The camera signed two records of its third. */
static void sign_another(void)
{
    static uint8_t file[4096], record[ASV_LINK_MAX_BYTES];
    const struct asv_test_handover_file *beside = file_of("recordings/003/link"),
                                        *from = file_of("links/001");
    struct asv_reader reader;
    struct asv_writer writer, made;
    struct asv_bytes view = {0};
    struct asv_link link;
    assert_int_equal(asv_link_read(&link, NULL, beside->data, beside->len, NULL, NULL), ASV_OK);
    link.end_wall_ms--;
    asv_writer_init(&made, record, sizeof record);
    assert_int_equal(asv_link_write(&made, &link, asv_samples()->agency.camera.sk), ASV_OK);
    asv_reader_init(&reader, from->data, from->len);
    asv_writer_init(&writer, file, sizeof file);
    for (size_t number = 1; asv_reader_left(&reader) > 0; number++) {
        assert_int_equal(asv_read_view16(&reader, &view, 1024), ASV_OK);
        if (number == 3) {
            view = (struct asv_bytes){record, made.len - ASV_LINK_OPENING_BYTES};
        }
        asv_write_u16(&writer, (uint16_t)view.len);
        asv_write_bytes(&writer, view.data, view.len);
    }
    asv_test_handover_put(&it, "links/001", file, writer.len);
    set(number_of(2), "ended_at", json_string("2026-01-05T06:00:03.004Z"));
}

static void unlink_number(size_t i)
{
    set(number_of(i), "linked", json_false());
    json_object_del(number_of(i), "started_at");
    json_object_del(number_of(i), "ended_at");
}

CHANGE(a_recording_has_two_records, sign_another())
CHANGE(links_are_missing, asv_test_handover_remove(&it, "links/001"))
CHANGE(links_of_no_series, set(it.facts, "series", json_array()))
CHANGE(nothing_is_said_of_the_camera, set(it.facts, "series", json_array());
       asv_test_handover_remove(&it, "links/001"))
CHANGE(links_are_garbage, garbage("links/001"))
CHANGE(a_link_is_changed, flip("links/001", 60))
CHANGE(a_link_is_left_out, relink(2, false))
CHANGE(a_link_is_left_out_and_it_is_said, relink(2, false); unlink_number(1))
CHANGE(a_link_names_its_recording, relink(0, true))
CHANGE(a_number_is_not_said, json_array_remove(json_object_get(series_of(), "numbers"), 4))
CHANGE(no_later_one_is_there, relink(5, false); json_array_remove(json_object_get(series_of(), "numbers"), 4))
CHANGE(a_number_is_said_twice, set(number_of(3), "twice", json_true()))
CHANGE(a_number_at_another_time, set(number_of(3), "ended_at", json_string("2026-01-09T00:00:00.000Z")))
CHANGE(a_time_that_begins_later, set(series_of(), "from_at", json_string("2026-01-05T06:00:00.001Z")))
CHANGE(a_time_that_ends_earlier,
       json_object_set(series_of(), "until_at", json_object_get(series_of(), "from_at")))
CHANGE(a_time_before_its_number_one, set(series_of(), "from_at", json_string("2026-01-05T05:59:59.999Z")))
CHANGE(the_recordings_change_numbers, set(number_of(0), "clip", json_integer(2));
       set(number_of(1), "clip", json_integer(1)))
CHANGE(a_recording_is_said_to_stay, set(number_of(1), "fate", json_string("erased"));
       json_object_del(number_of(1), "clip"))
CHANGE(the_camera_twice, json_array_append(json_object_get(it.facts, "series"), series_of());
       instead("links/002", "links/001"))
CHANGE(the_series_of_another_camera, set(series_of(), "camera", json_string(zeros)))
CHANGE(numbers_with_a_gap, set(number_of(4), "number", json_integer(6)))
CHANGE(a_recording_that_is_not_here, set(number_of(2), "clip", json_integer(5)))
CHANGE(a_recording_in_a_part_that_is_none, set(number_of(4), "fate", json_string("other_part")))

/* ---- what each is found as ---- */

struct damage {
    const char *name;
    void (*change)(void); /* before the facts say what the files are */
    void (*late)(void);   /* and after */
    const char *kind, *file;
};

#define EARLY(change, kind, file)           \
    {                                       \
#change, (change), NULL, kind, file \
    }
#define LATE(change, kind, file)            \
    {                                       \
#change, NULL, (change), kind, file \
    }
#define FACTS "data/facts.json"

static const struct damage damages[] = {
    /* HO-093 */
    LATE(facts_are_no_json, "facts", FACTS),
    EARLY(facts_say_more, "facts", FACTS),
    EARLY(facts_of_another_format, "facts", FACTS),
    EARLY(facts_of_a_filing, "facts", FACTS),
    EARLY(facts_by_another_name, "facts", FACTS),
    EARLY(facts_of_another_agency, "root", FACTS),
    EARLY(another_signer_is_named, "facts", FACTS),
    EARLY(facts_without_a_case, "facts", FACTS),
    EARLY(a_recording_twice, "facts", FACTS),
    EARLY(facts_with_an_order_for_a_terminal, "facts", FACTS),

    LATE(a_file_left_out, "file-missing", "data/trust/revocations"),
    LATE(a_file_changed, "file-other", "data/ledger/trust"),
    LATE(a_file_longer, "file-other", "data/external/LIESMICH.txt"),
    /* HO-094 */
    LATE(a_file_nobody_names, "file-unnamed", "data/ledger/notes"),
    EARLY(facts_are_elsewhere, "file-unnamed", "data/tatsachen.json"),
    EARLY(a_file_of_no_kind, "file-unnamed", "data/notes.txt"),
    EARLY(a_file_deep_in_the_ledger, "file-unnamed", "data/ledger/sub/entry"),
    EARLY(a_file_of_no_recording, "file-unnamed", "data/recordings/005/seal"),
    EARLY(a_file_of_a_number_otherwise_written, "file-unnamed", "data/recordings/1/seal"),
    EARLY(a_key_that_nobody_gave, "file-unnamed", "data/recordings/002/file.key"),
    EARLY(stanzas_that_never_leave, "file-unnamed", "data/recordings/001/stanzas"),
    EARLY(a_program, "file-unnamed", "data/asservat-verify.exe"),
    EARLY(a_program_elsewhere, "file-unnamed", "data/external/asservat-verify.exe"),
    EARLY(a_program_as_a_letter, "file-unnamed", "data/asservat-verify.exe"),
    EARLY(a_certificate_of_no_kind, "file-unnamed", "data/trust/other.pem"),
    LATE(a_file_named_twice, "facts", FACTS),
    LATE(a_part_named_elsewhere, "facts", FACTS),
    LATE(recordings_in_another_order, "facts", FACTS),

    /* HO-095 */
    LATE(a_letter_without_a_signature, "unsigned", "data/Anschreiben.pdf"),
    LATE(a_letter_that_names_none, "facts", FACTS),
    LATE(facts_without_a_signature, "unsigned", FACTS),
    LATE(another_signature_is_named, "facts", FACTS),

    /* HO-092 */
    EARLY(root_of_another_agency, "root", "data/trust/root.cert"),
    EARLY(root_is_no_root, "trust", "data/trust/root.cert"),
    EARLY(root_is_garbage, "trust", "data/trust/root.cert"),
    EARLY(root_is_missing, "file-missing", "data/trust/root.cert"),
    EARLY(list_is_garbage, "trust", "data/trust/revocations"),
    EARLY(list_is_changed, "trust", "data/trust/revocations"),
    EARLY(dock_is_garbage, "trust", "data/trust/docks/" DOCK ".chain"),
    EARLY(dock_is_a_camera, "trust", "data/trust/docks/" DOCK ".chain"),
    EARLY(package_is_garbage, "trust", "data/trust/package.pem"),
    EARLY(package_is_another, "trust", "data/trust/package.pem"),
    EARLY(package_is_missing, "file-missing", "data/trust/package.pem"),

    /* HO-121 */
    EARLY(signer_is_garbage, "trust", "data/trust/package.chain"),
    EARLY(signer_is_not_certified, "file-missing", "data/trust/package.chain"),
    EARLY(signer_of_another_agency, "trust", "data/trust/package.chain"),
    EARLY(signer_certified_too_long_ago, "expired", "data/trust/package.chain"),
    EARLY(signer_is_revoked, "revoked", "data/trust/package.chain"),
    EARLY(signer_is_a_ledger, "trust", "data/trust/package.chain"),
    EARLY(signer_is_a_device, "trust", "data/trust/package.chain"),
    EARLY(signer_is_changed, "trust", "data/trust/package.chain"),
    EARLY(a_letter_was_signed_later, "expired", "data/trust/package.chain"),
    EARLY(signer_is_another, "signer", "data/trust/package.chain"),
    /* HO-122 */
    EARLY(ledger_is_garbage, "trust", "data/trust/ledger.chain"),
    EARLY(ledger_is_not_certified, "file-missing", "data/trust/ledger.chain"),
    EARLY(ledger_of_another_agency, "trust", "data/trust/ledger.chain"),
    EARLY(ledger_certified_too_long_ago, "expired", "data/trust/ledger.chain"),
    EARLY(ledger_is_revoked, "revoked", "data/trust/ledger.chain"),
    EARLY(ledger_is_a_signer, "trust", "data/trust/ledger.chain"),
    EARLY(ledger_is_another, "ledger", "data/ledger/trust"),
    EARLY(nobody_says_whose_heads_they_are, "file-missing", "data/ledger/trust"),

    /* HO-096 */
    EARLY(plan_is_garbage, "plan", "data/plan"),
    EARLY(plan_is_longer, "plan", "data/plan"),
    EARLY(plan_is_missing, "file-missing", "data/plan"),
    EARLY(plan_of_another_case, "plan-facts", FACTS),
    EARLY(a_part_that_is_all_of_it, "plan-facts", FACTS), /* HO-113 */
    EARLY(a_part_that_does_not_say_so, "plan-facts", FACTS),
    EARLY(plan_of_another_incident, "plan-facts", FACTS),
    EARLY(plan_of_another_handover, "plan-facts", FACTS),
    EARLY(plan_of_a_filing, "plan-facts", FACTS),
    EARLY(plan_with_a_password, "plan-facts", FACTS),
    EARLY(plan_for_another_key, "plan-facts", FACTS),
    EARLY(plan_for_another_name, "plan-facts", FACTS),
    EARLY(plan_for_one_more, "plan-facts", FACTS),
    EARLY(plan_for_one_less, "plan-facts", FACTS),
    EARLY(plan_of_another_form, "plan-facts", FACTS),
    EARLY(plan_of_an_excerpt, "plan-facts", FACTS),
    EARLY(plan_of_another_recording, "plan-facts", FACTS),
    EARLY(plan_of_one_recording, "plan-facts", FACTS),

    /* HO-097 */
    EARLY(nobody_proposed, "file-missing", "data/plan.proposal"),
    EARLY(nobody_approved, "file-missing", "data/plan.approval"),
    EARLY(approval_is_the_proposal, "decision", "data/plan.approval"),
    EARLY(proposal_is_garbage, "decision", "data/plan.proposal"),
    EARLY(approval_is_too_long, "decision", "data/plan.approval"),
    EARLY(signature_is_changed, "decision", "data/plan.approval"),
    EARLY(a_stranger_approves, "decision", "data/plan.approval"),
    EARLY(a_stranger_proposes, "decision", "data/plan.proposal"),
    EARLY(one_person_decides, "decision", "data/plan.approval"),
    EARLY(an_exporter_approves, "decision", "data/plan.approval"),
    EARLY(the_plan_came_later, "decision", "data/plan.proposal"),
    EARLY(nobody_is_enrolled, "file-missing", "data/ledger/enrolled"),
    EARLY(enrolled_is_garbage, "decision", "data/ledger/enrolled"),
    EARLY(enrolled_is_changed, "decision", "data/ledger/enrolled"),
    /* HO-098 */
    EARLY(another_proposer_is_named, "decision-facts", FACTS),
    EARLY(another_reason_is_named, "decision-facts", FACTS),
    EARLY(another_hour_is_named, "decision-facts", FACTS),
    EARLY(another_statement_is_named, "decision-facts", FACTS),

    /* HO-130, HO-131 */
    EARLY(made_before_it_was_approved, "times", FACTS),
    EARLY(made_behind_its_signatures, "times", FACTS),
    EARLY(signed_before_it_was_made, "times", FACTS),

    /* HO-100, HO-101 */
    EARLY(seal_is_changed, "recording", "data/recordings/001/seal"),
    EARLY(seal_is_cut, "recording", "data/recordings/001/link"),
    EARLY(seal_is_longer, "recording", "data/recordings/002/commit"),
    EARLY(seal_of_the_other_one, "recording", "data/recordings/001/sealed.age"),
    EARLY(chain_is_missing, "file-missing", "data/recordings/001/chain"),
    EARLY(chain_is_changed, "recording", "data/recordings/001/seal"),
    EARLY(commit_is_missing, "file-missing", "data/recordings/001/commit"),
    EARLY(link_is_missing, "file-missing", "data/recordings/001/link"),
    EARLY(link_is_changed, "recording", "data/recordings/001/link"),
    EARLY(commit_is_changed, "dock", "data/recordings/001/commit"),
    EARLY(commit_of_the_other_one, "recording", "data/recordings/001/commit"),
    EARLY(receipt_is_changed, "dock", "data/recordings/001/receipt"),
    EARLY(receipt_of_the_other_one, "recording", "data/recordings/001/receipt"),
    EARLY(tail_is_changed, "recording", "data/recordings/002/commit"),
    EARLY(tail_is_missing, "recording", "data/recordings/002/commit"),
    EARLY(tail_of_a_whole_one, "recording", "data/recordings/001/sealed.age"),
    EARLY(a_piece_is_changed, "recording", "data/recordings/001/sealed.age"),
    EARLY(a_piece_is_missing, "recording", "data/recordings/001/sealed.age"),
    EARLY(the_last_piece_is_changed, "recording", "data/recordings/001/sealed.age"),
    /* HO-102 */
    EARLY(the_cut_ones_last_is_changed, "sealed", "data/recordings/002/sealed.age"),
    EARLY(the_nonce_is_changed, "sealed", "data/recordings/001/sealed.age"),
    EARLY(the_header_is_none, "sealed", "data/recordings/001/sealed.age"),
    EARLY(the_age_file_is_cut, "sealed", "data/recordings/001/sealed.age"),
    EARLY(sealed_for_one_alone, "sealed", "data/recordings/001/sealed.age"),
    /* HO-106 */
    EARLY(sealed_for_others, "identity", "data/recordings/002/sealed.age"),
    EARLY(sealed_under_another_mac, "identity", "data/recordings/002/sealed.age"),
    /* HO-105 */
    EARLY(playable_is_missing, "file-unnamed", "data/recordings/001/file.key"),
    EARLY(playable_is_changed, "playable", "data/recordings/001/playable.mp4"),
    EARLY(playable_is_changed_at_its_end, "playable", "data/recordings/001/playable.mp4"),
    EARLY(playable_is_cut, "playable", "data/recordings/001/playable.mp4"),
    EARLY(playable_without_its_padding, "playable", "data/recordings/001/playable.mp4"),
    EARLY(key_is_missing, "file-missing", "data/recordings/001/file.key"),
    EARLY(key_is_another, "key", "data/recordings/001/file.key"),
    EARLY(key_is_no_number, "key", "data/recordings/001/file.key"),
    EARLY(key_is_longer, "key", "data/recordings/001/file.key"),

    /* HO-107 */
    EARLY(excerpt_is_changed, "excerpt", "data/recordings/003/excerpt.mp4"),
    EARLY(excerpt_is_cut, "excerpt", "data/recordings/003/excerpt.mp4"),
    EARLY(excerpt_is_a_film, "excerpt", "data/recordings/003/excerpt.mp4"),
    EARLY(excerpt_begins_otherwise, "excerpt", "data/recordings/003/excerpt.mp4"),
    EARLY(proof_is_changed, "excerpt", "data/recordings/003/excerpt.mp4"),
    EARLY(proof_is_garbage, "excerpt", "data/recordings/003/excerpt.proof"),
    EARLY(proof_is_missing, "file-missing", "data/recordings/003/excerpt.proof"),
    EARLY(excerpt_with_a_key, "file-unnamed", "data/recordings/003/file.key"),
    EARLY(excerpt_of_another_range, "excerpt-facts", "data/recordings/003/excerpt.mp4"),
    EARLY(excerpt_said_to_begin_later, "excerpt-facts", FACTS),
    EARLY(excerpt_said_to_end_earlier, "excerpt-facts", FACTS),
    EARLY(nothing_said_to_lie_beside_it, "excerpt-facts", FACTS),
    EARLY(nothing_said_to_be_left_out, "facts", FACTS),

    /* HO-094, HO-096, HO-111 */
    EARLY(original_that_nobody_decided_on, "plan-facts", FACTS),
    LATE(original_under_no_name, "facts", FACTS),
    EARLY(original_left_out, "plan-facts", FACTS),
    LATE(original_left_out_alone, "file-missing", "data/recordings/003/sealed.age"),
    EARLY(original_of_a_whole_one_left_out, "facts", FACTS),
    EARLY(plan_without_the_original, "plan-facts", FACTS),
    EARLY(without_it_a_key, "file-unnamed", "data/recordings/004/file.key"),
    EARLY(without_it_a_tail, "file-unnamed", "data/recordings/004/tail"),
    EARLY(without_it_a_film, "facts", FACTS),
    EARLY(without_it_stanzas, "file-unnamed", "data/recordings/004/stanzas"),
    EARLY(without_it_no_excerpt, "facts", FACTS),
    EARLY(without_it_no_proof, "file-missing", "data/recordings/004/excerpt.proof"),
    EARLY(without_it_no_commit, "file-missing", "data/recordings/004/commit"),
    EARLY(without_it_another_seal, "recording", "data/recordings/004/commit"),
    EARLY(without_it_a_shorter_seal, "recording", "data/recordings/004/commit"),
    EARLY(without_it_a_changed_seal, "recording", "data/recordings/004/seal"),
    EARLY(without_it_a_changed_commit, "dock", "data/recordings/004/commit"),
    EARLY(without_it_another_commit, "recording", "data/recordings/004/commit"),
    EARLY(without_it_another_receipt, "recording", "data/recordings/004/receipt"),
    EARLY(without_it_a_changed_excerpt, "excerpt", "data/recordings/004/excerpt.mp4"),
    EARLY(without_it_the_other_proof, "excerpt", "data/recordings/004/excerpt.proof"),
    EARLY(without_it_said_to_be_valid, "claim", FACTS),
    EARLY(without_it_said_to_have_no_tail, "claim", FACTS),
    EARLY(without_it_said_to_show_more, "facts", FACTS),

    /* HO-110 */
    EARLY(an_entry_is_changed, "ledger", "data/ledger"),
    EARLY(an_entry_is_gone, "ledger", "data/ledger"),
    EARLY(a_proof_is_changed, "ledger", "data/ledger"),
    EARLY(a_proof_is_gone, "ledger", "data/ledger"),
    EARLY(what_is_opened_is_changed, "ledger", "data/ledger"),
    EARLY(the_ruling_is_changed, "ledger", "data/ledger"),
    /* HO-108 */
    EARLY(an_event_is_left_out, "custody", FACTS),
    EARLY(an_event_is_added, "custody", FACTS),
    EARLY(an_event_of_another_kind, "custody", FACTS),
    EARLY(an_event_elsewhere, "custody", FACTS),
    EARLY(an_event_of_another_log, "facts", FACTS),
    EARLY(an_event_at_another_hour, "custody", FACTS),
    EARLY(an_event_of_another_instant, "custody", FACTS),
    EARLY(an_event_of_another_object, "custody", FACTS),
    EARLY(an_event_of_the_other_recording, "custody", FACTS),
    /* HO-115 */
    EARLY(a_commit_of_the_other_recording, "ledger-strange", "data/ledger/0000000005.entry"),
    EARLY(an_event_of_another_name, "custody", FACTS),
    EARLY(a_commit_of_another_name, "ledger-strange", "data/ledger/0000000016.entry"),
    EARLY(an_event_of_another_actor, "custody", FACTS),
    EARLY(an_event_of_other_words, "custody", FACTS),
    /* HO-139 */
    EARLY(an_event_of_nobody, "custody", FACTS),
    EARLY(an_event_of_no_instant, "custody", FACTS),
    EARLY(an_event_that_nobody_signed, "custody", FACTS),
    EARLY(an_event_said_to_be_unsigned, "custody", FACTS),
    EARLY(a_recording_of_no_time, "claim", FACTS),
    EARLY(a_recording_without_a_bound, "claim", FACTS),
    /* HO-116 */
    EARLY(a_witness_who_saw_nothing, "heads", FACTS),
    EARLY(a_witness_who_saw_it_earlier, "heads", FACTS),
    /* HO-117 */
    EARLY(the_dock_was_not_yet, "dock", "data/recordings/001/commit"),
    /* HO-118 */
    EARLY(a_certificate_of_another_serial, "facts", FACTS),
    EARLY(a_certificate_of_another_role, "facts", FACTS),
    EARLY(a_certificate_for_longer, "facts", FACTS),
    EARLY(a_certificate_of_another_name, "facts", FACTS),
    EARLY(another_root_is_named, "facts", FACTS),
    EARLY(a_signer_of_another_name, "facts", FACTS),
    EARLY(a_signer_for_longer, "facts", FACTS),
    /* HO-132 */
    EARLY(the_signer_is_not_named, "facts", FACTS),
    EARLY(who_certified_it_is_not_named, "facts", FACTS),
    EARLY(the_ledger_is_not_named, "facts", FACTS),
    EARLY(the_issuer_is_not_named, "facts", FACTS),
    EARLY(the_ledger_is_named_a_keeper, "facts", FACTS),
    EARLY(another_list_is_named, "facts", FACTS),
    EARLY(an_older_list_is_named, "facts", FACTS),
    EARLY(nobody_is_named_as_revoked, "facts", FACTS),
    EARLY(no_list_is_named, "facts", FACTS),
    EARLY(a_list_is_named_alone, "facts", FACTS),
    /* HO-119 */
    EARLY(a_marker_is_left_out, "claim", FACTS),
    EARLY(a_marker_is_added, "claim", FACTS),
    EARLY(a_marker_of_another_kind, "claim", FACTS),
    EARLY(a_marker_at_another_hour, "claim", FACTS),
    EARLY(a_marker_elsewhere_in_the_film, "claim", FACTS),
    EARLY(a_marker_of_no_place, "claim", FACTS),
    /* HO-104 */
    EARLY(a_clock_that_nobody_measured, "claim", FACTS),
    /* HO-107 */
    EARLY(a_film_that_is_too_short, "excerpt-facts", FACTS),
    EARLY(another_head_is_named, "heads", FACTS),
    /* HO-109 */
    EARLY(an_entry_about_others, "ledger-strange", "data/ledger/0000000016.entry"),
    EARLY(a_decision_about_others, "ledger-strange", "data/ledger/0000000016.entry"),
    EARLY(an_answer_to_others, "ledger-strange", "data/ledger/0000000016.entry"),
    EARLY(the_approval_is_not_told, "custody", "data/plan.approval"),

    /* HO-126, HO-127, HD-019 */
    EARLY(a_recording_has_two_records, "series", "data/links/001"),
    EARLY(links_are_missing, "file-missing", "data/links/001"),
    EARLY(links_of_no_series, "file-unnamed", "data/links/001"),
    EARLY(nothing_is_said_of_the_camera, "series", FACTS),
    EARLY(links_are_garbage, "series", "data/links/001"),
    EARLY(a_link_is_changed, "series", "data/links/001"),
    EARLY(a_link_is_left_out, "series", "data/links/001"),
    EARLY(a_link_is_left_out_and_it_is_said, "series", "data/links/001"),
    EARLY(a_link_names_its_recording, "series", "data/links/001"),
    EARLY(a_number_is_not_said, "series", "data/links/001"),
    EARLY(no_later_one_is_there, "series", "data/links/001"),
    EARLY(a_number_is_said_twice, "series", "data/links/001"),
    EARLY(a_number_at_another_time, "series", "data/links/001"),
    EARLY(a_time_that_begins_later, "series", "data/links/001"),
    EARLY(a_time_that_ends_earlier, "series", "data/links/001"),
    EARLY(a_time_before_its_number_one, "series", "data/links/001"), /* HO-133 */
    EARLY(the_recordings_change_numbers, "series", "data/links/001"),
    EARLY(a_recording_is_said_to_stay, "series", "data/links/001"),
    EARLY(the_camera_twice, "series", "data/links/002"),
    EARLY(the_series_of_another_camera, "series", "data/links/001"),
    EARLY(numbers_with_a_gap, "facts", FACTS),
    EARLY(a_recording_that_is_not_here, "facts", FACTS),
    EARLY(a_recording_in_a_part_that_is_none, "facts", FACTS),
};

static void every_damage_is_named(void **state)
{
    (void)state; /* HO-091, HO-099: the first one, in this order */
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        const struct damage *damage = &damages[i];
        enum asv_handed_verdict verdict = verify(prepare(damage->change, damage->late));
        const char *kind = asv_handed_fault_name(&fault);
        if (verdict != ASV_HANDED_INVALID || strcmp(kind, damage->kind) != 0 ||
            strcmp(fault.file, damage->file) != 0) {
            print_message("%s: %s, %s (%s), not %s, %s\n", damage->name, kind, fault.file, fault.err.text,
                          damage->kind, damage->file);
            wrong++;
        }
        asv_test_handover_free(&it);
    }
    assert_int_equal(wrong, 0);
}

static void a_good_one_is_valid(void **state)
{
    (void)state; /* HO-090 */
    assert_int_equal(verify(prepare(NULL, NULL)), ASV_HANDED_VALID);
    assert_int_equal(fault.kind, ASV_HANDED_NONE);
    asv_test_handover_free(&it);
}

/* ---- what is said of a recording ---- */

static void every_claim_is_compared(void **state)
{
    (void)state; /* HO-104 */
    static const struct {
        const char *key;
        const char *text; /* instead; NULL: the number, one more; or the flag, the other one */
        const char *kind;
    } claims[] = {
        {"header", zeros, "plan-facts"},
        {"clip", "0197a3c0-0000-4000-8000-000000000001", "claim"},
        {"camera", zeros, "claim"},
        {"model", "ASV-2", "claim"},
        {"device_serial", "0", "claim"},
        {"firmware", "9", "claim"},
        {"number", NULL, "claim"},
        {"clock_state", "lost", "claim"},
        {"root", zeros, "claim"},
        {"chunks", NULL, "claim"},
        {"payload_bytes", NULL, "claim"},
        {"tail_bytes", NULL, "facts"},
        {"seal_digest", zeros, "claim"},
        {"integrity", "TRUNCATED", "claim"},
        {"provenance", "SEALED_BY_DOCK", "claim"},
        {"marked", NULL, "claim"},
        {"started_at", "2026-01-01T00:00:00.000Z", "claim"},
        {"ended_at", "2026-01-01T00:00:00.000Z", "facts"},
        {"earliest_at", "2026-01-01T00:00:00.000Z", "claim"},
        {"latest_at", "2026-01-01T00:00:00.000Z", "facts"},
        {"clock_offset_ms", NULL, "claim"},
        {"clock_uncertainty_ms", NULL, "claim"},
        {"docked_at", "2026-01-01T00:00:00.000Z", "claim"},
        {"committed_at", "2026-01-01T00:00:00.000Z", "claim"},
    };
    asv_test_handover_copy(&it, &good);
    asv_test_handover_list(&it);
    json_t *clip = clip_of(0);
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        json_t *said = json_deep_copy(json_object_get(clip, claims[i].key));
        json_t *other = claims[i].text != NULL  ? json_string(claims[i].text)
                        : json_is_integer(said) ? json_integer(json_integer_value(said) + 1)
                                                : json_boolean(!json_is_true(said));
        set(clip, claims[i].key, other);
        asv_test_handover_write(&it, directory, "carrier.zip");
        const struct asv_verify_handed what = all_of_it();
        assert_int_equal(verify(&what), ASV_HANDED_INVALID);
        assert_string_equal(asv_handed_fault_name(&fault), claims[i].kind);
        assert_string_equal(fault.file, FACTS);
        asv_test_handover_remove(&it, "facts.json");
        set(clip, claims[i].key, said);
    }
    asv_test_handover_free(&it);
}

/* ---- what was not looked at ---- */

static void without_what_came_by_another_way_it_is_not_valid(void **state)
{
    (void)state; /* HO-090, HO-123: the agency's id is enough */
    (void)prepare(NULL, NULL);
    struct asv_verify_handed what = all_of_it();
    what.root = NULL;
    assert_int_equal(verify(&what), ASV_HANDED_INCOMPLETE);
    assert_int_equal(fault.kind, ASV_HANDED_NONE);
    what.ledger = ledger;
    assert_int_equal(verify(&what), ASV_HANDED_INCOMPLETE);
    what = all_of_it();
    what.root = agency_id;
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    what.identity = NULL; /* for whoever has no key: what lies open is checked all the same */
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    asv_test_handover_free(&it);
}

static void it_takes_the_one_that_was_asked_for(void **state)
{
    (void)state; /* HO-092, HO-123, HO-124 */
    static struct asv_test_agency other;
    char other_root[700], other_id[2 * ASV_SHA256_BYTES + 1];
    (void)prepare(NULL, NULL);
    asv_test_agency_init(&other, 9);
    (void)snprintf(other_root, sizeof other_root, "%s/other", directory);
    asv_test_write_file(directory, "other", other.root.cert.object.encoded.data,
                        other.root.cert.object.encoded.len);
    asv_hex_encode(other_id, other.id, sizeof other.id);
    struct asv_verify_handed what = all_of_it();
    what.root = other_root;
    assert_int_equal(verify(&what), ASV_HANDED_INVALID);
    assert_int_equal(fault.kind, ASV_HANDED_ROOT);
    what.root = other_id;
    assert_int_equal(verify(&what), ASV_HANDED_INVALID);
    assert_int_equal(fault.kind, ASV_HANDED_ROOT);
    what = all_of_it();
    what.ledger = ledger; /* with the witnesses that somebody else believes */
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    const struct asv_bytes strict = asv_test_policy("both");
    asv_test_write_file(directory, "strict.trust", strict.data, strict.len);
    (void)snprintf(other_root, sizeof other_root, "%s/strict.trust", directory);
    what.ledger = other_root;
    assert_int_equal(verify(&what), ASV_HANDED_INVALID);
    assert_int_equal(fault.kind, ASV_HANDED_LEDGER);
    asv_test_handover_free(&it);
}

/* HO-134: the newest that there is counts, whoever chose it. */
static void a_newer_list_counts(void **state)
{
    (void)state;
    char path[700];
    struct asv_verify_handed what = all_of_it();
    struct asv_bytes list = list_of(&asv_samples()->agency, NEWEST, ASV_ROLE_PACKAGE);
    (void)snprintf(path, sizeof path, "%s/list", directory);
    what.revocations = path;
    asv_test_write_file(directory, "list", list.data, list.len);
    (void)prepare(NULL, NULL);
    for (int i = 0; i < 2; i++) { /* by the root, and by its id alone */
        what.root = i == 0 ? root : agency_id;
        assert_int_equal(verify(&what), ASV_HANDED_INVALID);
        assert_int_equal(fault.kind, ASV_HANDED_REVOKED);
    }
    list = list_of(&asv_samples()->agency, NEWEST, ASV_ROLE_KEEPER); /* nobody's here */
    asv_test_write_file(directory, "list", list.data, list.len);
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    asv_test_handover_free(&it);

    list = list_of(&asv_samples()->agency, NEWEST - 1, ASV_ROLE_KEEPER);
    asv_test_write_file(directory, "list", list.data, list.len);
    (void)prepare(signer_is_revoked, NULL);
    assert_int_equal(verify(&what), ASV_HANDED_INVALID);
    assert_int_equal(fault.kind, ASV_HANDED_REVOKED);
    asv_test_handover_free(&it);
    (void)prepare(list_is_garbage, NULL); /* HO-092 */
    assert_int_equal(verify(&what), ASV_HANDED_INVALID);
    assert_int_equal(fault.kind, ASV_HANDED_TRUST);
    asv_test_handover_free(&it);
}

static void a_list_of_others_is_told_as_such(void **state)
{
    (void)state;
    static struct asv_test_agency other;
    char path[700];
    enum asv_handed_verdict verdict = ASV_HANDED_INVALID;
    struct asv_err err = {0};
    struct asv_verify_handed what = all_of_it();
    asv_test_agency_init(&other, 9);
    const struct asv_bytes list = list_of(&other, NEWEST, ASV_ROLE_PACKAGE);
    asv_test_write_file(directory, "list", list.data, list.len);
    (void)snprintf(path, sizeof path, "%s/list", directory);
    what.revocations = path;
    (void)prepare(NULL, NULL);
    assert_int_equal(asv_verify_handed(&what, &verdict, NULL, &err), ASV_E_UNTRUSTED);
    assert_non_null(strstr(err.text, "--revocations: revocation list: of another agency"));
    what.root = NULL;
    assert_int_equal(asv_verify_handed(&what, &verdict, NULL, &err), ASV_E_USAGE);
    asv_test_handover_free(&it);
}

/* PK-063: of a system that ends lines otherwise. */
static void the_certificate_is_taken_as_another_system_writes_it(void **state)
{
    (void)state;
    char id[2 * ASV_SHA256_BYTES + 3], path[700];
    (void)prepare(NULL, NULL);
    const struct asv_bytes pem = asv_test_handover_certificate();
    static uint8_t text[4096];
    size_t len = 0;
    for (size_t i = 0; i < pem.len; i++) {
        if (pem.data[i] == '\n') {
            text[len++] = '\r';
        }
        text[len++] = pem.data[i];
    }
    asv_test_handover_put(&it, "trust/package.pem", text, len);
    asv_test_handover_list(&it);
    asv_test_handover_remove(&it, "facts.json");
    asv_test_handover_write(&it, directory, "carrier.zip");
    struct asv_verify_handed what = all_of_it();
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    (void)snprintf(id, sizeof id, "%s\r\n", agency_id);
    asv_test_write_file(directory, "agency.txt", id, strlen(id));
    (void)snprintf(path, sizeof path, "%s/agency.txt", directory);
    what.root = path;
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    asv_test_handover_free(&it);
}

CHANGE(an_event_without_a_place, json_object_del(event_of(0, 0), "leaf");
       json_object_del(event_of(0, 0), "log"); an_event_is_left_out())
CHANGE(the_dock_is_not_in_it, asv_test_handover_remove(&it, "trust/docks/" DOCK ".chain");
       json_array_remove(json_object_get(it.facts, "certificates"), 3))
CHANGE(no_list_is_in_it, asv_test_handover_remove(&it, "trust/revocations");
       json_object_del(it.facts, "revocations"))
CHANGE(a_recording_is_never_named, memset(it.entries[2].header, 0, 32); asv_test_handover_log(&it))
CHANGE(the_keeper_is_not_heard, asv_test_handover_remove(&it, "ledger/0000000011.object"))

/* The decision is another one then, so that its entries are made anew. */
static void decide_again(void)
{
    struct asv_ruling ruling;
    again();
    asv_statement_digest(it.entries[6].object, &it.proposal.statement);
    asv_statement_digest(it.entries[7].object, &it.approval.statement);
    asv_statement_digest(it.entries[8].proposal, &it.approval.statement);
    assert_int_equal(asv_ruling_decode(&ruling, it.ruling, it.ruling_len, NULL), ASV_OK);
    asv_sha256(it.entries[8].object, ruling.object.body.data, ruling.object.body.len);
    it.entries[8].signed_object = (struct asv_test_bytes){it.ruling, it.ruling_len};
    asv_test_handover_log(&it);
}

CHANGE(a_recording_is_in_another_part, set(it.facts, "part", json_pack("{s:i,s:i}", "number", 1, "of", 2));
       it.plan_clips[4] = it.plan_clips[1]; it.plan_clips[4].header[0]++; it.plan.clip_count++;
       decide_again(); set(number_of(4), "fate", json_string("other_part")))

static void what_is_not_shown_leaves_it_incomplete(void **state)
{
    (void)state; /* HO-090, HO-108 */
    static void (*const changes[])(void) = {an_event_without_a_place, the_dock_is_not_in_it,
                                            the_keeper_is_not_heard,  a_recording_is_in_another_part,
                                            no_list_is_in_it,         a_recording_is_never_named};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        assert_int_equal(verify(prepare(changes[i], NULL)), ASV_HANDED_INCOMPLETE);
        asv_test_handover_free(&it);
    }
}

CHANGE(first_part, asv_test_handover_keep(&it, 0, 2, 1))
CHANGE(second_part, asv_test_handover_keep(&it, 2, 2, 2))
static json_t *part_of(void)
{
    return json_object_get(it.facts, "part");
}
CHANGE(first_of_three, first_part(); set(part_of(), "of", json_integer(3)))
CHANGE(second_of_three, second_part(); set(part_of(), "of", json_integer(3)))
CHANGE(second_as_first, second_part(); set(part_of(), "number", json_integer(1)))
CHANGE(first_as_second, first_part(); set(part_of(), "number", json_integer(2)))
CHANGE(second_made_later, second_part(); set(it.facts, "made_at", json_string("2026-01-07T06:00:00.000Z")))
CHANGE(first_hides, first_part(); set(number_of(4), "fate", json_string("other_part")))
CHANGE(second_hides, second_part(); set(number_of(4), "fate", json_string("other_part")))
CHANGE(first_denies, first_part(); set(number_of(2), "fate", json_string("erased")))

static void make_parts(void)
{
    static const struct {
        const char *name;
        void (*change)(void);
    } parts[] = {{"whole.zip", NULL},
                 {"part.zip", a_recording_is_in_another_part},
                 {"first.zip", first_part},
                 {"second.zip", second_part},
                 {"first_of_three.zip", first_of_three},
                 {"second_of_three.zip", second_of_three},
                 {"second_as_first.zip", second_as_first},
                 {"first_as_second.zip", first_as_second},
                 {"second_made_later.zip", second_made_later},
                 {"first_hides.zip", first_hides},
                 {"second_hides.zip", second_hides},
                 {"first_denies.zip", first_denies}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        (void)prepare(parts[i].change, NULL);
        asv_test_handover_write(&it, directory, parts[i].name);
        asv_test_handover_free(&it);
    }
}

static bool says(const char *end, enum asv_handed_together kind, const char *part)
{
    static const char *const verdicts[] = {"VALID", "INCOMPLETE", "INVALID"};
    char want[1500], path[700] = "";
    if (part != NULL) {
        (void)snprintf(path, sizeof path, "%s/%s: ", directory, part);
    }
    (void)snprintf(want, sizeof want, "All parts together: %s\n  %s%s\n  (%s)\n",
                   verdicts[asv_handed_together_verdict(kind)], path,
                   asv_handed_together_meaning(kind, false), asv_handed_together_name(kind));
    return strcmp(end, want) == 0;
}

/* HO-114, HO-172: the parts that are one carrier. */
static void parts_are_verified_together(void **state)
{
    static const struct {
        const char *paths[3];
        enum asv_handed_together kind;
        const char *part; /* of which it is said; NULL: of all */
    } cases[] = {
        {{"whole.zip"}, ASV_TOGETHER_ALL, NULL},
        {{"part.zip"}, ASV_TOGETHER_MISSING, NULL},
        {{"whole.zip", "whole.zip"}, ASV_TOGETHER_TWICE, "whole.zip"},
        {{"whole.zip", "part.zip"}, ASV_TOGETHER_PLAN, "part.zip"},
        {{"whole.zip", "root.cert"}, ASV_TOGETHER_WRONG, "root.cert"},
        {{"first.zip", "second.zip"}, ASV_TOGETHER_ALL, NULL},
        {{"second.zip", "first.zip"}, ASV_TOGETHER_ALL, NULL},
        {{"first.zip"}, ASV_TOGETHER_MISSING, NULL},
        {{"second.zip"}, ASV_TOGETHER_MISSING, NULL},
        {{"first.zip", "first.zip"}, ASV_TOGETHER_TWICE, "first.zip"},
        {{"first.zip", "second.zip", "first.zip"}, ASV_TOGETHER_TWICE, "first.zip"},
        {{"first.zip", "whole.zip"}, ASV_TOGETHER_OF, "whole.zip"},
        {{"first.zip", "first_as_second.zip"}, ASV_TOGETHER_RECORDING, "first_as_second.zip"},
        /* HO-136 */
        {{"first.zip", "second_of_three.zip"}, ASV_TOGETHER_OF, "second_of_three.zip"},
        {{"first_of_three.zip", "second_of_three.zip"}, ASV_TOGETHER_COUNT, NULL},
        {{"first.zip", "second_as_first.zip"}, ASV_TOGETHER_TWICE, "second_as_first.zip"},
        {{"first.zip", "second_made_later.zip"}, ASV_TOGETHER_MADE, "second_made_later.zip"},
        /* HO-135 */
        {{"first_hides.zip", "second_hides.zip"}, ASV_TOGETHER_SERIES, NULL},
        {{"first_hides.zip", "second.zip"}, ASV_TOGETHER_SERIES, NULL},
        {{"first_denies.zip", "second.zip"}, ASV_TOGETHER_SERIES, NULL},
        /* The first thing, but for a part that is wrong. */
        {{"first.zip", "second_made_later.zip", "first.zip"}, ASV_TOGETHER_MADE, "second_made_later.zip"},
        {{"first.zip", "first.zip", "root.cert"}, ASV_TOGETHER_WRONG, "root.cert"},
        {{"root.cert", "first.zip", "first.zip"}, ASV_TOGETHER_WRONG, "root.cert"},
    };
    (void)state;
    make_parts();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char paths[3][700];
        char *const given[] = {paths[0], paths[1], paths[2]};
        char *text = NULL;
        size_t len = 0;
        enum asv_handed_verdict verdict = ASV_HANDED_INVALID;
        struct asv_verify_handed what = all_of_it();
        what.out = open_memstream(&text, &len);
        size_t count = 0;
        for (; count < 3 && cases[i].paths[count] != NULL; count++) {
            (void)snprintf(paths[count], sizeof paths[count], "%s/%s", directory, cases[i].paths[count]);
        }
        assert_int_equal(asv_verify_handed_parts(&what, given, count, &verdict, NULL), ASV_OK);
        (void)fclose(what.out);
        const char *end = NULL;
        if (verdict != asv_handed_together_verdict(cases[i].kind) ||
            (end = strstr(text, "All parts together: ")) == NULL ||
            !says(end, cases[i].kind, cases[i].part)) {
            fail_msg("%zu: %s", i, text);
        }
        free(text);
    }
}

/* One object, or nothing. */
static void parts_are_one_object(void **state)
{
    static const struct {
        const char *second, *reason;
    } cases[] = {{"second.zip", "all"}, {"first.zip", "part-twice"}, {"no.zip", NULL}};
    (void)state; /* HO-172 */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char paths[2][700], *text = NULL;
        char *const given[] = {paths[0], paths[1]};
        bool is_there = cases[i].reason != NULL;
        size_t len = 0;
        enum asv_handed_verdict verdict = ASV_HANDED_INVALID;
        struct asv_verify_handed what = all_of_it();
        (void)snprintf(paths[0], sizeof paths[0], "%s/first.zip", directory);
        (void)snprintf(paths[1], sizeof paths[1], "%s/%s", directory, cases[i].second);
        what.out = open_memstream(&text, &len);
        what.json = true;
        assert_int_equal(asv_verify_handed_parts(&what, given, 2, &verdict, NULL),
                         is_there ? ASV_OK : ASV_E_NOT_FOUND);
        (void)fclose(what.out);
        json_t *said = json_loads(text, 0, NULL);
        const json_t *part = json_object_get(said, "part");
        assert_int_equal(said != NULL, is_there);
        assert_int_equal(len > 0, is_there);
        assert_int_equal(json_integer_value(json_object_get(said, "format")), is_there ? 1 : 0);
        assert_int_equal(json_array_size(json_object_get(said, "parts")), is_there ? 2 : 0);
        if (is_there) {
            assert_string_equal(json_string_value(json_object_get(said, "reason")), cases[i].reason);
            assert_int_equal(json_is_null(part), verdict == ASV_HANDED_VALID);
            assert_true(json_is_null(part) || strcmp(json_string_value(part), paths[1]) == 0);
        }
        json_decref(said);
        free(text);
    }
}

/* ---- a filing ---- */

static char filing[600];

/* The files of a good one, flat, with their signatures. */
static void file_it(const char *name, const void *data, size_t len, bool is_signed)
{
    asv_test_write_file(filing, name, data, len);
    if (is_signed) {
        uint8_t signature[ASV_CADES_MAX_BYTES];
        char beside[200];
        size_t signature_len = asv_test_handover_sign(signature, data, len);
        (void)snprintf(beside, sizeof beside, "%s.p7s", name);
        asv_test_write_file(filing, beside, signature, signature_len);
    }
}

/* As server/handover names them. */
static void file_part(const struct asv_test_handover_file *file)
{
    static const struct {
        const char *key, *part;
    } parts[] = {
        {"playable", "playable.mp4"}, {"excerpt", "excerpt.mp4"}, {"sealed", "sealed.age"}, {"seal", "seal"}};
    struct asv_handover_naming naming = {.output = ASV_HANDOVER_FILING};
    char id[ASV_UUID_TEXT_BYTES], name[120];
    uint8_t raw[ASV_UUID_BYTES], digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    memcpy(naming.handover, it.plan.id, sizeof naming.handover);
    asv_handover_id(&naming, file->name, raw);
    asv_uuid_format(id, raw);
    (void)snprintf(name, sizeof name, "Teil_%s.asv", id);
    file_it(name, file->data, file->len, true);
    for (size_t clip = 0; clip < ASV_TEST_HANDOVER_CLIPS; clip++) {
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            char path[64];
            (void)snprintf(path, sizeof path, "recordings/%03zu/%s", clip + 1, parts[i].part);
            if (strcmp(path, file->name) == 0) {
                json_t *said = json_object_get(clip_of(clip), parts[i].key);
                set(said, "id", json_string(id));
                set(said, "name", json_string(name));
                return;
            }
        }
    }
    asv_sha256(digest, file->data, file->len);
    asv_hex_encode(hex, digest, sizeof digest);
    json_t *said = json_pack("{s:s,s:s,s:s,s:I,s:s}", "title", file->name, "id", id, "name", name, "bytes",
                             (json_int_t)file->len, "sha256", hex);
    assert_int_equal(json_array_append_new(json_object_get(it.facts, "files"), said), 0);
}

/* The ledger's extract as server/handover makes it. */
static void file_ledger(void (*spoil)(struct asv_test_handover_file *))
{
    static uint8_t data[1 << 20];
    struct asv_test_handover_file extract = {.name = "ledger", .data = data};
    const struct asv_test_handover_file *rising[ASV_TEST_HANDOVER_FILES];
    struct asv_writer writer;
    uint32_t count = 0;
    for (size_t i = 0; i < it.count; i++) {
        if (strncmp(it.files[i].name, "ledger/", 7) == 0) {
            uint32_t at = count++;
            for (; at > 0 && strcmp(rising[at - 1]->name, it.files[i].name) > 0; at--) {
                rising[at] = rising[at - 1];
            }
            rising[at] = &it.files[i];
        }
    }
    asv_writer_init(&writer, data, sizeof data);
    asv_extract_write_head(&writer, count);
    for (uint32_t i = 0; i < count; i++) {
        asv_extract_write_name(&writer, rising[i]->name + 7, (uint32_t)rising[i]->len);
        asv_write_bytes(&writer, rising[i]->data, rising[i]->len);
    }
    assert_false(writer.overrun);
    extract.len = writer.len;
    if (spoil != NULL) {
        spoil(&extract);
    }
    file_part(&extract);
}

static void no_ledger(struct asv_test_handover_file *extract)
{
    (void)extract;
}

static void (*spoil_ledger)(struct asv_test_handover_file *);

static void make_filing(void (*change)(void))
{
    static const char *const titles[] = {"Anschreiben",       "Inhaltsverzeichnis", "Asservatenliste",
                                         "Gewahrsamsbericht", "Pruefanleitung",     "Tatsachen"};
    asv_test_handover_copy(&it, &good);
    it.plan.outputs |= ASV_PLAN_FILING;
    decide_again();
    if (change != NULL) {
        change();
    }
    asv_test_handover_list(&it);
    asv_test_make_directory(filing, sizeof filing);
    set(it.facts, "output", json_string("filing"));
    set(it.facts, "files", json_array());
    json_t *documents = json_object_get(it.facts, "documents");
    for (size_t i = 0; i < 6; i++) {
        char name[120], signature[140];
        json_t *document = json_array_get(documents, i);
        (void)snprintf(name, sizeof name, "%s_%s.%s", titles[i],
                       json_string_value(json_object_get(document, "id")), i == 5 ? "json" : "pdf");
        (void)snprintf(signature, sizeof signature, "%s.p7s", name);
        set(document, "name", json_string(name));
        set(document, "signature", json_string(signature));
        if (i < 5) {
            file_it(name, "%PDF-1.7", 8, true);
        }
    }
    for (size_t i = 0; i < it.count; i++) {
        if (strncmp(it.files[i].name, "ledger/", 7) != 0 && strncmp(it.files[i].name, "external/", 9) != 0 &&
            !it.files[i].is_signed) {
            file_part(&it.files[i]);
        }
    }
    if (spoil_ledger != no_ledger) {
        file_ledger(spoil_ledger);
    }
    char *text = json_dumps(it.facts, 0);
    file_it(json_string_value(json_object_get(json_array_get(documents, 5), "name")), text, strlen(text),
            true);
    free(text);
    file_it("xjustiz_nachricht.xml", "<x/>", 4, false);
}

static struct asv_verify_handed of_filing(void)
{
    struct asv_verify_handed what = all_of_it();
    what.path = filing;
    return what;
}

static const char *in_filing(const char *name)
{
    static char path[900];
    (void)snprintf(path, sizeof path, "%s/%s", filing, name);
    return path;
}

/* Found, and taken away again. */
static void is_found(const struct asv_verify_handed *what, const char *kind, const char *name)
{
    assert_int_equal(verify(what), ASV_HANDED_INVALID);
    assert_string_equal(asv_handed_fault_name(&fault), kind);
    assert_string_equal(fault.file, name);
}

/* HO-172 */
static void a_filing_is_no_part(void **state)
{
    (void)state;
    struct asv_verify_handed what = of_filing();
    struct asv_handed_set *set = asv_handed_set_new();
    assert_non_null(set);
    make_filing(NULL);
    what.set = set;
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    assert_int_equal(asv_handed_set_judge(set), ASV_TOGETHER_FILING);
    assert_string_equal(asv_handed_set_path(set), filing);
    asv_handed_set_free(set);
    asv_test_remove_directory(filing);
    asv_test_handover_free(&it);
}

static void a_filing_is_what_it_says_and_nothing_else(void **state)
{
    (void)state; /* HO-103, HO-090 */
    static const char name[] = "Notiz_0197a3c0-0000-4000-8000-000000000001.pdf";
    static const char signature[] = "Notiz_0197a3c0-0000-4000-8000-000000000001.pdf.p7s";
    char unsigned_part[120], its_signature[130];
    make_filing(NULL);
    const struct asv_verify_handed what = of_filing();
    assert_true(asv_handed_is(filing));
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    assert_int_equal(fault.kind, ASV_HANDED_NONE);

    assert_int_equal(symlink("/etc/passwd", in_filing(name)), 0);
    is_found(&what, "filing", name);
    assert_int_equal(unlink(in_filing(name)), 0);
    assert_int_equal(mkfifo(in_filing(name), 0600), 0);
    is_found(&what, "filing", name);
    assert_int_equal(unlink(in_filing(name)), 0);
    assert_int_equal(mkdir(in_filing(name), 0700), 0);
    is_found(&what, "filing", name);
    assert_int_equal(rmdir(in_filing(name)), 0);
    asv_test_write_file(filing, "a\033[2Jb", "", 0);
    is_found(&what, "filing", "a?[2Jb");
    assert_int_equal(unlink(in_filing("a\033[2Jb")), 0);
    asv_test_write_file(filing, name, "%PDF", 4);
    is_found(&what, "file-unnamed", name);
    asv_test_write_file(filing, signature, "0", 1);
    is_found(&what, "document-signature", signature);
    assert_int_equal(unlink(in_filing(name)), 0);
    is_found(&what, "file-missing", name);
    assert_int_equal(unlink(in_filing(signature)), 0);
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    (void)snprintf(unsigned_part, sizeof unsigned_part, "%s",
                   json_string_value(json_object_get(json_object_get(clip_of(0), "sealed"), "name")));
    (void)snprintf(its_signature, sizeof its_signature, "%s.p7s", unsigned_part);
    assert_int_equal(unlink(in_filing(its_signature)), 0); /* HO-103 */
    is_found(&what, "unsigned", unsigned_part);
    asv_test_remove_directory(filing);
    asv_test_handover_free(&it);
}

static void a_filing_has_its_recordings_checked(void **state)
{
    (void)state; /* HO-103 */
    static const struct {
        void (*change)(void);
        const char *kind, *path;
    } all[] = {{playable_is_changed, "playable", "recordings/001/playable.mp4"},
               {a_piece_is_changed, "recording", "recordings/001/sealed.age"},
               {commit_is_changed, "dock", "recordings/001/commit"},
               {proof_is_garbage, "excerpt", "recordings/003/excerpt.proof"},
               {plan_of_another_case, "plan-facts", NULL},
               {root_is_garbage, "trust", "trust/root.cert"},
               {a_key_that_nobody_gave, "file-unnamed", "recordings/002/file.key"},
               {a_file_of_no_kind, "file-unnamed", "notes.txt"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct asv_handover_naming naming = {.output = ASV_HANDOVER_FILING};
        uint8_t raw[ASV_UUID_BYTES];
        char id[ASV_UUID_TEXT_BYTES];
        make_filing(all[i].change);
        const struct asv_verify_handed what = of_filing();
        assert_int_equal(verify(&what), ASV_HANDED_INVALID);
        assert_string_equal(asv_handed_fault_name(&fault), all[i].kind);
        memcpy(naming.handover, it.plan.id, sizeof naming.handover);
        asv_handover_id(&naming, all[i].path != NULL ? all[i].path : "", raw);
        asv_uuid_format(id, raw);
        assert_true(all[i].path == NULL || strstr(fault.file, id) != NULL); /* by the name that it has */
        asv_test_remove_directory(filing);
        asv_test_handover_free(&it);
    }
}

#define SPOIL(name, ...)                                     \
    static void name(struct asv_test_handover_file *extract) \
    {                                                        \
        __VA_ARGS__;                                         \
    }
SPOIL(extract_is_cut, extract->len--)
SPOIL(extract_is_a_head, extract->len = ASV_EXTRACT_HEAD_BYTES - 1)
SPOIL(extract_is_longer, extract->data[extract->len++] = 0)
SPOIL(extract_is_another_thing, extract->data[0]++)
SPOIL(extract_of_another_format, extract->data[9]++)
SPOIL(extract_of_one_more, extract->data[13]++)
SPOIL(extract_of_one_less, extract->data[13]--)
SPOIL(extract_of_too_many, extract->data[10] = 1)
SPOIL(extract_names_nothing, extract->data[ASV_EXTRACT_HEAD_BYTES] = 0)
SPOIL(extract_leads_elsewhere, extract->data[ASV_EXTRACT_HEAD_BYTES + 3] = '/')
SPOIL(extract_hides, extract->data[ASV_EXTRACT_HEAD_BYTES + 1] = '.')
SPOIL(extract_is_not_in_order, extract->data[ASV_EXTRACT_HEAD_BYTES + 1] = 'z')
SPOIL(extract_is_changed, extract->data[extract->len - 400] ^= 1)

static void a_filing_has_its_ledger_checked(void **state)
{
    (void)state; /* PK-062 */
    static const struct {
        void (*spoil)(struct asv_test_handover_file *);
        void (*change)(void);
        const char *kind;
    } all[] = {{no_ledger, NULL, "file-missing"},
               {extract_is_cut, NULL, "ledger"},
               {extract_is_a_head, NULL, "ledger"},
               {extract_is_longer, NULL, "ledger"},
               {extract_is_another_thing, NULL, "ledger"},
               {extract_of_another_format, NULL, "ledger"},
               {extract_of_one_more, NULL, "ledger"},
               {extract_of_one_less, NULL, "ledger"},
               {extract_of_too_many, NULL, "ledger"},
               {extract_names_nothing, NULL, "ledger"},
               {extract_leads_elsewhere, NULL, "ledger"},
               {extract_hides, NULL, "ledger"},
               {extract_is_not_in_order, NULL, "ledger"},
               {extract_is_changed, NULL, "decision"},
               {NULL, an_entry_is_changed, "ledger"},
               {NULL, an_event_is_left_out, "custody"},
               {NULL, an_entry_about_others, "ledger-strange"},
               {NULL, nobody_is_enrolled, "file-missing"},
               {NULL, nobody_says_whose_heads_they_are, "file-missing"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        spoil_ledger = all[i].spoil;
        make_filing(all[i].change);
        spoil_ledger = NULL;
        const struct asv_verify_handed what = of_filing();
        assert_int_equal(verify(&what), ASV_HANDED_INVALID);
        if (strcmp(asv_handed_fault_name(&fault), all[i].kind) != 0) {
            fail_msg("%zu: %s, %s", i, asv_handed_fault_name(&fault), fault.err.text);
        }
        asv_test_remove_directory(filing);
        asv_test_handover_free(&it);
    }
}

/* ---- the report ---- */

static char *report(enum asv_language language, bool json)
{
    char *text = NULL;
    size_t len = 0;
    struct asv_verify_handed what = all_of_it();
    what.language = language;
    what.json = json;
    what.out = open_memstream(&text, &len);
    (void)verify(&what);
    assert_int_equal(fclose(what.out), 0);
    return text;
}

static void the_first_fault_is_said_with_file_and_meaning(void **state)
{
    (void)state; /* HO-091 */
    (void)prepare(playable_is_changed, NULL);
    char *german = report(ASV_LANGUAGE_DE, false);
    assert_non_null(strstr(german,
                           "Ergebnis: INVALID\n  data/recordings/001/playable.mp4: die abspielbare Datei "
                           "ist nicht der Inhalt des versiegelten Originals\n  (playable: differs "
                           "between its bytes 65536 and 131072)\n"));
    assert_non_null(strstr(german, "[FALSCH]  Aufzeichnungen\n"));
    assert_non_null(strstr(german, "was nach dem ersten Fehler gekommen w"));
    char *english = report(ASV_LANGUAGE_EN, false);
    assert_non_null(strstr(english,
                           "Result: INVALID\n  data/recordings/001/playable.mp4: the playable file is "
                           "not what the sealed original holds\n"));
    char *json = report(ASV_LANGUAGE_EN, true);
    json_t *said = json_loads(json, 0, NULL);
    assert_non_null(said);
    assert_true(json_is_false(json_object_get(said, "valid")));
    const json_t *first = json_object_get(said, "fault");
    assert_string_equal(json_string_value(json_object_get(first, "kind")), "playable");
    assert_string_equal(json_string_value(json_object_get(first, "file")),
                        "data/recordings/001/playable.mp4");
    json_decref(said);
    free(german);
    free(english);
    free(json);
    asv_test_handover_free(&it);
}

static void a_good_report_says_what_was_not_looked_at(void **state)
{
    (void)state; /* HO-090, HO-116 */
    (void)prepare(a_witness_whom_nobody_knows, NULL);
    char *german = report(ASV_LANGUAGE_DE, false);
    assert_non_null(strstr(german, "Nicht gepr\xc3\xbc"
                                   "ft\n  Originale, die nicht beiliegen: was ihre "));
    assert_non_null(strstr(german, "\n  wer die Zeugen des Protokolls sind: --ledger fehlt\n"));
    assert_non_null(strstr(german, "\n  im Protokoll: "));
    assert_non_null(strstr(german,
                           "\n  ob seither ein Zertifikat gesperrt wurde: Sperrliste 7 von "
                           "2026-01-05T06:00:00.000Z, die beiliegt (--revocations nimmt eine neuere)\n"));
    assert_non_null(strstr(german, "\n  ob Kameras, von denen nichts "));
    assert_non_null(strstr(german, "\n  ob die Uhren der Kameras richtig gingen\n"));
    assert_non_null(strstr(german, "\n  ob das Protokoll noch mehr "));
    assert_non_null(strstr(german, "Mitsignaturen von Zeugen, die die Vertrauensdatei nicht nennt\n"));
    assert_non_null(strstr(german, "TRUNCATED, TRUSTED, Auszug ohne Original\n"));
    assert_non_null(
        strstr(german, "[gut]     Unterzeichner: von der Beh\xc3\xb6rde daf\xc3\xbcr zertifiziert\n"));
    assert_non_null(strstr(german, "Ergebnis: VALID\n"));
    char *json = report(ASV_LANGUAGE_DE, true);
    json_t *said = json_loads(json, 0, NULL);
    assert_non_null(said);
    assert_true(json_is_true(json_object_get(said, "valid")));
    assert_int_equal(json_integer_value(json_object_get(said, "format")), 1); /* HO-137 */
    const json_t *list = json_object_get(said, "revocations");
    assert_int_equal(json_integer_value(json_object_get(list, "number")), 7);
    assert_true(json_is_true(json_object_get(list, "enclosed")));
    assert_int_equal(json_array_size(json_object_get(said, "recordings")), 4);
    assert_non_null(json_object_get(json_object_get(said, "ledger"), "heads"));
    json_decref(said);
    free(german);
    free(json);
    asv_test_handover_free(&it);
}

CHANGE(the_third_goes_without, third_without(); it.plan_clips[2].form = ASV_PLAN_EXCERPT_ONLY; decide_again())

static const char *said_of(const json_t *said, size_t i, const char *key)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(said, "recordings"), i), key));
}

/* What was signed of it holds, and what is shown; nobody opens what is not there. */
static void without_its_original_a_recording_is_valid_and_not_checked_whole(void **state)
{
    (void)state; /* HO-111, HO-112 */
    (void)prepare(the_third_goes_without, NULL);
    char *json = report(ASV_LANGUAGE_EN, true);
    json_t *said = json_loads(json, 0, NULL);
    assert_non_null(said);
    assert_string_equal(json_string_value(json_object_get(said, "verdict")), "VALID");
    assert_string_equal(said_of(said, 2, "integrity"), "VALID");
    assert_string_equal(said_of(said, 2, "form"), "excerpt_only");
    assert_string_equal(said_of(said, 3, "integrity"), "TRUNCATED");
    assert_string_equal(json_string_value(json_array_get(json_object_get(said, "not_checked"), 0)),
                        "originals");
    json_decref(said);
    free(json);
    asv_test_handover_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_one_is_valid),
        cmocka_unit_test(every_damage_is_named),
        cmocka_unit_test(every_claim_is_compared),
        cmocka_unit_test(without_what_came_by_another_way_it_is_not_valid),
        cmocka_unit_test(it_takes_the_one_that_was_asked_for),
        cmocka_unit_test(a_newer_list_counts),
        cmocka_unit_test(a_list_of_others_is_told_as_such),
        cmocka_unit_test(the_certificate_is_taken_as_another_system_writes_it),
        cmocka_unit_test(what_is_not_shown_leaves_it_incomplete),
        cmocka_unit_test(parts_are_verified_together),
        cmocka_unit_test(parts_are_one_object),
        cmocka_unit_test(a_filing_is_no_part),
        cmocka_unit_test(a_filing_is_what_it_says_and_nothing_else),
        cmocka_unit_test(a_filing_has_its_recordings_checked),
        cmocka_unit_test(a_filing_has_its_ledger_checked),
        cmocka_unit_test(the_first_fault_is_said_with_file_and_meaning),
        cmocka_unit_test(a_good_report_says_what_was_not_looked_at),
        cmocka_unit_test(without_its_original_a_recording_is_valid_and_not_checked_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
