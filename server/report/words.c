/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * HD-006: German, as the prosecutor's office reads it. */
#include "server/report/words.h"

#include <stdio.h>
#include <string.h>

#define LAST       \
    {              \
        NULL, NULL \
    }

static const struct asv_word causes[] = {
    {"danger", "Abwehr einer Gefahr"},
    {"prosecution", "Verfolgung von Straftaten oder Ordnungswidrigkeiten"},
    {"legality-check", "Prüfung der Rechtmäßigkeit auf Verlangen einer aufgezeichneten Person"},
    LAST,
};
static const struct asv_word integrities[] = {
    {"VALID", "vollständig und unverändert"},
    {"TRUNCATED", "abgebrochen, bis dahin unverändert"},
    {"UNSIGNED_TAIL", "mit nicht signiertem Anhang"},
    {"GAP", "lückenhaft"},
    {"INVALID", "verändert"},
    LAST,
};
static const struct asv_word integrity_texts[] = {
    {"VALID", "Jedes Byte ist so, wie das Gerät es signiert hat, vom Anfang bis zum Ende. Nichts fehlt, "
              "nichts kam dazu."},
    {"TRUNCATED",
     "Die Aufzeichnung bricht ab, etwa weil der Strom ausfiel. Bis zum letzten Kontrollpunkt (etwa jede "
     "Sekunde "
     "einer) ist jedes Byte das signierte. Was danach kommt, ist nicht signiert; seine Unversehrtheit ist "
     "nicht nachgewiesen."},
    {"UNSIGNED_TAIL", "Die Aufzeichnung wurde ordentlich beendet, aber es liegen mehr oder andere Bytes da, "
                      "als signiert wurden."},
    {"GAP", "Signierte Stücke fehlen; die Prüfungen nennen sie."},
    {"INVALID",
     "Signierte Stücke sind verändert, oder das Siegel selbst ist falsch; die Prüfungen nennen sie."},
    LAST,
};
static const struct asv_word provenances[] = {
    {"TRUSTED", "Kamera der Behörde"},
    {"SEALED_BY_DOCK", "eingeführt und erst dabei versiegelt"},
    {"UNKNOWN_KEY", "unbekanntes Gerät"},
    {"REVOKED", "gesperrtes Gerät"},
    LAST,
};
static const struct asv_word provenance_texts[] = {
    {"TRUSTED", "Signiert hat eine Kamera, deren Zertifikat die Behörde ausgestellt hat."},
    {"SEALED_BY_DOCK",
     "Die Datei wurde eingeführt und erst dabei versiegelt. Für die Zeit davor ist nichts nachgewiesen."},
    {"UNKNOWN_KEY", "Signiert hat kein Gerät dieser Behörde."},
    {"REVOKED", "Das Zertifikat des Geräts wurde gesperrt, etwa weil das Gerät verloren ging."},
    LAST,
};
static const struct asv_word clock_states[] = {
    {"unknown", "Stand unbekannt"},
    {"synced", "gestellt"},
    {"holdover", "gestellt, danach selbst weitergelaufen"},
    {"lost", "Zeit verloren"},
    LAST,
};
static const struct asv_word results[] = {
    {"passed", "bestanden"},
    {"failed", "NICHT bestanden"},
    {"not_checked", "nicht geprüft"},
    LAST,
};
static const struct asv_word records[] = {
    {"marker", "Markierung durch die tragende Person"}, {"display_on", "Anzeige nach vorn eingeschaltet"},
    {"announced", "Aufzeichnung angekündigt"},          {"dwelling", "Aufzeichnung in einer Wohnung"},
    {"pre_roll_end", "Ende der Vorabaufzeichnung"},     LAST,
};
static const struct asv_word streams[] = {{"video", "Bild"}, {"audio", "Ton"}, {"data", "Daten"}, LAST};
static const struct asv_word actors[] = {
    {"camera", "Kamera"}, {"dock", "Dockingstation"}, {"keeper", "Schlüsselverwahrer"},
    {"person", "Person"}, {"system", "Programm"},     LAST,
};
static const struct asv_word roles[] = {
    {"root", "Stammzertifikat der Behörde"},
    {"issuer", "Ausstellende Stelle"},
    {"camera", "Kamera"},
    {"dock", "Dockingstation"},
    {"keeper", "Schlüsselverwahrer"},
    {"package", "Signatur der Übergabe"},
    {"packages", "Zertifizierung dieser Signatur"},
    {"ledger", "Schlüssel des Protokolls"},
    LAST,
};
static const struct asv_word protections[] = {
    {"none", "keiner; das Medium ist versiegelt zu übergeben"},
    {"zip", "ZIP mit AES-256; das Passwort kommt auf getrenntem Weg"},
    {"age", "age, für die genannten Empfänger"},
    LAST,
};
static const struct asv_word events[] = {
    {"announced", "Aufnahme angekündigt"},
    {"transferring", "Übertragung begonnen"},
    {"committed", "In Verwahrung genommen"},
    {"quarantined", "In Quarantäne genommen"},
    {"expired_on_arrival", "Frist bei Ankunft abgelaufen"},
    {"receipt", "Quittung an die Kamera"},
    {"destruction_ordered", "Löschung auf der Kamera angeordnet"},
    {"erased_on_camera", "Auf der Kamera gelöscht"},
    {"hold_requested", "Sicherung beantragt"},
    {"hold_approved", "Sicherung genehmigt"},
    {"hold_refused", "Sicherung abgelehnt"},
    {"hold_withdrawn", "Antrag auf Sicherung zurückgezogen"},
    {"hold_lapsed", "Antrag auf Sicherung verfallen"},
    {"held_ahead", "Gesichert, wie vor dem Einlesen entschieden"},
    {"release_requested", "Ende der Sicherung beantragt"},
    {"release_approved", "Ende der Sicherung genehmigt"},
    {"release_refused", "Ende der Sicherung abgelehnt"},
    {"release_withdrawn", "Antrag auf Ende der Sicherung zurückgezogen"},
    {"release_lapsed", "Antrag auf Ende der Sicherung verfallen"},
    {"erasure_requested", "Vorzeitige Löschung beantragt"},
    {"erasure_approved", "Vorzeitige Löschung genehmigt"},
    {"erasure_refused", "Vorzeitige Löschung abgelehnt"},
    {"erasure_withdrawn", "Antrag auf vorzeitige Löschung zurückgezogen"},
    {"erasure_lapsed", "Antrag auf vorzeitige Löschung verfallen"},
    {"blocked", "Gesperrt"},
    {"block_confirmed", "Sperre bestätigt"},
    {"block_lifted", "Sperre aufgehoben"},
    {"opened", "Einsichtnahme"},
    {"erasing", "Schlüssel vernichtet, Löschung läuft"},
    {"erased", "Gelöscht"},
    {"erased_unsigned", "Gelöscht, ohne Signatur des Schlüsselverwahrers"},
    {"day_requested", "Feststellung des Tages beantragt"},
    {"day_approved", "Tag festgestellt"},
    {"day_refused", "Feststellung des Tages abgelehnt"},
    {"day_withdrawn", "Feststellung des Tages zurückgezogen"},
    {"day_lapsed", "Feststellung des Tages verfallen"},
    {"handover_requested", "Übergabe beantragt"},
    {"handover_approved", "Übergabe genehmigt"},
    {"handover_refused", "Übergabe abgelehnt"},
    {"handover_withdrawn", "Antrag auf Übergabe zurückgezogen"},
    {"handover_cancelled", "Übergabe abgebrochen"},
    {"handover_built", "Für Übergabe verpackt"},
    {"handover_written", "Für Übergabe auf Datenträger geschrieben"},
    {"handover_received", "Empfang der Übergabe bestätigt"},
    {"scrubbed", "Bestand nachgeprüft"},
    LAST,
};

