/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * xjustiz_nachricht.xml (LAW H7), in the order that xjustiz_0000_grunddatensatz wants. Persons are not in it:
 * the roles of Beteiligte are codes of a list that the schemas do not hold; the letter names them. */
#include <libxml/xmlwriter.h>
#include <stdbool.h>
#include <stdio.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/report/document.h"
#include "server/report/facts.h"

#define PREFIX     "tns" /* the standard's own; of the code lists' elements <code> has none */
#define ROOT       "nachricht.gds.uebermittlungSchriftgutobjekte.0005005"
#define NAME_BYTES 128

struct message {
    xmlTextWriterPtr xml;
    const json_t *lists, *codes;
    const struct asv_words *words;
    int number; /* of the last document */
    bool failed;
};

static const xmlChar *utf8(const char *text)
{
    return (const xmlChar *)text;
}

static void check(struct message *out, int result)
{
    out->failed = out->failed || result < 0;
}

static void begin(struct message *out, const char *name)
{
    char qualified[NAME_BYTES];
    (void)snprintf(qualified, sizeof qualified, PREFIX ":%s", name);
    check(out, xmlTextWriterStartElement(out->xml, utf8(qualified)));
}

static void end(struct message *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        check(out, xmlTextWriterEndElement(out->xml));
    }
}

static void attribute(struct message *out, const char *name, const char *value)
{
    check(out, xmlTextWriterWriteAttribute(out->xml, utf8(name), utf8(value)));
}

static void element(struct message *out, const char *name, const char *value)
{
    begin(out, name);
    check(out, xmlTextWriterWriteString(out->xml, utf8(value)));
    end(out, 1);
}

/* HD-024. list: the key of its version, or NULL where the schema fixes it. */
static void code(struct message *out, const char *name, const char *list, const char *value)
{
    begin(out, name);
    if (list != NULL) {
        attribute(out, "listVersionID", asv_fact_text(out->lists, list));
    }
    check(out, xmlTextWriterWriteElement(out->xml, utf8("code"), utf8(value)));
    end(out, 1);
}

static void say_sender(struct message *out, const json_t *facts)
{
    char name[512];
    const json_t *agency = json_object_get(facts, "agency");
    const char *office = asv_fact_text(agency, "office");
    (void)snprintf(name, sizeof name, "%s%s%s", asv_fact_text(agency, "name"), office != NULL ? ", " : "",
                   office != NULL ? office : "");
    begin(out, "absender");
    begin(out, "informationen");
    begin(out, "auswahl_kommunikationspartner");
    element(out, "sonstige", name);
    end(out, 2);
    element(out, "aktenzeichen", asv_fact_text(json_object_get(facts, "incident"), "case_number"));
    element(out, "eigeneNachrichtenID", asv_fact_text(facts, "message"));
    end(out, 1);
}

static void say_receiver(struct message *out, const json_t *facts)
{
    const char *prosecutor = asv_fact_text(json_object_get(facts, "incident"), "prosecutor");
    begin(out, "empfaenger");
    begin(out, "informationen");
    begin(out, "auswahl_kommunikationspartner");
    code(out, "gericht", "courts", asv_fact_text(json_object_get(facts, "authority"), "code"));
    end(out, 2);
    begin(out, "auswahl_aktenzeichen");
    if (prosecutor != NULL) {
        element(out, "aktenzeichen.freitext", prosecutor);
    } else {
        element(out, "aktenzeichen.unbekannt", "true");
    }
    end(out, 2);
}

static void say_head(struct message *out, const json_t *facts, const char *version)
{
    begin(out, "nachrichtenkopf");
    attribute(out, "xjustizVersion", version);
    element(out, "erstellungszeitpunkt", asv_fact_text(facts, "made_at"));
    say_sender(out, facts);
    say_receiver(out, facts);
    begin(out, "herstellerinformation");
    element(out, "nameDesProdukts", "Asservat");
    element(out, "herstellerDesProdukts", "The Asservat authors");
    element(out, "version", asv_fact_text(facts, "version"));
    end(out, 2);
}

/* The prosecutor's own number, when it is known. */
static void say_case(struct message *out, const json_t *facts)
{
    const char *prosecutor = asv_fact_text(json_object_get(facts, "incident"), "prosecutor");
    begin(out, "grunddaten");
    begin(out, "verfahrensdaten");
    begin(out, "instanzdaten");
    begin(out, "auswahl_instanzbehoerde");
    code(out, "gericht", "courts", asv_fact_text(json_object_get(facts, "authority"), "code"));
    end(out, 1);
    if (prosecutor != NULL) {
        begin(out, "aktenzeichen");
        begin(out, "auswahl_aktenzeichen");
        element(out, "aktenzeichen.freitext", prosecutor);
        end(out, 2);
    }
    end(out, 3);
}

