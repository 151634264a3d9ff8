/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The report on what was handed over: in plain words, or as one JSON object. */
#include <inttypes.h>
#include <string.h>

#include "server/verify/handed_internal.h"
#include "server/verify/ledger_say_value.h"

/* Both must be literals, so that the compiler checks them as formats. */
#define T(german, english) (it->what->language == ASV_LANGUAGE_DE ? (german) : (english))

static const struct {
    const char *name; /* for programs */
    const char *de, *en, *good_de, *good_en;
} checks[ASV_HANDED_CHECKS] = {
    [ASV_HANDED_CHECK_PACKAGE] = {"package", "Paket", "package",
                                  "vollständig und unverändert, seit es signiert wurde",
                                  "whole, and unchanged since it was signed"},
    [ASV_HANDED_CHECK_SIGNER] = {"signer", "Unterzeichner", "signer", "von der Behörde dafür zertifiziert",
                                 "certified for it by the agency"},
    [ASV_HANDED_CHECK_TRUST] = {"trust", "Zertifikate", "certificates", "führen zum Stamm der Behörde",
                                "lead to the agency's root"},
    [ASV_HANDED_CHECK_FACTS] = {"facts", "Angaben", "facts", "lesbar, ohne Widerspruch in sich",
                                "readable, and without a contradiction"},
    [ASV_HANDED_CHECK_FILES] = {"files", "Dateien", "files", "genau die genannten, jede unverändert",
                                "exactly those that are named, each unchanged"},
    [ASV_HANDED_CHECK_SIGNED] = {"signed", "Dokumente", "documents", "jedes für sich signiert",
                                 "each signed by itself"},
    [ASV_HANDED_CHECK_PLAN] = {"plan", "Umfang", "plan", "genau das, worüber entschieden wurde",
                               "exactly what was decided on"},
    [ASV_HANDED_CHECK_DECISION] = {"decision", "Entscheidung", "decision",
                                   "von zwei Personen der Behörde signiert",
                                   "signed by two people of the agency"},
    [ASV_HANDED_CHECK_RECORDINGS] = {"recordings", "Aufzeichnungen", "recordings",
                                     "so, wie sie signiert wurden; was offen daliegt, ist ihr Inhalt",
                                     "as they were signed; what lies open is what they hold"},
    [ASV_HANDED_CHECK_SERIES] = {"series", "Nummern der Kameras", "numbers of the cameras",
                                 "so vollständig belegt, wie angegeben", "shown as far as it is said"},
    [ASV_HANDED_CHECK_LEDGER] = {"ledger", "Protokoll", "ledger", "jeder Eintrag steht unter einem Kopf",
                                 "each entry stands under a head"},
    [ASV_HANDED_CHECK_CUSTODY] = {"custody", "Gewahrsam", "custody",
                                  "so verzeichnet, wie er angegeben ist, und nichts anderes",
                                  "recorded as it is told, and nothing else is"},
    [ASV_HANDED_CHECK_OPENED] = {"opened", "Original geöffnet", "original opened",
                                 "jedes entschlüsselt sich zu dem, was daneben liegt",
                                 "each decrypts to what lies beside it"},
};

