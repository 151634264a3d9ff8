/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/notes.h"

static const struct asv_flow_words words[ASV_NOTES][ASV_LANGUAGES] = {
    [ASV_NOTE_UNWORN] = {{"Nobody wore this camera, as ", " wrote down: ", ""},
                         {"Niemand trug diese Kamera, wie ", " aufgeschrieben hat: ", ""}},
    [ASV_NOTE_AGAIN] = {{"This was signed before; it goes on from there.", "", ""},
                        {"Das war schon unterschrieben; es geht von dort weiter.", "", ""}},
    [ASV_NOTE_NIGHT] = {{"This account may not write into the vault: the next retention run sees to the copy "
                         "for the recovery key.",
                         "", ""},
                        {"Dieses Konto darf nicht in den Tresor schreiben: Um die Kopie für den "
                         "Wiederherstellungsschlüssel kümmert sich der nächste Löschlauf.",
                         "", ""}},
    [ASV_NOTE_CONFIRMS] = {{"It is blocked for this already: this decides that the block stays.", "", ""},
                           {"Sie ist deswegen schon gesperrt: Das entscheidet, dass die Sperre bleibt.", "",
                            ""}},
    [ASV_NOTE_VOID_REQUEST] = {{"The request was nothing that anybody signed (", "",
                                "). It is ended, and an alarm says from whose account it came."},
                               {"Den Antrag hat niemand unterschrieben (", "",
                                "). Er ist beendet, und ein Alarm sagt, aus wessen Konto er kam."}},
    [ASV_NOTE_VOID_DECISION] =
        {{"What stood here as the decision that this block stays is nothing that anybody signed (", "",
          "). It decides nothing any more, and an alarm says from whose account it came."},
         {"Was hier als Entscheidung stand, dass diese Sperre bleibt, hat niemand unterschrieben (", "",
          "). Es entscheidet nichts mehr, und ein Alarm sagt, aus wessen Konto es kam."}},
    [ASV_NOTE_VOID_LOOK] = {{"What stood here as the agreement is nothing that anybody signed (", "",
                             "): it is asked for anew."},
                            {"Was hier als Zustimmung stand, hat niemand unterschrieben (", "",
                             "): Sie wird neu beantragt."}},
    [ASV_NOTE_NOT_HELD] =
        {{"Here it is approved, but the keeper does not hold the recording: another approval is taken.", "",
          ""},
         {"Hier ist es genehmigt, aber der Schlüsselverwalter hält die Aufzeichnung nicht: Eine weitere "
          "Genehmigung wird angenommen.",
          "", ""}},
    [ASV_NOTE_WAITS] =
        {{"Here the request is ended, but the keeper still waits for its answer: it is taken.", "", ""},
         {"Hier ist der Antrag beendet, aber der Schlüsselverwalter wartet noch auf die Antwort: Sie wird "
          "angenommen.",
          "", ""}},
    [ASV_NOTE_PROPOSED] = {{"It is proposed already.", "", ""}, {"Es ist schon vorgeschlagen.", "", ""}},
    [ASV_NOTE_HANDED_OVER] = {{"This was signed before; it is handed over now.", "", ""},
                              {"Das war schon unterschrieben; es wird jetzt übergeben.", "", ""}},
    [ASV_NOTE_APPROVED] = {{"You have approved it before; it is handed over now.", "", ""},
                           {"Sie haben es schon genehmigt; es wird jetzt übergeben.", "", ""}},
    [ASV_NOTE_COUNTS] = {{"The keeper took it: it counts.", "", ""},
                         {"Der Schlüsselverwalter hat es angenommen: Es gilt.", "", ""}},
};

struct asv_flow_words asv_flow_note_words(enum asv_flow_note_kind kind, enum asv_language language)
{
    return words[kind][language];
}