static void say_file(struct message *out, const char *name, const char *component, const char *of)
{
    begin(out, "datei");
    element(out, "dateiname", name);
    code(out, "bestandteil", NULL, asv_fact_text(out->codes, component));
    if (of != NULL) {
        element(out, "dateiname.bezugsdatei", of);
    }
    end(out, 1);
}

/* type: the key of its code, or NULL: none of the list is known to fit. HD-012. */
static void say_document(struct message *out, const json_t *file, const char *type, const char *title)
{
    char number[ASV_NUMBER_BYTES];
    const char *name = asv_fact_text(file, "name"), *signature = asv_fact_text(file, "signature");
    (void)snprintf(number, sizeof number, "%d", ++out->number);
    begin(out, "dokument");
    begin(out, "identifikation");
    element(out, "id", asv_fact_text(file, "id"));
    element(out, "nummerImUebergeordnetenContainer", number);
    end(out, 1);
    begin(out, "xjustiz.fachspezifischeDaten");
    code(out, "dokumentklasse", "classes", asv_fact_text(out->codes, "class"));
    if (type != NULL) {
        code(out, "dokumententyp", "types", asv_fact_text(out->codes, type));
    }
    element(out, "anzeigename", title);
    say_file(out, name, "original", NULL);
    if (signature != NULL) {
        say_file(out, signature, "signature", name);
    }
    end(out, 2);
}

static void say_recording(struct message *out, const json_t *clip, size_t index)
{
    static const char *const keys[] = {"playable", "excerpt", "sealed", "seal"};
    const char *const titles[] = {out->words->message.playable,
                                  asv_clip_original_stays(clip) ? out->words->message.excerpt_only
                                                                : out->words->message.excerpt,
                                  out->words->message.sealed, out->words->message.seal};
    char number[ASV_NUMBER_BYTES], title[ASV_SENTENCE_BYTES];
    const char *const values[] = {number, NULL};
    (void)snprintf(number, sizeof number, "%zu", index + 1);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *file = json_object_get(clip, keys[i]);
        if (file != NULL) {
            say_document(out, file, "exhibit", asv_sentence(title, titles[i], values));
        }
    }
}

static void say_documents(struct message *out, const json_t *facts)
{
    size_t i = 0;
    json_t *one = NULL;
    begin(out, "schriftgutobjekte");
    begin(out, "anschreiben");
    element(out, "ref.sgo", asv_fact_text(asv_facts_document(facts, "cover_letter"), "id"));
    end(out, 1);
    for (unsigned k = 0; k < ASV_DOCUMENTS; k++) {
        say_document(out, asv_facts_document(facts, asv_document_name((enum asv_document)k)),
                     k == ASV_DOCUMENT_EXHIBITS ? "exhibits" : NULL, out->words->documents[k]);
    }
    say_document(out, asv_facts_document(facts, "facts"), NULL, out->words->facts_title);
    json_array_foreach(json_object_get(facts, "clips"), i, one)
    {
        say_recording(out, one, i);
    }
    json_array_foreach(json_object_get(facts, "files"), i, one)
    {
        say_document(out, one, NULL, asv_fact_text(one, "title"));
    }
    end(out, 1);
}

static void say_message(struct message *out, const json_t *facts, const json_t *release)
{
    check(out, xmlTextWriterSetIndent(out->xml, 1));
    check(out, xmlTextWriterStartDocument(out->xml, NULL, "UTF-8", NULL));
    begin(out, ROOT);
    attribute(out, "xmlns:" PREFIX, asv_fact_text(release, "namespace"));
    say_head(out, facts, asv_fact_text(release, "version"));
    say_case(out, facts);
    say_documents(out, facts);
    check(out, xmlTextWriterEndDocument(out->xml));
}

enum asv_status asv_message_write(const struct asv_facts *facts, const struct asv_xjustiz *release, int fd,
                                  struct asv_err *err)
{
    enum asv_status status = ASV_E_NO_MEMORY;
    xmlBufferPtr buffer = xmlBufferCreate();
    struct message out = {.lists = json_object_get(release->json, "lists"),
                          .codes = json_object_get(release->json, "codes"),
                          .words = &asv_words_de};
    out.xml = buffer != NULL ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    if (out.xml != NULL) {
        say_message(&out, facts->json, release->json);
        xmlFreeTextWriter(out.xml); /* and what it still holds goes into the buffer */
    }
    if (out.xml == NULL || out.failed) {
        status = asv_fail(err, ASV_E_NO_MEMORY, "out of memory");
    } else {
        status = asv_io_pwrite(fd, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer), 0,
                               "xjustiz_nachricht.xml", err);
    }
    xmlBufferFree(buffer);
    return status;
}