static const struct {
    const char *name, *de, *en;
} lefts[ASV_HANDED_LEFTS] = {
    [ASV_HANDED_LEFT_NO_ROOT] = {"trust",
                                 "von welcher Behörde Paket, Entscheidung und Protokoll sind: --trust fehlt",
                                 "of which agency package, decision and ledger are: --trust is missing"},
    [ASV_HANDED_LEFT_NO_DOCK] = {"dock", "Signaturen des Docks: seine Zertifikate liegen nicht bei",
                                 "the dock's signatures: its certificates are not in it"},
    [ASV_HANDED_LEFT_PARTS] = {"parts",
                               "Aufzeichnungen, die beschlossen und hier nicht enthalten sind (anderer Teil)",
                               "recordings that were decided on and are not in it (another part)"},
    [ASV_HANDED_LEFT_UNPLACED] = {"unplaced", "Ereignisse, die noch keinen Platz im Protokoll haben",
                                  "events that have no place in the ledger yet"},
    [ASV_HANDED_LEFT_UNTIED] = {"untied",
                                "zu welcher Aufzeichnung Ereignisse gehören: das ist nicht geöffnet",
                                "of which recording events are: that was not opened"},
    [ASV_HANDED_LEFT_NOT_TAKEN] = {"taken", "dass der Schlüsselverwahrer die Entscheidung angenommen hat",
                                   "that the keeper of the keys took the decision"},
    [ASV_HANDED_LEFT_NO_REVOCATIONS] = {"revocations",
                                        "ob ein Zertifikat gesperrt ist: es liegt keine Liste bei",
                                        "whether a certificate was revoked: there is no list"},
    [ASV_HANDED_LEFT_NO_IDENTITY] = {"identity",
                                     "ob sich die Originale entschlüsseln lassen: --identity fehlt",
                                     "whether the originals decrypt: --identity is missing"},
    [ASV_HANDED_LEFT_ORIGINALS] = {"originals",
                                   "Originale, die nicht beiliegen: was ihre übrigen Teile zeigen, ob ihre "
                                   "Stücke die signierten sind, und ob sie sich öffnen lassen",
                                   "originals that are not in it: what the rest of them shows, whether their "
                                   "pieces are those that were signed, and whether they open"},
    [ASV_HANDED_LEFT_SINCE] = {"revoked_since", "ob seither ein Zertifikat gesperrt wurde: Sperrliste ",
                               "whether a certificate was revoked since: list "},
    [ASV_HANDED_LEFT_SERIES] = {"series",
                                "ob eine Kamera zur Zeit des Vorfalls noch mehr aufgezeichnet hat: es ist "
                                "nicht für jede belegt",
                                "whether a camera recorded more at the time of the incident: it is not shown "
                                "of each"},
    [ASV_HANDED_LEFT_NO_LEDGER] = {"witnesses", "wer die Zeugen des Protokolls sind: --ledger fehlt",
                                   "who the ledger's witnesses are: --ledger is missing"},
    [ASV_HANDED_LEFT_LEDGER] = {"entries", "im Protokoll: ", "in the ledger: "},
    [ASV_HANDED_LEFT_WITNESSES] = {"cosignatures",
                                   "Mitsignaturen von Zeugen, die die Vertrauensdatei nicht nennt",
                                   "cosignatures of witnesses that the trust file does not name"},
    [ASV_HANDED_LEFT_STAMPS] = {"time_stamps", "von wem die Zeitstempel sind", "whose the time stamps are"},
    [ASV_HANDED_LEFT_EXTERNAL] = {"external", "fremde Signaturen in external/",
                                  "signatures of others in external/"},
    [ASV_HANDED_LEFT_OTHERS] = {"other_cameras",
                                "ob Kameras, von denen nichts übergeben ist, etwas aufgezeichnet haben",
                                "whether cameras of which nothing is handed over recorded anything"},
    [ASV_HANDED_LEFT_CLOCKS] = {"clocks", "ob die Uhren der Kameras richtig gingen",
                                "whether the cameras' clocks were right"},
    [ASV_HANDED_LEFT_MORE] =
        {"more",
         "ob das Protokoll noch mehr über eine Aufzeichnung enthält, und was aus nicht "
         "übergebenen wurde",
         "whether the ledger has more about a recording, and what became of those that are "
         "not handed over"},
    [ASV_HANDED_LEFT_WORDS] = {"words",
                               "was in den Dokumenten und was zum Vorgang steht, und was das Bild zeigt",
                               "what the documents and the incident say, and what the picture shows"},
};

static const char *form_name(const struct asv_handed *it, uint8_t form)
{
    switch ((enum asv_plan_form)form) {
    case ASV_PLAN_WHOLE:
        return T("ganz", "whole");
    case ASV_PLAN_EXCERPT:
        return T("Auszug", "excerpt");
    case ASV_PLAN_EXCERPT_ONLY:
        return T("Auszug ohne Original", "excerpt without its original");
    case ASV_PLAN_SEALED:
    default:
        return T("nur versiegelt", "sealed alone");
    }
}