static const struct asv_word fates[] = {
    {"handed_over", "übergeben, Aufzeichnung {}"},
    {"other_part", "übergeben, in einem anderen Teil"},
    {"held", "gesichert, nicht Gegenstand dieser Übergabe"},
    {"blocked", "gesperrt, nicht übergeben"},
    {"kept", "versiegelt verwahrt, nicht gesichert"},
    {"quarantined", "in Quarantäne, nicht übergeben"},
    {"erased", "gelöscht"},
    {"announced", "von der Kamera gemeldet, noch nicht eingelesen"},
    {"unknown", "nicht eingelesen"},
    LAST,
};
static const struct asv_word lacks[] = {
    {"shown",
     "Damit ist belegt, dass die Kamera in diesem Zeitraum nach ihrer Uhr keine weitere Aufzeichnung "
     "gemacht hat."},
    {"before",
     "Nicht belegt ist, ob davor noch eine weitere in den Zeitraum fällt: Eine frühere Aufzeichnung "
     "liegt nicht vor."},
    {"behind", "Nicht belegt ist, ob danach noch eine weitere in den Zeitraum fällt: Eine spätere "
               "Aufzeichnung der Kamera lag bei der Erstellung nicht vor."},
    {"clock", "Nicht belegt ist, ob noch eine weitere in den Zeitraum fällt: Von wenigstens einer kannte die "
              "Kamera die Zeit nicht."},
    {"number", "Deshalb ist nicht belegt, ob noch eine weitere in den Zeitraum fällt."},
    LAST,
};

