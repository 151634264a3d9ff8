/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What kinds of entries and their fields are called in a report for people who read German. */
#include <stddef.h>

#include "server/ledger/entry.h"
#include "server/ledger/kind.h"
#include "server/verify/ledger_say.h"

struct word {
    uint16_t number;
    const char *german;
};

static const struct word kinds[] = {
    {1, "Protokoll begonnen"},
    {2, "Programm gestartet"},
    {3, "Werte vergessen"},
    {10, "Kamera angemeldet"},
    {11, "Kamera zugeteilt"},
    {12, "Kamera ausgeschieden"},
    {13, "Dock angemeldet"},
    {14, "Sperrliste"},
    {15, "Schlüssel erzeugt"},
    {16, "Tagesschlüssel vernichtet"},
    {20, "Kamera eingesteckt"},
    {21, "Kamera abgezogen"},
    {32, "Aufzeichnung angekündigt"},
    {33, "Übertragung begonnen"},
    {34, "in Verwahrung genommen"},
    {35, "in Quarantäne genommen"},
    {36, "bei Eingang abgelaufen"},
    {37, "Empfang quittiert"},
    {38, "Löschung auf der Kamera angeordnet"},
    {39, "auf der Kamera gelöscht"},
    {40, "Aufbewahrung beantragt"},
    {41, "Aufbewahrung genehmigt"},
    {42, "Aufbewahrung abgelehnt"},
    {43, "Antrag auf Aufbewahrung zurückgezogen"},
    {44, "Antrag auf Aufbewahrung verfallen"},
    {45, "vor dem Einstecken aufbewahrt"},
    {46, "Freigabe beantragt"},
    {47, "Freigabe genehmigt"},
    {48, "Freigabe abgelehnt"},
    {49, "Antrag auf Freigabe zurückgezogen"},
    {50, "Antrag auf Freigabe verfallen"},
    {51, "Löschung beantragt"},
    {52, "Löschung genehmigt"},
    {53, "Löschung abgelehnt"},
    {54, "Antrag auf Löschung zurückgezogen"},
    {55, "Antrag auf Löschung verfallen"},
    {56, "gesperrt"},
    {57, "Sperre bestätigt"},
    {58, "Sperre aufgehoben"},
    {59, "geöffnet"},
    {60, "Löschung begonnen"},
    {61, "gelöscht"},
    {62, "gelöscht, ohne signierten Nachweis"},
    {63, "Aufzeichnungstag beantragt"},
    {64, "Aufzeichnungstag genehmigt"},
    {65, "Aufzeichnungstag abgelehnt"},
    {66, "Antrag auf Aufzeichnungstag zurückgezogen"},
    {67, "Antrag auf Aufzeichnungstag verfallen"},
    {68, "Übergabe beantragt"},
    {69, "Übergabe genehmigt"},
    {70, "Übergabe abgelehnt"},
    {71, "Antrag auf Übergabe zurückgezogen"},
    {72, "Übergabe abgebrochen"},
    {73, "für Übergabe verpackt"},
    {74, "für Übergabe auf Datenträger geschrieben"},
    {75, "Empfang der Übergabe bestätigt"},
    {96, "Erklärung"},
    {97, "Erklärung beantwortet"},
    {98, "Person"},
    {99, "Person abgemeldet"},
    {100, "Dienst"},
    {101, "Dienst beendet"},
    {102, "Löschregeln"},
    {103, "Alarm"},
    {104, "Alarm bestätigt"},
    {105, "Aufbewahrung vor dem Einstecken beendet"},
    {112, "Löschlauf begonnen"},
    {113, "Löschlauf beendet"},
    {114, "Tagesbilanz"},
    {120, "Zugriff"},
    {121, "Anfrage einer betroffenen Person"},
};

static const struct word tags[] = {
    {ASV_LEDGER_AT, "Zeit"},
    {ASV_LEDGER_RECORDING, "Aufzeichnung"},
    {ASV_LEDGER_DAY, "Tag"},
    {ASV_LEDGER_CAMERA, "Kamera des Tages"},
    {ASV_LEDGER_OBJECT, "signiertes Objekt"},
    {ASV_LEDGER_ROOT, "Wurzel"},
    {ASV_LEDGER_COUNTS, "Anzahlen"},
    {ASV_LEDGER_VERDICT, "Befund"},
    {ASV_LEDGER_DUE, "fällig"},
    {ASV_LEDGER_LABEL, "Bezeichnung"},
    {ASV_LEDGER_ACTION, "Handlung"},
    {ASV_LEDGER_PROPOSAL, "Antrag"},
    {ASV_LEDGER_HEAD, "früherer Kopf"},
    {ASV_LEDGER_ACTOR, "Handelnder"},
    {ASV_LEDGER_PERSON, "Person"},
    {ASV_LEDGER_TEXT, "Text"},
    {ASV_LEDGER_HEADER, "Siegelkopf"},
    {ASV_LEDGER_CERTIFICATE, "Kamera"},
    {ASV_LEDGER_DOCKING, "Einstecken"},
    {ASV_LEDGER_LINK, "Glied"},
    {ASV_LEDGER_INCIDENT, "Vorgang"},
    {ASV_LEDGER_PLACE, "Ort"},
};

static const char *find(const struct word *words, size_t count, uint16_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].number == number) {
            return words[i].german;
        }
    }
    return NULL;
}

const char *asv_say_kind_name(enum asv_language language, uint16_t kind)
{
    const char *name = asv_ledger_kind_name(kind);
    const char *german = find(kinds, sizeof kinds / sizeof *kinds, kind);
    return name != NULL && language == ASV_LANGUAGE_DE && german != NULL ? german : name;
}

const char *asv_say_tag_name(enum asv_language language, uint8_t tag)
{
    const char *german = find(tags, sizeof tags / sizeof *tags, tag);
    return language == ASV_LANGUAGE_DE && german != NULL ? german : asv_ledger_tag_name(tag);
}