static void put(const struct asv_handed *it, const char *text, bool json)
{
    asv_print_text(it->what->out, (struct asv_bytes){(const uint8_t *)text, strlen(text)}, json);
}

/* ---- in words ---- */

static void say_pair(const struct asv_handed *it, const char *name, const char *value)
{
    fprintf(it->what->out, "  %s ", name);
    put(it, value, false);
    fputc('\n', it->what->out);
}

/* Parts of the ledger's extract are none. */
static size_t files_of(const struct asv_handed *it)
{
    return it->is_carrier ? it->file_count : it->names.count;
}

static void say_what(const struct asv_handed *it)
{
    FILE *out = it->what->out;
    const json_t *facts = it->facts->json;
    fputs(T("Übergabe ", "Hand-over "), out);
    put(it, asv_fact_text(facts, "handover"), false);
    fputs("\n", out);
    say_pair(it, T("Behörde:     ", "Agency:      "),
             asv_fact_text(json_object_get(facts, "agency"), "name"));
    say_pair(it, T("An:          ", "To:          "),
             asv_fact_text(json_object_get(facts, "authority"), "name"));
    say_pair(it, T("Aktenzeichen:", "Case:        "),
             asv_fact_text(json_object_get(facts, "incident"), "case_number"));
    say_pair(it, T("Gemacht:     ", "Made:        "), asv_fact_text(facts, "made_at"));
    fprintf(out,
            T("  Inhalt:       %zu Aufzeichnungen, %zu Dateien, %" PRIu64 " Bytes\n",
              "  Contents:     %zu recordings, %zu files, %" PRIu64 " bytes\n"),
            it->clip_count, files_of(it), it->bytes);
}

static void say_checks(const struct asv_handed *it)
{
    FILE *out = it->what->out;
    fputs(T("Geprüft\n", "Checked\n"), out);
    for (size_t i = 0; i < ASV_HANDED_CHECKS; i++) {
        const char *name = T(checks[i].de, checks[i].en);
        if (it->finding[i] == ASV_FINDING_GOOD) {
            fprintf(out, "  %s  %s: %s\n", T("[gut]   ", "[ok] "), name,
                    T(checks[i].good_de, checks[i].good_en));
        } else if (it->finding[i] == ASV_FINDING_BAD) {
            fprintf(out, "  %s  %s\n", T("[FALSCH]", "[BAD]"), name);
        } else {
            fprintf(out, "  %s  %s: %s\n", T("[--]    ", "[--] "), name, T("nicht geprüft", "not checked"));
        }
    }
}

static void say_recordings(const struct asv_handed *it)
{
    FILE *out = it->what->out;
    size_t i = 0;
    const json_t *clip = NULL;
    if (it->recordings == NULL) {
        return;
    }
    fputs(T("Aufzeichnungen\n", "Recordings\n"), out);
    json_array_foreach(it->clips, i, clip)
    {
        const struct asv_handed_recording *one = &it->recordings[i];
        fprintf(out, "  %03zu  %s  %s, %s, %s\n", i + 1, asv_fact_text(clip, "clip"),
                one->integrity != 0 ? asv_integrity_name(one->integrity) : T("nicht geprüft", "not checked"),
                one->provenance != 0 ? asv_provenance_name(one->provenance)
                                     : T("Herkunft nicht geprüft", "origin not checked"),
                form_name(it, one->plan.form));
    }
}

static void say_entries(const struct asv_handed *it)
{
    put(it, it->ledger.left, false);
    if (it->ledger.unchecked > 1) {
        fprintf(it->what->out, T(", und %" PRIu64 " weitere", ", and %" PRIu64 " more"),
                it->ledger.unchecked - 1);
    }
}

