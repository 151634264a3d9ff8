/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people are told: every kind has its words, the text fits, and alert.conf's addresses are addresses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/base/world.h"
#include "server/alert/matter.h"
#include "server/base/calendar.h"
#include "server/base/mail.h"
#include "tests/unit/test.h"

static char text[ASV_MATTER_TEXT_BYTES];

static void every_kind_has_a_name_and_words_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < ASV_MATTER_KINDS; i++) {
        enum asv_matter_kind kind = ASV_MATTER_KINDS;
        struct asv_matter matter = {.kind = (enum asv_matter_kind)i, .at_ms = ASV_TIME_UNKNOWN, .due = true};
        assert_int_equal(ASV_OK, asv_matter_find(asv_matter_name(matter.kind), &kind));
        assert_int_equal(kind, i);
        asv_matter_text(text, &matter, 1, 0);
        assert_non_null(strstr(text, "    $ ")); /* something to do */
        matter.due = false;
        asv_matter_text(text, &matter, 1, 0);
        assert_null(strstr(text, "    $ "));
        assert_non_null(strstr(text, "Weiter offen und schon gemeldet: 1."));
    }
    enum asv_matter_kind kind;
    assert_int_equal(ASV_E_NOT_FOUND, asv_matter_find("nothing", &kind));
    assert_string_equal(asv_matter_name(ASV_MATTER_KINDS), "?");
}

static void a_text_names_what_is_due_and_counts_the_rest(void **state)
{
    struct asv_matter matters[ASV_MATTER_SHOWN + 3] = {0};
    size_t count = sizeof matters / sizeof *matters;
    char subject[ASV_MAIL_SUBJECT_BYTES];
    (void)state;
    assert_int_equal(ASV_OK, asv_calendar_set_zone(ASV_CALENDAR_ZONE, NULL));
    for (size_t i = 0; i < count; i++) {
        matters[i] = (struct asv_matter){
            .kind = ASV_MATTER_ALARM, .at_ms = INT64_C(1790000000000), .due = true, .what = "storage"};
        snprintf(matters[i].subject, sizeof matters[i].subject, "id-%zu", i);
    }
    matters[0].due = false;
    asv_matter_text(text, matters, count, INT64_C(1790000000000));
    assert_non_null(strstr(text, "Asservat, 21.09.2026 16:13: Bitte kümmern Sie sich darum.\n"));
    assert_non_null(strstr(text, "\n52 Alarme, die niemand quittiert hat:\n"));
    assert_null(strstr(text, "  id-0  "));
    assert_non_null(strstr(text, "  id-1  storage  seit 21.09.2026 16:13\n"));
    assert_non_null(strstr(text, "  und 2 weitere\n"));
    assert_non_null(strstr(text, "Weiter offen und schon gemeldet: 1.\n"));
    asv_matter_subject(subject, sizeof subject, matters, count);
    assert_string_equal(subject, "[Asservat] ALERT: 52 matters, alarm");
    matters[1].kind = ASV_MATTER_BACKUP;
    asv_matter_subject(subject, sizeof subject, matters, count);
    assert_string_equal(subject, "[Asservat] ALERT: 52 matters");
}

static void of_a_run_it_says_in_words_how_it_ended(void **state)
{
    static const struct {
        const char *what, *words;
    } table[] = {{"3", "Datenträger war nicht da"},
                 {"4", "verspätet, misslungen, offen oder unstimmig"},
                 {"1", "mit einem Fehler beendet"},
                 {"cut off", "abgebrochen"}};
    struct asv_matter matter = {
        .kind = ASV_MATTER_RETENTION_FAILED, .at_ms = ASV_TIME_UNKNOWN, .due = true, .subject = "id"};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        snprintf(matter.what, sizeof matter.what, "%s", table[i].what);
        asv_matter_text(text, &matter, 1, 0);
        assert_non_null(strstr(text, "Der letzte Löschlauf hat nicht alles erledigt:\n"));
        assert_non_null(strstr(text, table[i].words));
    }
    matter.kind = ASV_MATTER_REQUEST; /* what another command lists is of no help */
    asv_matter_text(text, &matter, 1, 0);
    assert_non_null(strstr(text, "    $ asservat hold list\n"));
}

/* As long as everything can be, of every kind: cut nowhere. */
static void the_longest_text_fits(void **state)
{
    size_t count = (size_t)ASV_MATTER_KINDS * (ASV_MATTER_SHOWN + 1);
    struct asv_matter *matters = calloc(count, sizeof *matters);
    (void)state;
    assert_non_null(matters);
    for (size_t i = 0; i < count; i++) {
        matters[i].kind = (enum asv_matter_kind)(i % ASV_MATTER_KINDS);
        matters[i].due = true;
        matters[i].count = UINT64_MAX;
        memset(matters[i].subject, 's', sizeof matters[i].subject - 1);
        memset(matters[i].what, 'w', sizeof matters[i].what - 1);
    }
    asv_matter_text(text, matters, count, 0);
    free(matters);
    assert_true(strlen(text) + 1 < sizeof text);
    assert_non_null(strstr(text, "keine Inhalte von Aufzeichnungen.\n"));
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        assert_true(strcspn(line, "\n") < 300);
    }
}

static void an_address_is_one(void **state)
{
    static const char *const good[] = {"a@b.de", "leitung+wache2@example.org", "x_y-z@localhost"};
    static const char *const bad[] = {"",        "a",          "@b",     "a@",
                                      "a@b@c",   "a b@c.de",   "<a@b>",  "a@b\r\nBcc:x@y",
                                      "a@b,c@d", "\"a\"@b.de", "ü@b.de", "a@b;c"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(ASV_OK, asv_mail_address(good[i], NULL));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(ASV_E_USAGE, asv_mail_address(bad[i], NULL));
    }
}

/* Nothing is said to any server: what can never be sent is known before. */
static void what_cannot_be_a_mail_is_not_sent(void **state)
{
    const struct asv_mail good = {.url = "smtps://127.0.0.1:1",
                                  .timeout_ms = 1000,
                                  .from = "a@b.de",
                                  .to = {"c@d.de"},
                                  .to_count = 1,
                                  .subject = "s",
                                  .text = "t",
                                  .id = "1"};
    struct asv_err err = {0};
    (void)state;
    assert_int_equal(ASV_E_AWAY, asv_mail_send(&good, &err));
    struct asv_mail mail = good;
    mail.subject = "s\r\nBcc: x@y.de";
    assert_int_equal(ASV_E_USAGE, asv_mail_send(&mail, &err));
    mail = good;
    mail.to_count = 0;
    assert_int_equal(ASV_E_USAGE, asv_mail_send(&mail, &err));
    mail = good;
    mail.url = "http://127.0.0.1:1/";
    assert_int_equal(ASV_E_USAGE, asv_mail_send(&mail, &err));
    mail = good;
    mail.url = "file:///etc/passwd";
    assert_int_equal(ASV_E_USAGE, asv_mail_send(&mail, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_name_and_words_of_its_own),
        cmocka_unit_test(a_text_names_what_is_due_and_counts_the_rest),
        cmocka_unit_test(of_a_run_it_says_in_words_how_it_ended),
        cmocka_unit_test(the_longest_text_fits),
        cmocka_unit_test(an_address_is_one),
        cmocka_unit_test(what_cannot_be_a_mail_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
