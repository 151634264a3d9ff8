/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people are shown of a plan before they sign, and a receipt that its recipient signed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/cades.h"
#include "firmware-proto/crypto/x509.h"
#include "server/base/uuid.h"
#include "server/flow/handover.h"
#include "server/flow/printed.h"
#include "server/flow/words_plan.h"
#include "tests/support/plans.h"
#include "tests/unit/test.h"

/* ---- in words ---- */

struct shown {
    size_t lines;
    char text[8192];
};

static void take_line(void *ctx, const char *name, const char *text)
{
    struct shown *shown = ctx;
    size_t len = strlen(shown->text);
    shown->lines++;
    (void)snprintf(shown->text + len, sizeof shown->text - len, "%s: %s\n", name, text);
}

static void words_of(enum asv_language language, struct shown *out)
{
    static uint8_t data[ASV_PLAN_MAX_BYTES];
    struct asv_plan plan;
    struct asv_plan_clip clips[4];
    struct asv_writer writer;
    asv_test_handover_plan(&plan, clips, 4);
    plan.outputs = ASV_PLAN_CARRIER | ASV_PLAN_FILING;
    plan.protection = ASV_PLAN_ZIP;
    clips[0] = (struct asv_plan_clip){.form = ASV_PLAN_SEALED};
    clips[1] = (struct asv_plan_clip){.form = ASV_PLAN_WHOLE};
    clips[2] = (struct asv_plan_clip){.form = ASV_PLAN_EXCERPT, .from_ms = 61005, .until_ms = 4294967295U};
    clips[3] = (struct asv_plan_clip){.form = ASV_PLAN_EXCERPT_ONLY, .from_ms = 7, .until_ms = 60000};
    for (uint8_t i = 0; i < 4; i++) {
        memset(clips[i].header, i + 1, sizeof clips[i].header);
    }
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_plan_write(&writer, &plan, clips), ASV_OK);
    assert_int_equal(asv_plan_read(&plan, data, writer.len, NULL), ASV_OK);
    memset(out, 0, sizeof *out);
    asv_words_plan(language, NULL, &plan, take_line, out);
}

static void a_plan_is_shown_whole(void **state)
{
    static const char *const english[] = {
        "handed to: ",
        "and to: ",
        ": age1",
        "a carrier: one file",
        "with a password (ZIP, AES-256)",
        "a filing: files",
        "recording: 1 of 4: 0101",
        "recording: 3 of 4: 0303",
        "goes as: the sealed original alone, which the recipients can open\n",
        "goes as: the whole of it to play, and the sealed original\n",
        "goes as: an excerpt from 61.005 s to 4294967.295 s to play, and",
        "and the sealed original, which the recipients can open\n",
        "goes as: only an excerpt from 0.007 s to 60.000 s to play, without the sealed original\n", /* HO-081
                                                                                                     */
        "the original stays here until the receipt is confirmed\n"};
    static const char *const german[] = {
        "übergeben an: ",
        "und an: ",
        "ein Paket: eine Datei",
        "mit einem Passwort (ZIP, AES-256)",
        "eine Einreichung: ",
        "Aufzeichnung: 2 von 4: 0202",
        "geht als: versiegeltes Original allein, das die Empfänger öffnen können\n",
        "geht als: Ausschnitt von 61.005 s bis 4294967.295 s zum Abspielen und",
        "und versiegeltes Original, das die Empfänger öffnen können\n",
        "geht als: nur Ausschnitt von 0.007 s bis 60.000 s zum Abspielen, ohne versiegeltes Original\n",
        "das Original bleibt hier, bis der Empfang bestätigt ist\n"};
    struct shown shown[ASV_LANGUAGES];
    (void)state; /* HO-004 */
    words_of(ASV_ENGLISH, &shown[ASV_ENGLISH]);
    words_of(ASV_GERMAN, &shown[ASV_GERMAN]);
    assert_int_equal(shown[ASV_ENGLISH].lines, shown[ASV_GERMAN].lines);
    for (size_t i = 0; i < sizeof english / sizeof *english; i++) {
        if (strstr(shown[ASV_ENGLISH].text, english[i]) == NULL) {
            fail_msg("not \"%s\" in:\n%s", english[i], shown[ASV_ENGLISH].text);
        }
    }
    for (size_t i = 0; i < sizeof german / sizeof *german; i++) {
        if (strstr(shown[ASV_GERMAN].text, german[i]) == NULL) {
            fail_msg("not \"%s\" in:\n%s", german[i], shown[ASV_GERMAN].text);
        }
    }
}