/* HO-134 */
static void say_list(const struct asv_handed *it)
{
    FILE *out = it->what->out;
    fprintf(out, T("%" PRIu64 " von ", "%" PRIu64 " of "), it->anchors.revocations.number);
    asv_print_time(out, it->anchors.revocations.issued_ms);
    fputs(it->is_list_given ? T(", aus --revocations", ", of --revocations")
                            : T(", die beiliegt (--revocations nimmt eine neuere)",
                                ", which is enclosed (--revocations takes a newer one)"),
          out);
}

static void say_left(const struct asv_handed *it)
{
    FILE *out = it->what->out;
    fputs(T("Nicht geprüft\n", "Not checked\n"), out);
    for (size_t i = 0; i < ASV_HANDED_LEFTS; i++) {
        if (it->left[i]) {
            fprintf(out, "  %s", T(lefts[i].de, lefts[i].en));
            if (i == ASV_HANDED_LEFT_LEDGER) {
                say_entries(it);
            } else if (i == ASV_HANDED_LEFT_SINCE) {
                say_list(it);
            }
            fputc('\n', out);
        }
    }
    if (it->fault.kind != ASV_HANDED_NONE) {
        fputs(T("  was nach dem ersten Fehler gekommen wäre\n",
                "  what would have come after the first fault\n"),
              out);
    }
}

static const char *fault_place(const struct asv_handed *it)
{
    const char *file = it->fault.file;
    return file[0] != '\0' ? file : T("das Paket", "the package");
}

static void say_result(const struct asv_handed *it)
{
    FILE *out = it->what->out;
    switch (asv_handed_verdict(it)) {
    case ASV_HANDED_VALID:
        fputs(T("Ergebnis: VALID\n  Alles, was hier geprüft werden kann, stimmt.\n",
                "Result: VALID\n  Everything that can be checked here is right.\n"),
              out);
        return;
    case ASV_HANDED_INCOMPLETE:
        fputs(T("Ergebnis: INCOMPLETE\n  Nichts ist falsch, aber nicht alles wurde geprüft.\n",
                "Result: INCOMPLETE\n  Nothing is wrong, but not everything was checked.\n"),
              out);
        return;
    case ASV_HANDED_INVALID:
    default:
        break;
    }
    fputs(T("Ergebnis: INVALID\n  ", "Result: INVALID\n  "), out);
    put(it, fault_place(it), false);
    fprintf(out, ": %s\n", asv_handed_fault_meaning(&it->fault, it->what->language == ASV_LANGUAGE_DE));
    if (it->fault.kind == ASV_HANDED_PACKAGE && it->is_carrier) {
        fprintf(out, T("  (%s, ab Byte %" PRIu64 ")\n", "  (%s, from byte %" PRIu64 " on)\n"),
                asv_handed_fault_name(&it->fault), it->fault.package.offset);
        return;
    }
    fprintf(out, "  (%s: ", asv_handed_fault_name(&it->fault));
    put(it, it->fault.err.text, false);
    fputs(")\n", out);
}

void asv_handed_say(const struct asv_handed *it)
{
    if (it->clips != NULL) {
        say_what(it);
    }
    say_checks(it);
    say_recordings(it);
    if (it->finding[ASV_HANDED_CHECK_LEDGER] == ASV_FINDING_GOOD) {
        fputs(it->ledger_text, it->what->out);
    }
    say_left(it);
    say_result(it);
}

/* ---- JSON ---- */

static void print_checks(const struct asv_handed *it)
{
    FILE *out = it->what->out;
    fputs(",\"checks\":{", out);
    for (size_t i = 0; i < ASV_HANDED_CHECKS; i++) {
        fprintf(out, "%s\"%s\":\"%s\"", i == 0 ? "" : ",", checks[i].name, asv_finding_name(it->finding[i]));
    }
    fputs("},\"not_checked\":[", out);
    bool first = true;
    for (size_t i = 0; i < ASV_HANDED_LEFTS; i++) {
        if (it->left[i]) {
            fprintf(out, "%s\"%s\"", first ? "" : ",", lefts[i].name);
            first = false;
        }
    }
    fputs("]", out);
}

