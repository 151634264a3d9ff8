/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/names.h"

#include <stdio.h>
#include <string.h>

#include "server/handover/series.h"

/* What people call it, and, in a filing, what its format is. */
static const struct {
    const char *title, *format;
} recordings[ASV_RECORDING_FILES] = {
    [ASV_RECORDING_SEAL] = {"Siegel", "seal"},
    [ASV_RECORDING_CHAIN] = {"Zertifikatskette der Kamera", "chain"},
    [ASV_RECORDING_LINK] = {"Verkettung", "link"},
    [ASV_RECORDING_COMMIT] = {"Übernahmeprotokoll", "asv"},
    [ASV_RECORDING_RECEIPT] = {"Übernahmebeleg", "asv"},
    [ASV_RECORDING_TAIL] = {"Nicht signierter Rest", "tail"},
    [ASV_RECORDING_SEALED] = {"Versiegeltes Original", "age"},
    [ASV_RECORDING_PLAYABLE] = {"Aufzeichnung", "mp4"},
    [ASV_RECORDING_KEY] = {"Dateischlüssel", "key"},
    [ASV_RECORDING_EXCERPT] = {"Auszug", "mp4"},
    [ASV_RECORDING_PROOF] = {"Nachweis zum Auszug", "proof"},
};

static const char *const documents[ASV_HANDOVER_DOCUMENTS] = {
    "Anschreiben", "Inhaltsverzeichnis", "Asservatenliste", "Gewahrsamsbericht", "Prüfanleitung", "Tatsachen",
};

#define DOCKS "trust/docks/"
#define LINKS ASV_SERIES_PATH

/* What is known of the other files; the rest is called as it lies there. */
static const struct {
    const char *path, *title, *format;
} others[] = {
    {"plan", "Plan der Übergabe", "asv"},
    {"plan.proposal", "Vorschlag der Übergabe", "asv"},
    {"plan.approval", "Zustimmung zur Übergabe", "asv"},
    {"ledger", "Protokollauszug", "asv"},
    {"trust/root.cert", "Stammzertifikat", "cert"},
    {"trust/revocations", "Sperrliste", "asv"},
    {"trust/package.pem", "Zertifikat der Übergaben", "pem"},
    {"trust/package.chain", "Zertifikatskette der Übergaben", "chain"},
    {"trust/ledger.chain", "Zertifikatskette des Protokolls", "chain"},
};

/* Into a filing by title, into a carrier at its path. */
static enum asv_status name_it(struct asv_handover_file *out, const struct asv_handover_naming *naming,
                               const char *path, const char *format)
{
    char flat[ASV_FILING_NAME_BYTES];
    asv_handover_id(naming, path, out->id);
    if (naming->output == ASV_HANDOVER_CARRIER) {
        int len = snprintf(out->name, sizeof out->name, "%s", path);
        return len > 0 && (size_t)len < sizeof out->name ? ASV_OK : ASV_E_LIMIT;
    }
    enum asv_status status = asv_filing_name(flat, out->title, out->id, format);
    if (status == ASV_OK) {
        (void)snprintf(out->name, sizeof out->name, "%s", flat);
        out->is_signed = true; /* LAW H4 */
    }
    return status;
}

enum asv_status asv_handover_name_recording(struct asv_handover_file *out,
                                            const struct asv_handover_naming *naming, unsigned number,
                                            enum asv_recording_file file)
{
    char path[64];
    *out = (struct asv_handover_file){.bytes = 0};
    (void)snprintf(path, sizeof path, "recordings/%03u/%s", number, asv_recording_file_name(file));
    (void)snprintf(out->title, sizeof out->title, "%03u %s", number, recordings[file].title);
    return name_it(out, naming, path, recordings[file].format);
}

enum asv_status asv_handover_name_document(struct asv_handover_file *out,
                                           const struct asv_handover_naming *naming, size_t document)
{
    char flat[ASV_FILING_NAME_BYTES];
    *out = (struct asv_handover_file){.is_signed = true};
    if (document >= ASV_HANDOVER_DOCUMENTS) {
        return ASV_E_USAGE;
    }
    (void)snprintf(out->title, sizeof out->title, "%s", documents[document]);
    asv_handover_id(naming, documents[document], out->id);
    if (document == ASV_HANDOVER_FACTS && naming->output == ASV_HANDOVER_CARRIER) {
        (void)snprintf(out->name, sizeof out->name, "facts.json");
        return ASV_OK;
    }
    enum asv_status status =
        asv_filing_name(flat, out->title, out->id, document == ASV_HANDOVER_FACTS ? "json" : "pdf");
    if (status == ASV_OK) {
        (void)snprintf(out->name, sizeof out->name, "%s", flat);
    }
    return status;
}

enum asv_status asv_handover_name_other(struct asv_handover_file *out,
                                        const struct asv_handover_naming *naming, const char *path)
{
    *out = (struct asv_handover_file){.bytes = 0};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(path, others[i].path) == 0) {
            (void)snprintf(out->title, sizeof out->title, "%s", others[i].title);
            return name_it(out, naming, path, others[i].format);
        }
    }
    if (strncmp(path, DOCKS, sizeof DOCKS - 1) == 0) {
        (void)snprintf(out->title, sizeof out->title, "Zertifikatskette eines Docks");
        return name_it(out, naming, path, "chain");
    }
    if (strncmp(path, LINKS, sizeof LINKS - 1) == 0) {
        (void)snprintf(out->title, sizeof out->title, "Verkettung einer Kamera");
        return name_it(out, naming, path, "links");
    }
    (void)snprintf(out->title, sizeof out->title, "%s", path);
    return naming->output == ASV_HANDOVER_CARRIER ? name_it(out, naming, path, "") : ASV_E_USAGE;
}