/* ---- what can be filed ---- */

/* HO-018, LAW H8: the sealed original goes in each form but one, the playable file with a whole one. */
static void more_than_may_be_filed_is_known_before(void **state)
{
    static const struct {
        uint8_t form;
        uint64_t bytes;
        size_t most; /* that can be filed */
    } table[] = {{ASV_PLAN_SEALED, 0, 121},
                 {ASV_PLAN_WHOLE, 0, 80},
                 {ASV_PLAN_EXCERPT, 0, 80},
                 {ASV_PLAN_SEALED, 200000000, 1},
                 {ASV_PLAN_SEALED, 200000001, 0},
                 {ASV_PLAN_EXCERPT, 199999999, 1},
                 {ASV_PLAN_WHOLE, 100 * 65552, 15},
                 {ASV_PLAN_WHOLE, 200000000, 0},
                 {ASV_PLAN_SEALED, UINT64_MAX, 0},
                 {ASV_PLAN_EXCERPT_ONLY, 0, 96},
                 {ASV_PLAN_EXCERPT_ONLY, UINT64_MAX, 96}};
    static struct asv_handover_clip clips[ASV_PLAN_CLIPS_MAX];
    static uint64_t bytes[ASV_PLAN_CLIPS_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t most = 0;
        for (size_t j = 0; j < ASV_PLAN_CLIPS_MAX; j++) {
            clips[j].form = table[i].form;
            bytes[j] = table[i].bytes;
        }
        while (most < ASV_PLAN_CLIPS_MAX && asv_handover_can_file(clips, bytes, most + 1, 20261130)) {
            most++;
        }
        if (most != table[i].most) {
            fail_msg("%zu: %zu, not %zu", i, most, table[i].most);
        }
    }
}

/* ---- a receipt ---- */

#define NOW_S INT64_C(1796000000)

struct desk {
    uint8_t sk[ASV_P256_SK_BYTES];
    uint8_t pem[2 * ASV_X509_MAX_BYTES];
    size_t pem_len;
    uint8_t sig[ASV_CADES_MAX_BYTES];
    size_t sig_len;
    char text[ASV_RECEIPT_TEXT_BYTES];
    size_t text_len;
    struct asv_db_handover row;
    struct asv_db_handover_receipt said;
};

static enum asv_status sign(void *ctx, const uint8_t digest[ASV_SHA256_BYTES],
                            uint8_t out[ASV_P256_SIG_MAX_BYTES], size_t *len, struct asv_err *err)
{
    (void)err;
    return asv_p256_sign(out, len, ctx, digest);
}

static void sign_text(struct desk *desk)
{
    uint8_t digest[ASV_SHA256_BYTES];
    const struct asv_cades_signer by = {desk->sk, {desk->pem, desk->pem_len}, sign};
    asv_sha256(digest, desk->text, desk->text_len);
    assert_int_equal(asv_cades_sign(desk->sig, &desk->sig_len, digest, NOW_S, &by, NULL), ASV_OK);
}

