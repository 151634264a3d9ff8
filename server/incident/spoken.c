/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Refusals in both languages. */
#include <string.h>

#include "server/incident/words.h"

/* The policy's own, whose English is the policy's sentence: a test compares them. */
static const struct asv_incident_rule refusals[ASV_REFUSALS] = {
    [ASV_PERMITTED] = {"permitted", "erlaubt"},
    [ASV_REFUSED_DISABLED] = {"the account is disabled", "das Konto ist gesperrt"},
    [ASV_REFUSED_OVER] = {"the recording is erased, or its time is over",
                          "die Aufzeichnung ist gelöscht, oder ihre Frist ist vorbei"},
    [ASV_REFUSED_PENDING] = {"a request is open; it is to be approved or refused first",
                             "ein Antrag ist offen; erst ist er zu genehmigen oder abzulehnen"},
    [ASV_REFUSED_NOT_PENDING] = {"there is no open request to approve",
                                 "es gibt keinen offenen Antrag, der zu genehmigen wäre"},
    [ASV_REFUSED_HELD] = {"the recording is held; it is to be released first",
                          "die Aufzeichnung wird aufbewahrt; erst ist sie freizugeben"},
    [ASV_REFUSED_NOT_HELD] = {"the recording is not held: two people must have decided to keep it",
                              "die Aufzeichnung wird nicht aufbewahrt: Das müssen zwei Personen entschieden "
                              "haben"},
    [ASV_REFUSED_NOT_BLOCKED] = {"there is no such block that waits for a decision",
                                 "es gibt keine solche Sperre, die auf eine Entscheidung wartet"},
    [ASV_REFUSED_DAY_KNOWN] = {"the recording's day is known, or was decided",
                               "der Tag der Aufzeichnung ist bekannt oder wurde entschieden"},
    [ASV_REFUSED_EXACT_PERIOD] =
        {"the law keeps recordings for exactly this period; only what it protects is erased earlier",
         "das Gesetz bewahrt Aufzeichnungen genau so lange auf; früher wird nur gelöscht, was es schützt"},
    [ASV_REFUSED_PROTECTED] = {"it shows professional secrets or private life and is to be erased",
                               "sie zeigt Berufsgeheimnisse oder den Kernbereich und ist zu löschen"},
    [ASV_REFUSED_CAUSE] = {"the policy keeps no recording for this cause",
                           "die Regeln bewahren aus diesem Grund keine Aufzeichnung auf"},
    [ASV_REFUSED_ROLE] = {"none of the person's roles may do this", "keine Rolle der Person darf das"},
    [ASV_REFUSED_UNIT] = {"the person is not in charge of the recording's unit",
                          "die Person ist für die Einheit der Aufzeichnung nicht zuständig"},
    [ASV_REFUSED_NOT_WEARER] = {"the person did not wear the camera that made the recording",
                                "die Person hat die Kamera nicht getragen, von der die Aufzeichnung ist"},
    [ASV_REFUSED_CAUSE_ROLE] =
        {"a check of legality is requested by the data-protection officer, who requests nothing else",
         "eine Prüfung der Rechtmäßigkeit beantragt die oder der Datenschutzbeauftragte, und nichts anderes"},
    [ASV_REFUSED_UNSAID] = {"nobody has written down who wore the camera",
                            "niemand hat aufgeschrieben, wer die Kamera getragen hat"},
    [ASV_REFUSED_WEARER] = {"the wearer does not decide on the own recording",
                            "wer die Kamera getragen hat, entscheidet nicht über die eigene Aufzeichnung"},
    [ASV_REFUSED_SAME_PERSON] =
        {"whoever requested it cannot approve it: two different people must decide",
         "wer es beantragt hat, kann es nicht genehmigen: Zwei verschiedene Personen müssen entscheiden"},
    [ASV_REFUSED_NO_SUPERIOR] = {"one of the two people must be a superior in charge",
                                 "eine der beiden Personen muss zuständige Vorgesetzte sein"},
    [ASV_REFUSED_NO_REASON] = {"no reason is given", "es ist keine Begründung angegeben"},
    [ASV_REFUSED_APPRAISER] = {"the wearer's appraising superior is excluded from viewing",
                               "wer die Trägerin oder den Träger beurteilt, ist vom Ansehen ausgeschlossen"},
    [ASV_REFUSED_DAYLESS] =
        {"nobody knows on which day it was recorded, and two people have to decide first",
         "niemand weiß, an welchem Tag sie entstand; erst müssen zwei Personen das entscheiden"},
    [ASV_REFUSED_DWELLING] =
        {"it was made in a dwelling, and no decision allows its use",
         "sie entstand in einer Wohnung, und keine Entscheidung erlaubt ihre Verwendung"},
    [ASV_REFUSED_SECRET] =
        {"it may show professional secrets or private life, and no decision allows it",
         "sie zeigt vielleicht Berufsgeheimnisse oder den Kernbereich, und keine Entscheidung erlaubt es"},
    [ASV_REFUSED_PRE_ROLL] =
        {"it begins earlier than the policy's pre-roll, and no decision allows its use",
         "sie beginnt früher, als es der Vorlauf der Regeln erlaubt, und keine Entscheidung erlaubt ihre "
         "Verwendung"},
};