#define UNQUALIFIED "Dieses Dokument trägt keine qualifizierte elektronische Signatur. "

static const char *const notes[] = {
    "Geprüft ist, ob die übergebenen Dateien die signierten sind. Das belegt nicht, dass echt ist, was vor "
    "der Kamera geschah, und nicht, "
    "dass ihre Uhr richtig ging. Zur Uhr ist genannt, was gemessen wurde.",
    "Dass das Transparenzprotokoll einen Eintrag hat, heißt, dass die Behörde ihn so verzeichnet hat. Seit "
    "wann er so dasteht, sagen "
    "allein die Zeugen, die einen Kopf des Protokolls mitsigniert haben.",
    "Einträge im Transparenzprotokoll sind unter ihrer Nummer auffindbar. Ein Ereignis ohne Nummer wartete "
    "bei der Erstellung der Übergabe "
    "noch auf seinen Platz.",
    NULL,
};
static const char *const needs[] = {
    "einen Rechner ohne Verbindung zum Netz; alles Folgende kommt ohne Netz aus",
    "die Programme age, openssl (ab 3.0), sha256sum und unzip, die jede Linux-Distribution anbietet und die "
    "es auch für Windows und "
    "macOS gibt",
    "das Prüfprogramm asservat-verify, das die Behörde samt seiner Prüfsumme außerhalb jeder Übergabe "
    "veröffentlicht. Die Schritte nach "
    "dem zweiten kommen ohne dieses Programm aus; Siegel, Protokollauszüge und Nachweise zu Auszügen prüft "
    "hier nur das Programm, nach "
    "veröffentlichten Formaten",
    "die Kennung der Behörde, die sie veröffentlicht; für die Schritte ohne asservat-verify dazu ihr "
    "Zertifikat für Übergaben (package.pem). Beides soll nicht auf demselben Weg zu "
    "Ihnen gekommen sein wie diese Übergabe",
    "zum Öffnen des verschlüsselten Originals den privaten Schlüssel Ihres Hauses (unten schluessel.txt)",
    "ein Verzeichnis, in dem die Übergabe (unten UEBERGABE) und diese Dateien liegen; alle Befehle werden "
    "dort ausgeführt",
    NULL,
};
/* Of both outputs: what openssl says, and when it does not. */
#define SIGNED                                                                                                   \
    "Die Ausgabe soll „CAdES Verification successful“ lauten. Ist das Zertifikat inzwischen abgelaufen, so " \
    "ergänzen Sie -no_check_time."
#define OPENSSL                                                                                     \
    "openssl cms -verify -cades -binary -inform DER -purpose any \\\n    -CAfile package.pem -out " \
    "/dev/null \\\n"