/* Whose certificate is on the card. */
static void write_card(struct desk *desk)
{
    static const char name[] = "Staatsanwaltschaft Duisburg";
    struct asv_card card = {.authority = {(const uint8_t *)name, sizeof name - 1},
                            .address_count = 1,
                            .address = {{(const uint8_t *)"47057 Duisburg", 14}},
                            .has_certificate = true};
    struct asv_writer writer;
    struct asv_cades signer;
    uint8_t digest[ASV_SHA256_BYTES];
    asv_sha256(digest, desk->text, desk->text_len);
    assert_int_equal(asv_cades_verify(&signer, (struct asv_bytes){desk->sig, desk->sig_len}, digest, NULL),
                     ASV_OK);
    memcpy(card.certificate, signer.certificate, sizeof card.certificate);
    asv_writer_init(&writer, desk->row.card, sizeof desk->row.card);
    assert_int_equal(asv_card_write(&writer, &card), ASV_OK);
    desk->row.card_len = writer.len;
}

static int sit_down(void **state)
{
    static const struct asv_x509 fields = {.organisation = "Justiz",
                                           .name = "JHS",
                                           .serial = {1},
                                           .from_s = NOW_S - 1,
                                           .until_s = NOW_S + 86400};
    struct desk *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    desk->sk[0] = 7;
    assert_int_equal(asv_x509_self_signed(desk->pem, &desk->pem_len, &fields, desk->sk), ASV_OK);
    memset(desk->row.id, 5, sizeof desk->row.id);
    memset(desk->said.id, 5, sizeof desk->said.id);
    memset(desk->said.received, 6, sizeof desk->said.received);
    desk->said.received_ms = NOW_S * 1000;
    strcpy(desk->said.receiver, "JHS Müller");
    desk->text_len = asv_handover_receipt_text(desk->text, &desk->said);
    sign_text(desk);
    write_card(desk);
    *state = desk;
    return 0;
}

static int get_up(void **state)
{
    free(*state);
    return 0;
}

static enum asv_status read_it(const struct desk *desk, struct asv_db_handover_receipt *out)
{
    struct asv_err err = {0};
    return asv_handover_receipt_read(&desk->row,
                                     (struct asv_bytes){(const uint8_t *)desk->text, desk->text_len},
                                     (struct asv_bytes){desk->sig, desk->sig_len}, out, &err);
}

/* Another text, which the recipient signed. */
static enum asv_status read_signed(struct desk *desk, const char *text)
{
    struct asv_db_handover_receipt out;
    desk->text_len = (size_t)snprintf(desk->text, sizeof desk->text, "%s", text);
    sign_text(desk);
    return read_it(desk, &out);
}

static void a_receipt_says_what_was_signed(void **state)
{
    struct desk *desk = *state;
    struct asv_db_handover_receipt out;
    uint8_t digest[ASV_SHA256_BYTES]; /* HO-012 */
    assert_string_equal(desk->text, "handover-receipt\n05050505-0505-0505-0505-050505050505\n"
                                    "0606060606060606060606060606060606060606060606060606060606060606\n2026-"
                                    "11-30T00:53:20Z\nJHS Müller\n");
    assert_int_equal(read_it(desk, &out), ASV_OK);
    assert_true(out.is_signed);
    assert_memory_equal(out.received, desk->said.received, sizeof out.received);
    assert_int_equal(out.received_ms, NOW_S * 1000);
    assert_string_equal(out.receiver, "JHS Müller");
    asv_sha256(digest, desk->sig, desk->sig_len);
    assert_memory_equal(out.document, digest, sizeof digest);
}

#define RECEIPT(first, id, digest, at, who) first "\n" id "\n" digest "\n" at "\n" who "\n"
#define FIRST                               "handover-receipt"
#define ID                                  "05050505-0505-0505-0505-050505050505"
#define DIGEST                              "0606060606060606060606060606060606060606060606060606060606060606"
#define AT                                  "2026-11-30T08:53:20Z"