/* What the policy does not know of. */
static const struct {
    const char *words;
    struct asv_incident_rule rule;
} others[] = {
    {asv_incident_no_request,
     {"no such request is open: it was decided, withdrawn or lapsed, or was never made",
      "ein solcher Antrag ist nicht offen: Er wurde entschieden, zurückgezogen, ist verfallen oder wurde nie "
      "gestellt"}},
    {asv_incident_not_theirs,
     {"somebody else made this request: who could approve it may refuse it, and only who made it withdraws "
      "it",
      "jemand anderes hat diesen Antrag gestellt: Wer ihn genehmigen könnte, darf ihn ablehnen, und nur wer "
      "ihn gestellt hat, zieht ihn zurück"}},
    {asv_incident_handed_over,
     {"the recording is handed over, and nobody has confirmed its receipt: until then the original stays",
      "die Aufzeichnung wird übergeben, und niemand hat den Empfang bestätigt: Bis dahin bleibt das "
      "Original"}},
    {asv_incident_withdraw,
     {"this is the person's own request: it is withdrawn, not refused",
      "das ist der eigene Antrag: Er wird zurückgezogen, nicht abgelehnt"}},
    {asv_incident_confirmed,
     {"it was decided that this block stays, and that is not decided again",
      "es wurde entschieden, dass diese Sperre bleibt; das wird nicht noch einmal entschieden"}},
    {asv_incident_own_block,
     {"the person has blocked it already: that it stays is decided by another one, whom the policy names",
      "die Person hat sie schon gesperrt: Dass die Sperre bleibt, entscheidet eine andere, die die Regeln "
      "nennen"}},
    {asv_incident_no_such_day,
     {"by the dock's clock it was not recorded on that day",
      "nach der Uhr des Docks entstand sie nicht an diesem Tag"}},
    {asv_incident_forgotten,
     {"this incident was forgotten, as its term was over",
      "dieser Vorgang wurde vergessen, da seine Frist vorbei war"}},
    {asv_incident_not_shown,
     {asv_incident_not_shown,
      "die Aufzeichnung wurde Ihnen nicht gezeigt: ein Standbild vermerkt, wer sie sieht"}},
    {asv_incident_no_still,
     {asv_incident_no_still,
      "die Aufzeichnung wird nicht mehr aufbewahrt, oder ihr Vorgang hat schon 100 Standbilder"}},
    {asv_incident_keyless,
     {"the camera has no key for that time that could be kept: its day is over, or is not in what the camera "
      "was given",
      "für diese Zeit hat die Kamera keinen Schlüssel, der zu behalten wäre: Der Tag ist vorbei oder war in "
      "nichts, was die Kamera bekam"}},
    {asv_incident_policy_begun,
     {"a policy is never in force backwards: its first day is tomorrow at the earliest",
      "eine Regelung gilt nie rückwirkend: Ihr erster Tag ist frühestens morgen"}},
    {asv_incident_policy_old,
     {"a policy's version must be above that of every one that was decided on",
      "die Fassung einer Regelung muss höher sein als die jeder Regelung, die entschieden wurde"}},
    {asv_incident_handover_held,
     {"a recording of the hand-over is not held for this incident",
      "eine Aufzeichnung der Übergabe ist nicht für diesen Vorgang gesichert"}},
    {asv_incident_handover_plan,
     {"a recording or a recipient is named twice, or an excerpt is none",
      "eine Aufzeichnung oder ein Empfänger ist doppelt genannt, oder ein Ausschnitt ist keiner"}},
    {asv_incident_handover_late,
     {"the excerpt begins behind the end of its recording",
      "der Ausschnitt beginnt hinter dem Ende seiner Aufzeichnung"}},
    {asv_incident_handover_shut,
     {"only a carrier is closed, and none is made",
      "verschlossen wird nur ein Paket, und es wird keines gemacht"}},
    {asv_incident_handover_file,
     {"these recordings are more than may be filed at once: a carrier alone is to be made",
      "diese Aufzeichnungen sind mehr, als auf einmal eingereicht werden darf: Es ist allein ein Paket zu "
      "machen"}},
    {asv_incident_handover_own,
     {"nobody approves the hand-over that he or she proposed",
      "niemand genehmigt die Übergabe, die er oder sie selbst beantragt hat"}},
    {asv_incident_handover_key,
     {"a recipient's key counts no more", "der Schlüssel eines Empfängers gilt nicht mehr"}},
    {asv_incident_policy_none, {"this text is no policy", "dieser Text ist keine Regelung"}},
};

const struct asv_incident_rule *asv_incident_rule_of(const char *words)
{
    for (size_t i = 1; i < ASV_REFUSALS; i++) {
        const char *text = asv_incident_words_refusal((enum asv_policy_refusal)i);
        if (strcmp(words, text) == 0) {
            return &refusals[i];
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(words, others[i].words) == 0) {
            return &others[i].rule;
        }
    }
    return NULL;
}