static const struct asv_step steps[] = {
    {"Die Kennung der Behörde vergleichen",
     "Vergleichen Sie diese Kennung mit der, die die Behörde veröffentlicht hat. Stimmt sie nicht überein, "
     "so ist jede weitere "
     "Prüfung wertlos.",
     "{agency}", NULL, ASV_STEP_ANY},
    {"Alles auf einmal prüfen",
     "Das Programm prüft Dateien, Prüfsummen, Signaturen, Siegel, Protokollauszüge und Zertifikate. Es nennt "
     "den ersten Fehler mit der Datei und zählt auf, was geprüft wurde und was nicht. INVALID heißt: Etwas "
     "ist falsch; INCOMPLETE: Nichts ist falsch, aber zum Prüfen fehlte etwas. Es endet nur dann mit VALID, "
     "wenn alles geprüft wurde, was sich ohne die Behörde prüfen lässt, und stimmt.",
     "asservat-verify {handover} --lang de \\\n    --trust {agency}", NULL, ASV_STEP_ANY},
    {"Alle Teile zusammen prüfen",
     "Dies ist einer von mehreren Teilen. Für sich allein endet die Prüfung mit INCOMPLETE; sind alle Teile "
     "in Ordnung und genannt, so endet sie mit VALID.",
     "asservat-verify TEIL1.zip TEIL2.zip … --lang de \\\n    --trust {agency}", "carrier", ASV_STEP_PARTS},
    {"Die Datei entpacken",
     "unzip prüft dabei jede enthaltene Datei auf Übertragungsfehler. Es soll ohne Fehler enden.",
     "unzip -t {handover}\nunzip {handover} -d uebergabe", "carrier", ASV_STEP_ANY},
    {"Prüfsummen vergleichen", "Jede Zeile soll mit „OK“ enden.",
     "cd uebergabe\nsha256sum -c manifest-sha256.txt\ncd ..", "carrier", ASV_STEP_ANY},
    {"Die Liste der Prüfsummen mit der signierten vergleichen",
     "Signiert ist ASiCManifest.xml, und darin steht die Prüfsumme jener Liste. Die erste Zeile der Ausgabe "
     "soll in der zweiten hinter "
     "DigestValue stehen.",
     "openssl dgst -sha256 -binary uebergabe/manifest-sha256.txt | openssl base64\n"
     "grep '\"manifest-sha256.txt\"' uebergabe/META-INF/ASiCManifest.xml",
     "carrier", ASV_STEP_ANY},
    {"Die Signatur über das Ganze prüfen",
     "Mit den beiden Schritten davor deckt sie alle übergebenen Dateien. " SIGNED,
     OPENSSL "    -content uebergabe/META-INF/ASiCManifest.xml \\\n    -in uebergabe/META-INF/signature.p7s",
     "carrier", ASV_STEP_ANY},
    {"Prüfsummen vergleichen",
     "Die Ausgabe soll die Prüfsummen nennen, die im Inhaltsverzeichnis stehen. Für eine Aufzeichnung:",
     "sha256sum {recording}\n{recording_digest}", "filing", ASV_STEP_ANY},
    {"Signaturen prüfen",
     "Zu jedem Dokument gehört eine eigene Signaturdatei. " SIGNED " Für das Anschreiben:",
     OPENSSL "    -content {document} \\\n    -in {signature}", NULL, ASV_STEP_ANY},
    {"Das Original öffnen",
     "Das Original ist die Datei, die die Kamera verschlüsselt und signiert hat. age öffnet es mit dem "
     "privaten Schlüssel eines der "
     "genannten Empfänger; eine veränderte Datei öffnet age nicht.",
     "age -d -i schluessel.txt -o original.mp4 \\\n    {sealed}", NULL, ASV_STEP_OPENS},
    {"Original und Abspielfassung vergleichen",
     "Beide Prüfsummen sollen gleich sein: Die Abspielfassung ist das geöffnete Original, Byte für Byte. Für "
     "einen Auszug gilt das nicht; "
     "dass er aus dem Original stammt, zeigt asservat-verify anhand der beiliegenden Nachweise.",
     "sha256sum original.mp4 \\\n    {playable}", NULL, ASV_STEP_COMPARES},
    {"Den Empfang bestätigen",
     "Auf dem Datenträger liegt Empfang.txt; die dritte Zeile darin soll die Prüfsumme sein, die sha256sum "
     "ausgibt. (Hat die Übergabe mehrere Teile, so ist es die der Liste Teile.txt, und eine Bestätigung gilt "
     "für alle.) Ersetzen Sie mit einem Texteditor die vierte Zeile durch den Zeitpunkt des Empfangs in UTC, "
     "etwa 2026-12-03T08:15:00Z für 09:15 Uhr (im Sommer 10:15 Uhr), die fünfte durch Ihren Namen, und "
     "ändern "
     "Sie sonst nichts, auch keine Zeilenenden. Signieren Sie die Datei mit dem Zertifikat, das Ihr Haus der "
     "Behörde genannt hat, und senden Sie ihr beide Dateien. Ohne ein solches Zertifikat genügt ein "
     "unterschriebenes Formular mit denselben Angaben.",
     "sha256sum {received}\n"
     "openssl cms -sign -binary -nosmimecap -md sha256 -signer zertifikat.pem -inkey zertifikat.key \\\n"
     "    -in Empfang.txt -outform DER -out Empfang.p7s",
     "carrier", ASV_STEP_ANY},
    {NULL, NULL, NULL, NULL, ASV_STEP_ANY},
};