static void another_text_is_none(void **state)
{
    static const char *const none[] = {"",
                                       "\n\n\n\n\n",
                                       RECEIPT("receipt", ID, DIGEST, AT, "JHS"),
                                       RECEIPT(FIRST, "0505", DIGEST, AT, "JHS"),
                                       RECEIPT(FIRST, ID, "06", AT, "JHS"),
                                       RECEIPT(FIRST, ID, DIGEST, "2026-11-30T08:53:20+01", "JHS"),
                                       RECEIPT(FIRST, ID, DIGEST, "2026-11-30T8:53:20Z", "JHS"),
                                       RECEIPT(FIRST, ID, DIGEST, "2026-11-31T08:53:20Z", "JHS"),
                                       RECEIPT(FIRST, ID, DIGEST, AT, ""),
                                       RECEIPT(FIRST, ID, DIGEST, AT, " JHS"),
                                       RECEIPT(FIRST, ID, DIGEST, AT, "JHS") "more\n",
                                       FIRST "\n" ID "\n" DIGEST "\n" AT "\nJHS",
                                       RECEIPT(FIRST "\r", ID "\r", DIGEST "\r", AT "\r", "JHS\r")};
    struct desk *desk = *state; /* HO-012: one text, in one way */
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        enum asv_status status = read_signed(desk, none[i]);
        if (status != ASV_E_MALFORMED) {
            fail_msg("%zu: %d", i, (int)status);
        }
    }
    assert_int_equal(
        read_signed(desk, RECEIPT(FIRST, "06050505-0505-0505-0505-050505050505", DIGEST, AT, "JHS")),
        ASV_E_MISMATCH);
    assert_int_equal(read_signed(desk, RECEIPT(FIRST, ID, DIGEST, AT, "JHS")), ASV_OK);
}

/* HO-087: what lies beside a carrier is none before it is filled in. */
static void a_form_is_a_receipt_when_it_is_filled_in(void **state)
{
    struct desk *desk = *state;
    char form[ASV_RECEIPT_TEXT_BYTES];
    char filled[ASV_RECEIPT_TEXT_BYTES + 1];
    size_t len = asv_handover_receipt_form(form, desk->row.id, desk->said.received);
    assert_int_equal(len, strlen(form));
    assert_int_equal(read_signed(desk, form), ASV_E_MALFORMED);
    const char *time = strstr(form, "JJJJ");
    assert_non_null(time);
    const char *name = strchr(time, '\n') + 1;
    snprintf(filled, sizeof filled, "%.*s" AT "\n%s", (int)(time - form), form, name);
    assert_int_equal(read_signed(desk, filled), ASV_E_MALFORMED);
    snprintf(filled, sizeof filled, "%.*s" AT "\nJHS\n", (int)(time - form), form);
    assert_int_equal(read_signed(desk, filled), ASV_OK);
}

/* HO-158 */
static void what_an_editor_did_or_somebody_forgot_is_said(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {{"\xef\xbb\xbf" RECEIPT(FIRST, ID, DIGEST, AT, "JHS"), "a byte order mark"},
               {RECEIPT(FIRST "\r", ID "\r", DIGEST "\r", AT "\r", "JHS\r"), "(CR LF)"},
               {FIRST "\n" ID "\n" DIGEST "\n" AT "\nJHS", "last line has no end"},
               {RECEIPT(FIRST, ID, DIGEST, "JJJJ-MM-TTThh:mm:ssZ", "JHS"), "fourth line"},
               {RECEIPT(FIRST, ID, DIGEST, "03.12.2026 09:15", "JHS"), "fourth line"},
               {RECEIPT(FIRST, ID, DIGEST, AT, "Vorname Name, Dienststelle"), "fifth line"},
               {RECEIPT(FIRST, ID, DIGEST, AT, "JHS") "\n", "not the five lines"}};
    struct desk *desk = *state;
    struct asv_db_handover_receipt out;
    struct asv_err err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct asv_bytes text = {(const uint8_t *)bad[i].text, strlen(bad[i].text)};
        assert_int_equal(asv_handover_receipt_read(&desk->row, text,
                                                   (struct asv_bytes){desk->sig, desk->sig_len}, &out, &err),
                         ASV_E_MALFORMED);
        if (strstr(err.text, bad[i].why) == NULL) {
            fail_msg("%zu: %s", i, err.text);
        }
    }
}

