/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/handed_fault.h"

static const struct {
    const char *name, *en, *de;
} kinds[ASV_HANDED_KINDS] = {
    [ASV_HANDED_NONE] = {"none", "nothing is wrong", "nichts ist falsch"},
    [ASV_HANDED_PACKAGE] = {"package", "it is no package", "es ist kein Paket"},
    [ASV_HANDED_FILING] = {"filing", "a filing is a directory of regular files with such names, and no other",
                           "eine Einreichung ist ein Verzeichnis einfacher Dateien mit solchen Namen"},
    [ASV_HANDED_SIGNER] = {"signer", "it was signed with another certificate than the one that was expected",
                           "es wurde mit einem anderen Zertifikat signiert als dem erwarteten"},
    [ASV_HANDED_ROOT] = {"root", "it comes from another agency than the one that was asked for",
                         "es kommt von einer anderen Behörde als der, nach der gefragt wurde"},
    [ASV_HANDED_TRUST] = {"trust", "a certificate or the list of revoked ones is not the agency's",
                          "ein Zertifikat oder die Sperrliste ist nicht von der Behörde"},
    [ASV_HANDED_REVOKED] = {"revoked", "the agency has revoked a certificate that it rests on",
                            "die Behörde hat ein Zertifikat gesperrt, auf dem es beruht"},
    [ASV_HANDED_EXPIRED] = {"expired", "a certificate was not valid at the time that is said",
                            "ein Zertifikat war zu der angegebenen Zeit nicht gültig"},
    [ASV_HANDED_FACTS] = {"facts", "what is said about the hand-over cannot be read, or contradicts itself",
                          "die Angaben zur Übergabe sind nicht lesbar oder widersprechen sich"},
    [ASV_HANDED_MISSING] = {"file-missing", "a file that belongs to it is not there: it was left out",
                            "eine Datei, die dazugehört, ist nicht da: sie wurde weggelassen"},
    [ASV_HANDED_OTHER] = {"file-other",
                          "the file is not the one that is named: its length or SHA-256 differs",
                          "die Datei ist nicht die genannte: Länge oder SHA-256-Wert sind andere"},
    [ASV_HANDED_UNNAMED] = {"file-unnamed", "the file is none that belongs to a hand-over, nor named in it",
                            "die Datei gehört zu keiner Übergabe und ist in ihr nicht genannt"},
    [ASV_HANDED_UNSIGNED] = {"unsigned", "the document has no signature of its own",
                             "das Dokument hat keine eigene Signatur"},
    [ASV_HANDED_PLAN] = {"plan", "what two people decided on cannot be read",
                         "worüber zwei Personen entschieden haben, ist nicht lesbar"},
    [ASV_HANDED_PLAN_FACTS] = {"plan-facts", "what is handed over is not what two people decided on",
                               "übergeben wird etwas anderes, als zwei Personen entschieden haben"},
    [ASV_HANDED_DECISION] = {"decision", "it is not shown that two people of the agency decided on it",
                             "dass zwei Personen der Behörde es entschieden haben, ist nicht gezeigt"},
    [ASV_HANDED_DECISION_FACTS] = {"decision-facts",
                                   "who asked and who approved is said otherwise than it was signed",
                                   "wer es verlangt und wer zugestimmt hat, steht anders da als signiert"},
    [ASV_HANDED_TIMES] =
        {"times", "it says that it was made before it was approved, or signed before it was made",
         "es soll gemacht worden sein, bevor zugestimmt war, oder signiert, bevor es gemacht war"},
    [ASV_HANDED_SEALED] = {"sealed", "the sealed original is not what the camera wrote, or for others",
                           "das versiegelte Original ist nicht das der Kamera oder für andere"},
    [ASV_HANDED_RECORDING] = {"recording", "the recording does not verify",
                              "die Aufzeichnung hält der Prüfung nicht stand"},
    [ASV_HANDED_DOCK] = {"dock",
                         "the record of its taking into custody is not signed by a dock of the agency",
                         "das Übernahmeprotokoll ist von keinem Dock der Behörde signiert"},
    [ASV_HANDED_CLAIM] = {"claim", "something is said about the recording that was signed otherwise",
                          "über die Aufzeichnung steht etwas da, das anders signiert ist"},
    [ASV_HANDED_KEY] = {"key", "the key is not the one that the camera committed itself to",
                        "der Schlüssel ist nicht der, auf den sich die Kamera festgelegt hat"},
    [ASV_HANDED_PLAYABLE] = {"playable", "the playable file is not what the sealed original holds",
                             "die abspielbare Datei ist nicht der Inhalt des versiegelten Originals"},
    [ASV_HANDED_EXCERPT] = {"excerpt", "the excerpt is not shown to be a part of the recording",
                            "dass der Auszug ein Teil der Aufzeichnung ist, ist nicht gezeigt"},
    [ASV_HANDED_EXCERPT_FACTS] = {"excerpt-facts", "the excerpt is another than the one that is said",
                                  "der Auszug ist ein anderer als der angegebene"},
    [ASV_HANDED_SERIES] = {"series", "which recordings a camera made is said otherwise than its records show",
                           "was eine Kamera aufgezeichnet hat, ist anders angegeben, als es belegt ist"},
    [ASV_HANDED_LEDGER] = {"ledger", "an extract of the ledger does not verify",
                           "ein Auszug des Protokolls hält der Prüfung nicht stand"},
    [ASV_HANDED_HEADS] = {"heads", "a head of the ledger is named that is not shown",
                          "ein Kopf des Protokolls ist genannt, der nicht gezeigt ist"},
    [ASV_HANDED_CUSTODY] = {"custody", "an event of the custody is not in the ledger as it is said",
                            "ein Ereignis des Gewahrsams steht nicht so im Protokoll, wie es angegeben ist"},
    [ASV_HANDED_STRANGE] = {"ledger-strange", "an entry of the ledger is about something else",
                            "ein Eintrag des Protokolls handelt von etwas anderem"},
    [ASV_HANDED_IDENTITY] = {"identity", "the sealed original does not open to what lies beside it",
                             "das versiegelte Original öffnet sich nicht zu dem, was daneben liegt"},
};

const char *asv_handed_fault_name(const struct asv_handed_fault *fault)
{
    return fault->kind == ASV_HANDED_PACKAGE ? asv_fault_name(fault->package.kind) : kinds[fault->kind].name;
}

const char *asv_handed_fault_meaning(const struct asv_handed_fault *fault, bool german)
{
    if (fault->kind == ASV_HANDED_PACKAGE) {
        return german ? asv_fault_meaning_de(fault->package.kind) : asv_fault_meaning(fault->package.kind);
    }
    return german ? kinds[fault->kind].de : kinds[fault->kind].en;
}