static void print_list(const struct asv_handed *it)
{
    FILE *out = it->what->out;
    const struct asv_revocations *list = &it->anchors.revocations;
    if (!it->anchors.has_revocations) {
        fputs(",\"revocations\":null", out);
        return;
    }
    fprintf(out, ",\"revocations\":{\"number\":%" PRIu64 ",\"at\":\"", list->number);
    asv_print_time(out, list->issued_ms);
    fprintf(out, "\",\"enclosed\":%s}", it->is_list_given ? "false" : "true");
}

static void print_recordings(const struct asv_handed *it)
{
    static const char *const forms[] = {"", "sealed", "whole", "excerpt", "excerpt_only"};
    FILE *out = it->what->out;
    size_t i = 0;
    const json_t *clip = NULL;
    fputs(",\"recordings\":[", out);
    json_array_foreach(it->recordings != NULL ? it->clips : NULL, i, clip)
    {
        const struct asv_handed_recording *one = &it->recordings[i];
        fprintf(out, "%s{\"clip\":", i == 0 ? "" : ",");
        asv_print_string(out, asv_fact_text(clip, "clip"));
        fprintf(out, ",\"form\":\"%s\",\"integrity\":\"%s\",\"provenance\":\"%s\"}", forms[one->plan.form],
                one->integrity != 0 ? asv_integrity_name(one->integrity) : "NOT_CHECKED",
                one->provenance != 0 ? asv_provenance_name(one->provenance) : "NOT_CHECKED");
    }
    fputs("]", out);
}

static void print_fault(const struct asv_handed *it)
{
    FILE *out = it->what->out;
    const struct asv_handed_fault *fault = &it->fault;
    if (fault->kind == ASV_HANDED_NONE) {
        fputs(",\"fault\":null", out);
        return;
    }
    fprintf(out, ",\"fault\":{\"kind\":\"%s\",\"file\":", asv_handed_fault_name(fault));
    asv_print_string(out, fault->file);
    if (fault->kind == ASV_HANDED_PACKAGE && it->is_carrier) {
        fprintf(out, ",\"byte\":%" PRIu64, fault->package.offset);
    }
    fputs(",\"meaning\":", out);
    asv_print_string(out, asv_handed_fault_meaning(fault, it->what->language == ASV_LANGUAGE_DE));
    fputs(",\"detail\":", out);
    asv_print_string(out, fault->err.text);
    fputs("}", out);
}

void asv_handed_say_json(const struct asv_handed *it)
{
    static const char *const names[] = {"VALID", "INCOMPLETE", "INVALID"};
    FILE *out = it->what->out;
    enum asv_handed_verdict verdict = asv_handed_verdict(it);
    fprintf(out, "{\"format\":" ASV_REPORT_JSON_FORMAT ",\"kind\":\"%s\",\"valid\":%s,\"verdict\":\"%s\"",
            it->is_carrier ? "carrier" : "filing", verdict == ASV_HANDED_VALID ? "true" : "false",
            names[verdict]);
    if (it->clips != NULL) {
        fputs(",\"handover\":", out);
        asv_print_string(out, asv_fact_text(it->facts->json, "handover"));
    }
    fprintf(out, ",\"files\":%zu,\"bytes\":%" PRIu64 ",\"signer\":\"", files_of(it), it->bytes);
    asv_print_hex(out, (struct asv_bytes){it->signer, sizeof it->signer});
    fputs("\"", out);
    print_list(it);
    print_checks(it);
    print_recordings(it);
    if (it->finding[ASV_HANDED_CHECK_LEDGER] == ASV_FINDING_GOOD) {
        fprintf(out, ",\"ledger\":%s,\"checked\":%" PRIu64 ",\"unchecked_count\":%" PRIu64 "}",
                it->ledger_text, it->ledger.checked, it->ledger.unchecked);
    }
    print_fault(it);
    fputs("}\n", out);
}