static void what_the_addressee_did_not_sign_is_refused(void **state)
{
    struct desk *desk = *state; /* HO-012 */
    struct asv_db_handover_receipt out;
    desk->text[desk->text_len - 2] = 's';
    assert_int_equal(read_it(desk, &out), ASV_E_DIGEST);
    desk->text[desk->text_len - 2] = 'r';
    desk->sig[desk->sig_len - 1] ^= 1;
    assert_int_not_equal(read_it(desk, &out), ASV_OK);
    desk->sig[desk->sig_len - 1] ^= 1;
    uint8_t *last = &desk->row.card[desk->row.card_len - 2]; /* digit of the certificate's digest */
    *last = *last == '0' ? '1' : '0';
    assert_int_equal(read_it(desk, &out), ASV_E_UNTRUSTED);
    desk->row.card_len = 0;
    assert_int_equal(read_it(desk, &out), ASV_E_STATE);
}

/* HO-024: before anything is signed, and with the field. */
static void what_has_no_form_in_the_documents_is_refused(void **state)
{
    static const struct {
        size_t field;
        const char *text, *says;
    } bad[] = {
        {offsetof(struct asv_db_incident, accused), "\u05d0\u05d1\u05e8\u05d4\u05dd",
         "accused: U+05D0 has no form"},
        {offsetof(struct asv_db_incident, injured), "Willi Weiß\n\u674e", "injured: U+674E has no form"},
        {offsetof(struct asv_db_incident, offence), "Angriff \U0001f44a", "offence: U+1F44A has no form"},
        {offsetof(struct asv_db_incident, place), "a\u0300\u0301\u0302", "place: U+0302 has no form"},
        {offsetof(struct asv_db_incident, prosecutor), "570 Js \u0416", "prosecutor: U+0416 has no form"},
        {offsetof(struct asv_db_incident, case_number),
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "case number: has more than 64 bytes"},
    };
    struct asv_db_incident *incident = calloc(1, sizeof *incident);
    struct asv_err err = {0};
    (void)state;
    assert_non_null(incident);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        *incident = (struct asv_db_incident){.case_number = "32-3/2026/0117",
                                             .offence = "Angriff",
                                             .danger = "Schlag",
                                             .place = "Wanheimer Straße 12",
                                             .accused = "Łukasz Đorđević, Σωκράτης, Жуков",
                                             .injured = "Willi Weiß\nJörg Öztürk"};
        assert_int_equal(asv_printed_incident(incident, &err), ASV_OK);
        strcpy((char *)incident + bad[i].field, bad[i].text);
        assert_int_equal(asv_printed_incident(incident, &err), ASV_E_USAGE);
        assert_memory_equal(err.text, bad[i].says, strlen(bad[i].says));
    }
    free(incident);
    struct asv_card card = {.authority = {(const uint8_t *)"StA \u05d0", 6}};
    assert_int_equal(asv_printed_card(&card, &err), ASV_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_shown_whole),
        cmocka_unit_test(more_than_may_be_filed_is_known_before),
        cmocka_unit_test(what_has_no_form_in_the_documents_is_refused),
        cmocka_unit_test_setup_teardown(a_receipt_says_what_was_signed, sit_down, get_up),
        cmocka_unit_test_setup_teardown(another_text_is_none, sit_down, get_up),
        cmocka_unit_test_setup_teardown(a_form_is_a_receipt_when_it_is_filled_in, sit_down, get_up),
        cmocka_unit_test_setup_teardown(what_an_editor_did_or_somebody_forgot_is_said, sit_down, get_up),
        cmocka_unit_test_setup_teardown(what_the_addressee_did_not_sign_is_refused, sit_down, get_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