const struct asv_words asv_words_de = {
    .documents = {"Anschreiben", "Inhaltsverzeichnis", "Asservatenliste", "Sicherungs- und Gewahrsamsbericht",
                  "Prüfanleitung"},
    .facts_title = "Dieselben Tatsachen als JSON",
    .subject = "Vorgang {}",
    .subject_prosecutor = "Vorgang {} · Az. {}",
    .part = "{} · Teil {} von {}",
    .footer = "{} · Übergabe {}",
    .page = "Seite",
    .of = "von",
    .pdfa = "PDF mit den Merkmalen von PDF/A-2b (Schriften eingebettet, Farbprofil, Metadaten). Die "
            "Konformität mit PDF/A wurde nicht "
            "validiert.",
    .unknown_yet = "noch nicht bekannt",
    .number = "Nr.",
    .case_number = "Vorgangsnummer",
    .prosecutor = "Aktenzeichen der Staatsanwaltschaft",
    .handover = "Kennung der Übergabe",
    .made_at = "Erstellt",
    .agency = "Abgebende Behörde",
    .authority = "Empfangende Behörde",
    .offence = "Tatvorwurf",
    .danger = "Gefahr, derentwegen aufgezeichnet wurde",
    .period = "Tatzeit",
    .place = "Tatort",
    .accused = "Beschuldigte Person",
    .injured = "Verletzte Personen",
    .cause = "Grund der Aufbewahrung",
    .nobody = "keine bekannt",
    .from_until = "{} bis {}",
    .requested = "Übergabe beantragt",
    .approved = "Übergabe genehmigt",
    .by_at = "{}, {}. Grund: {}",
    .version = "Stand der Angaben",
    .version_text = "Fassung {} vom {}",
    .changed_text = "Fassung {} vom {}, wie sie bei der Genehmigung galt; geändert wurde der Vorgang danach "
                    "am {}",
    .program = "Programm",
    .statement = "Prüfsumme der signierten Erklärung",
    .recipients = "Zu öffnen von",
    .protection = "Äußerer Schutz",
    .nobody_encrypted = "niemandem; das Original ist nicht umverschlüsselt",
    .begin_earliest = "unbekannt, frühestens ",
    .begin_latest = "unbekannt, spätestens ",
    .letter =
        {
            .protection = "Äußerer Schutz der Übergabe: {}.",
            .date = "Datum",
            .our_sign = "Unser Zeichen",
            .your_sign = "Ihr Zeichen",
            .contact = "Auskunft erteilt",
            .phone = "Telefon",
            .mail = "E-Mail",
            .subject = "Übergabe von Aufzeichnungen körpernah getragener Kameras",
            .dear = "Sehr geehrte Damen und Herren,",
            .what = "zu dem oben genannten Vorgang übergeben wir Ihnen {} Aufzeichnungen. Jede wurde auf der "
                    "Kamera vom ersten Byte an "
                    "verschlüsselt und signiert und ist seither nicht verändert worden, soweit nicht unten "
                    "anders angegeben.",
            .what_one = "zu dem oben genannten Vorgang übergeben wir Ihnen eine Aufzeichnung. Sie wurde auf "
                        "der Kamera vom ersten Byte an "
                        "verschlüsselt und signiert und ist seither nicht verändert worden, soweit nicht "
                        "unten anders angegeben.",
            .deviating = "Abweichendes Prüfergebnis: Aufzeichnung Nr. {}. Näheres sagt der Sicherungs- und "
                         "Gewahrsamsbericht.",
            .excerpts = "Nur als Auszug übergeben: Aufzeichnung Nr. {}. Was weggelassen wurde, nennt der "
                        "Sicherungs- und "
                        "Gewahrsamsbericht.",
            .sealed_alone = "Nur als verschlüsseltes Original übergeben: Aufzeichnung Nr. {}. Wer einen der "
                            "genannten Schlüssel hat, kann sie öffnen.",
            .stays = "Ohne das verschlüsselte Original übergeben: Aufzeichnung Nr. {}. Was nicht im Auszug "
                     "liegt, lässt sich an dieser Übergabe weder öffnen noch prüfen; das Original bleibt bei "
                     "uns in Verwahrung.",
            .tails = "Mit einem nicht signierten Rest, dessen Unversehrtheit nicht nachgewiesen ist: "
                     "Aufzeichnung Nr. {}.",
            .enclosed = "Beigefügt sind",
            .access = "Das verschlüsselte Original liegt bei. Wer es öffnen kann, nennt der Sicherungs- und "
                      "Gewahrsamsbericht.",
            .access_others = "Von den übrigen Aufzeichnungen liegt das verschlüsselte Original bei. Wer es "
                             "öffnen kann, nennt der Sicherungs- und Gewahrsamsbericht.",
            .receipt = "Bitte bestätigen Sie den Empfang. Bis der Empfang festgehalten ist, bleiben die "
                       "Originale bei uns in Verwahrung.",
            .receipt_how = "Wie das mit der Datei Empfang.txt geht, die auf dem Datenträger liegt, sagt die "
                           "Prüfanleitung.",
            .signature = "Dieses Schreiben hat die Behörde mit ihrem Schlüssel für Übergaben elektronisch "
                         "signiert (Datei {}). Es trägt "
                         "keine qualifizierte elektronische Signatur.",
            .regards = "Mit freundlichen Grüßen",
            .by_order = "Im Auftrag",
            .decided = "Beantragt von {} am {}, genehmigt von {} am {}.",
            .parts =
                "Diese Übergabe hat mehrere Datenträger. Dies ist Teil {} von {}; gezählt sind hier die "
                "Aufzeichnungen dieses Teils. Die übrigen, über die zugleich entschieden wurde, liegen in "
                "den anderen Teilen, die dieselbe Kennung haben.",
        },
    .index =
        {
            .more_filing = "Dazu kommt xjustiz_nachricht.xml, die dieselben Dateien nennt und keine eigene "
                           "Signatur hat.",
            .more_carrier = "Dazu kommen mimetype, bagit.txt, bag-info.txt, die Listen der Prüfsummen und "
                            "das Verzeichnis META-INF mit der "
                            "Signatur über das Ganze. Die Namen sind die unterhalb des Verzeichnisses data.",
            .intro = "Die Dateien dieser Übergabe. Dokumente sind jedes für sich signiert, auch dieses, und "
                     "haben hier deshalb keine "
                     "Prüfsumme; die der anderen Dateien sind SHA-256.",
            .documents = "Dokumente",
            .recordings = "Aufzeichnungen",
            .others = "Nachweise und weitere Dateien",
            .title = "Inhalt",
            .file = "Datei",
            .signature = "Signaturdatei",
            .size = "Byte",
            .digest = "SHA-256",
            .playable = "Abspielfassung, Byte für Byte das geöffnete Original",
            .excerpt = "Auszug",
            .sealed = "Verschlüsseltes Original",
            .seal = "Siegel der Kamera",
            .recording = "{}, Beginn {}, {}",
        },
    .exhibits =
        {
            .intro = "Verwahrt werden Dateien. „Menge“ zählt die Aufzeichnung mit ihren Dateien; "
                     "Signaturdateien sind nicht "
                     "gezählt. Der Beginn ist der nach der Uhr der Kamera.",
            .number = "Lfd. Nr.",
            .name = "Bezeichnung",
            .quantity = "Menge",
            .origin = "Herkunft",
            .date = "In Verwahrung seit",
            .keeper = "Verwahrende Stelle",
            .reason = "Grund",
            .whole = "Videoaufzeichnung, Beginn {}, Länge {}",
            .excerpt = "Auszug einer Videoaufzeichnung, Beginn {}, Länge {} von {}",
            .excerpt_only = "Auszug einer Videoaufzeichnung, Beginn {}, Länge {} von {}, ohne das "
                            "verschlüsselte Original",
            .sealed_alone = "Videoaufzeichnung, Beginn {}, Länge {}, nur als verschlüsseltes Original",
            .original = "Kennung {}",
            .one_file = "1 Aufzeichnung, {} Dateien",
            .from_camera = "{}, {}, Gerätenummer {}; eingelesen von {}",
        },
    .custody =
        {
            .ended = "Nach der Uhr der Dockingstation endete die Aufzeichnung spätestens {}.",
            .marked_at = "Zeit (Kamerauhr)",
            .not_measured = "Beim Einlesen nicht gemessen.",
            .basis = "Gegenstand und Grundlage",
            .summary = "Ergebnis",
            .summary_text = "Die Prüfergebnisse bedeuten:",
            .recording = "Aufzeichnung {}: {}, Beginn {}",
            .camera = "Kamera",
            .begin = "Beginn (Kamerauhr)",
            .length = "Länge",
            .integrity = "Unversehrtheit",
            .provenance = "Herkunft",
            .id = "Kennung der Aufzeichnung",
            .device = "Gerät",
            .firmware = "{}, Gerätenummer {}, Firmware {}",
            .certificate = "Zertifikat der Kamera",
            .running = "Laufende Nummer der Kamera",
            .unit = "Dienststelle",
            .area = "Einsatzgebiet",
            .begin_camera = "Beginn nach der Uhr der Kamera",
            .end_camera = "Ende nach der Uhr der Kamera",
            .corrected = "Zeitraum, berichtigt",
            .corrected_from =
                "Nach der Uhr der Dockingstation liegt die ganze Aufzeichnung zwischen {} und {}.",
            .clock = "Uhr der Kamera",
            .offset = "Abweichung der Uhr",
            .offset_text = "Beim Einlesen ging die Uhr der Kamera gegenüber der Dockingstation {} s {}, auf "
                           "± {} s genau gemessen.",
            .offset_none = "Beim Einlesen ging die Uhr der Kamera wie die der Dockingstation, auf ± {} s "
                           "genau gemessen.",
            .slow = "nach",
            .fast = "vor",
            .docked = "Eingelesen",
            .docked_text = "{}, an {}",
            .committed = "In Verwahrung genommen",
            .erased = "Auf der Kamera gelöscht",
            .not_erased = "nicht bestätigt",
            .extent = "Umfang der Übergabe",
            .whole = "die ganze Aufzeichnung",
            .sealed_alone = "das verschlüsselte Original allein",
            .excerpt = "Auszug von {} bis {} (Std:Min:Sek ab Beginn), geschnitten an den Grenzen der "
                       "Fragmente; die Nachweise liegen bei",
            .left_out = "Weggelassen",
            .left_part = "{} bis {}: {}",
            .edges = "Daneben offengelegt",
            .edges_text =
                "{} Byte in der Nachweisdatei: vom Anfang der Aufzeichnung und unmittelbar vor und "
                "hinter dem Auszug, da nur ganze Blöcke nachweisbar sind. Kein Abspielprogramm zeigt "
                "sie; wer sie zerlegt, kann Teile von Bild und Ton daraus gewinnen",
            .original = "Verschlüsseltes Original",
            .stays = "liegt nicht bei: es bleibt bei der abgebenden Behörde in Verwahrung",
            .tail = "Nicht signierter Rest",
            .tail_none = "keiner",
            .tail_text = "{} Byte hinter dem signierten Teil. Ihre Unversehrtheit ist nicht nachgewiesen; "
                         "sie sind nicht Teil der "
                         "Abspielfassung.",
            .tail_stays =
                "{} Byte hinter dem signierten Teil. Sie bleiben mit dem Original bei der abgebenden "
                "Behörde.",
            .digests = "Prüfsummen (SHA-256)",
            .header = "Kopf des Siegels",
            .root = "Wurzel über die Stücke",
            .root_text = "{} ({} Stücke, {} Byte)",
            .seal = "Siegel",
            .checks = "Prüfungen",
            .check = "Prüfung",
            .result = "Ergebnis",
            .finding = "Befund",
            .markers = "Vermerke der Kamera",
            .marker = "Vermerk",
            .time = "Zeit",
            .media = "Stelle",
            .media_facts = "Technische Angaben",
            .stream = "Spur",
            .custody = "Gewahrsam",
            .event = "Ereignis",
            .who = "Wer, wo",
            .entry = "Protokoll",
            .signed_ = "signiert",
            .unsigned_ = "nicht signiert",
            .waits = "wartet",
            .entry_text = "Nr. {}, Eintrag {}",
            .who_text = "{} ({})",
            .at_own = "eigene Uhr: {}",
            .logs = "Das Transparenzprotokoll",
            .log = "Protokoll {}",
            .size = "Größe",
            .log_text = "{} Einträge",
            .origin = "Name",
            .head = "Kopf (Wurzel)",
            .signed_at = "Signiert",
            .cosigned = "Mitsigniert",
            .cosigned_none = "von niemandem; für die Zeiten steht allein die Behörde ein",
            .certificates = "Zertifikate",
            .role = "Wofür",
            .name = "Name",
            .serial = "Seriennummer",
            .digest = "SHA-256",
            .until = "Gültig bis",
            .revocations = "Gesperrte Zertifikate",
            .revocations_none = "Eine Sperrliste liegt nicht bei; welche Zertifikate gesperrt sind, lässt "
                                "sich an dieser Übergabe nicht prüfen.",
            .revocations_text = "Sperrliste Nr. {} vom {}. Gesperrt sind die Seriennummern:",
            .revocations_empty = "Sperrliste Nr. {} vom {}. Gesperrt ist kein Zertifikat.",
            .notes = "Was dieser Bericht nicht sagt",
        },
    .label =
        {
            .title = "Beweismittel",
            .medium = "Datenträger",
            .name = "Bezeichnung",
            .of = "{} von {}",
            .written = "Beschrieben am",
            .file = "Datei",
            .digest = "SHA-256 der Datei",
            .inner = "SHA-256 des Inhalts",
            .lock = "Öffnen",
            .open = "nicht verschlüsselt",
            .zip = "ZIP mit AES-256 (7-Zip); das Passwort kommt mit getrennter Post",
            .age = "mit age und dem Schlüssel der empfangenden Stelle",
            .twice = "Oben für den Datenträger, unten für den Umschlag.",
        },
    .series =
        {
            .title = "Ob Aufzeichnungen fehlen",
            .text = "Jede Kamera zählt ihre Aufzeichnungen ohne Lücke und signiert zu jeder einen Datensatz "
                    "mit Nummer, Beginn und Ende nach ihrer Uhr. Diese Datensätze liegen dem Datenträger bei "
                    "(links). Von Aufzeichnungen, die nicht übergeben werden, ist hier und dort nichts "
                    "weiter offengelegt. Was aus ihnen wurde, ist die Angabe der Behörde zum Zeitpunkt der "
                    "Erstellung.",
            .none = "Keine der Aufzeichnungen hat eine Kamera der Behörde nummeriert; ob weitere entstanden, "
                    "lässt sich nicht belegen.",
            .of = "{}, {} bis {}",
            .gapless = "Von Nr. {} bis Nr. {} liegt zu jeder Nummer der signierte Datensatz vor: Dazwischen "
                       "gibt es keine weitere Aufzeichnung dieser Kamera.",
            .gaps = "Von Nr. {} bis Nr. {} liegt NICHT zu jeder Nummer genau ein signierter Datensatz vor.",
            .end = "Ende (Kamerauhr)",
            .fate = "Verbleib",
            .unlinked = "; ohne Datensatz der Kamera",
            .twice = "; die Kamera hat die Nummer mehrmals vergeben",
        },
    .message =
        {
            .playable = "Aufzeichnung {}, Abspielfassung",
            .excerpt = "Aufzeichnung {}, Auszug",
            .excerpt_only = "Aufzeichnung {}, Auszug ohne das verschlüsselte Original",
            .sealed = "Aufzeichnung {}, verschlüsseltes Original",
            .seal = "Aufzeichnung {}, Siegel der Kamera",
        },
    .notes = notes,
    .place_carrier =
        UNQUALIFIED "Gibt es eine solche, anderswo hergestellte, so liegt sie neben der Übergabe auf dem "
                    "Datenträger, nach dem Entpacken unter data/external; an den Prüfungen "
                    "ändert sie nichts.",
    .place_filing =
        UNQUALIFIED "Gibt es eine solche, anderswo hergestellte, so ist sie der Nachricht beigefügt, mit "
                    "der diese Einreichung versandt wurde; zu den hier genannten Dateien gehört "
                    "sie nicht.",
    .checking =
        {
            .intro = "Sie können diese Übergabe selbst prüfen, ohne unser Zutun und ohne einem unserer "
                     "Rechner zu vertrauen. Die Formate sind "
                     "öffentlich und aus Standardteilen gebaut: age, Ed25519, CAdES, SHA-256.",
            .what = "Was Sie brauchen",
            .steps = "Schritt für Schritt",
            .meaning = "Was die Ergebnisse bedeuten",
            .not_said = "Was eine Prüfung nicht sagt",
            .stays =
                "Von Aufzeichnung Nr. {} liegt das verschlüsselte Original nicht bei. Prüfen lässt sich mit "
                "asservat-verify, dass jedes Byte des Auszugs eines ist, das die Kamera signiert hat, an "
                "welcher Stelle der Aufzeichnung es steht, und dass Siegel, Zertifikate und "
                "Übernahmeprotokoll zueinander passen. Nicht prüfen lässt sich, was die übrigen Teile "
                "zeigen, ob die verschlüsselten Stücke des Originals noch die signierten sind, und ob es "
                "sich öffnen lässt: Dazu muss die Behörde das Original vorlegen.",
            .code = "Ergebnis",
            .name = "Bezeichnung",
            .means = "Bedeutung",
        },
    .needs = needs,
    .steps = steps,
    .causes = causes,
    .integrities = integrities,
    .integrity_texts = integrity_texts,
    .provenances = provenances,
    .provenance_texts = provenance_texts,
    .clock_states = clock_states,
    .results = results,
    .records = records,
    .streams = streams,
    .actors = actors,
    .roles = roles,
    .protections = protections,
    .events = events,
    .fates = fates,
    .lacks = lacks,
};

const char *asv_word(const struct asv_word *words, const char *code)
{
    for (; words->code != NULL; words++) {
        if (strcmp(words->code, code) == 0) {
            return words->text;
        }
    }
    return code;
}

const char *asv_sentence(char *out, const char *text, const char *const *values)
{
    size_t used = 0;
    while (*text != '\0' && used + 1 < ASV_SENTENCE_BYTES) {
        if (text[0] == '{' && text[1] == '}' && *values != NULL) {
            int len = snprintf(out + used, ASV_SENTENCE_BYTES - used, "%s", *values++);
            used += (size_t)len < ASV_SENTENCE_BYTES - used ? (size_t)len : ASV_SENTENCE_BYTES - 1 - used;
            text += 2;
        } else {
            out[used++] = *text++;
        }
    }
    out[used] = '\0';
    return out;
}
