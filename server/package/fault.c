/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/fault.h"

#include <string.h>

#include "server/base/fail.h"

static const struct {
    const char *name, *en, *de;
    enum asv_status status;
} kinds[ASV_FAULT_KINDS] = {
    [ASV_FAULT_NONE] = {"none", "nothing is wrong", "nichts ist falsch", ASV_OK},
    [ASV_FAULT_UNREADABLE] = {"unreadable", "the medium could not be read here",
                              "der Datenträger ist hier nicht lesbar", ASV_E_IO},
    [ASV_FAULT_NO_END] = {"zip-no-end", "it is no package, or its end is missing: it was not copied whole",
                          "es ist kein Paket, oder sein Ende fehlt: es wurde nicht ganz kopiert",
                          ASV_E_MALFORMED},
    [ASV_FAULT_TRAILING] = {"zip-trailing", "there are bytes behind its end that nobody signed",
                            "hinter dem Ende stehen Bytes, die niemand signiert hat", ASV_E_MALFORMED},
    [ASV_FAULT_COMMENT] = {"zip-comment", "it has a comment that nobody signed",
                           "es hat einen Kommentar, den niemand signiert hat", ASV_E_MALFORMED},
    [ASV_FAULT_END] = {"zip-end", "its end contradicts itself or the file's length",
                       "sein Ende widerspricht sich oder der Länge der Datei", ASV_E_MALFORMED},
    [ASV_FAULT_COUNT] = {"zip-count", "it has more files than a package can have, or none",
                         "es hat mehr Dateien, als ein Paket haben kann, oder keine", ASV_E_LIMIT},
    [ASV_FAULT_DIRECTORY] = {"zip-directory", "its directory is not whole",
                             "sein Verzeichnis ist nicht vollständig", ASV_E_MALFORMED},
    [ASV_FAULT_NAME] =
        {"zip-name",
         "a file has no name, or one that could lead out of the directory it is unpacked to, or mislead",
         "eine Datei hat keinen Namen oder einen, der beim Entpacken anderswohin führen oder täuschen könnte",
         ASV_E_MALFORMED},
    [ASV_FAULT_DUPLICATE] = {"zip-duplicate", "a name is there twice: what is seen depends on who unpacks it",
                             "ein Name kommt zweimal vor: was man sieht, hängt vom entpackenden Programm ab",
                             ASV_E_MALFORMED},
    [ASV_FAULT_COMPRESSED] = {"zip-compressed", "a file is compressed; in a package none is",
                              "eine Datei ist komprimiert; in einem Paket ist es keine", ASV_E_UNSUPPORTED},
    [ASV_FAULT_ENCRYPTED] = {"zip-encrypted",
                             "a file is encrypted by the ZIP; open it with its password first",
                             "eine Datei ist vom ZIP verschlüsselt; erst mit dem Passwort öffnen",
                             ASV_E_UNSUPPORTED},
    [ASV_FAULT_DESCRIPTOR] =
        {"zip-descriptor", "a file's size stands behind it, so readers could disagree",
         "die Größe einer Datei steht hinter ihr, so dass Programme verschieden lesen könnten",
         ASV_E_UNSUPPORTED},
    [ASV_FAULT_NOT_A_FILE] =
        {"zip-not-a-file", "it has a symbolic link, a directory or a device where a file belongs",
         "es hat eine Verknüpfung, ein Verzeichnis oder ein Gerät, wo eine Datei hingehört", ASV_E_MALFORMED},
    [ASV_FAULT_EXTRA] = {"zip-extra", "a file has additional fields that nobody signed",
                         "eine Datei hat zusätzliche Felder, die niemand signiert hat", ASV_E_MALFORMED},
    [ASV_FAULT_OVERLAP] = {"zip-overlap", "two files share bytes", "zwei Dateien teilen sich Bytes",
                           ASV_E_MALFORMED},
    [ASV_FAULT_GAP] = {"zip-gap", "there are bytes between files that belong to none",
                       "zwischen den Dateien stehen Bytes, die zu keiner gehören", ASV_E_MALFORMED},
    [ASV_FAULT_HEADER] = {"zip-header", "a file's entry in the directory is not as a package has it",
                          "der Eintrag einer Datei im Verzeichnis ist nicht wie in einem Paket",
                          ASV_E_MALFORMED},
    [ASV_FAULT_LOCAL] = {"zip-local", "what stands before a file is not what the directory says of it",
                         "was vor einer Datei steht, ist nicht, was das Verzeichnis von ihr sagt",
                         ASV_E_MISMATCH},
    [ASV_FAULT_CRC] = {"zip-crc", "the file's bytes were changed or not copied right",
                       "die Bytes der Datei wurden geändert oder falsch kopiert", ASV_E_DIGEST},
    [ASV_FAULT_MIMETYPE] = {"mimetype",
                            "its first file does not say that it is a package, or another one says so",
                            "seine erste Datei sagt nicht, dass es ein Paket ist, oder eine andere sagt es",
                            ASV_E_MALFORMED},
    [ASV_FAULT_UNKNOWN] = {"unknown-file", "there is a file that is no part of a package",
                           "eine Datei gehört nicht in ein Paket", ASV_E_MALFORMED},
    [ASV_FAULT_SECOND_MANIFEST] =
        {"second-manifest",
         "there is a second manifest or signature: what is checked depends on who checks it",
         "es gibt ein zweites Manifest oder eine zweite Signatur: was geprüft wird, hängt vom Prüfer ab",
         ASV_E_MISMATCH},
    [ASV_FAULT_ORDER] = {"order", "a file is not in its place", "eine Datei steht nicht an ihrer Stelle",
                         ASV_E_MALFORMED},
    [ASV_FAULT_MISSING] = {"missing-file", "a file is missing that every package has",
                           "eine Datei fehlt, die jedes Paket hat", ASV_E_NOT_FOUND},
    [ASV_FAULT_DECLARATION] = {"bag-declaration", "it does not say that it is a BagIt 1.0 bag",
                               "es sagt nicht, dass es ein BagIt-1.0-Bag ist", ASV_E_UNSUPPORTED},
    [ASV_FAULT_INFO] = {"bag-info", "a line is no field of bag-info.txt",
                        "eine Zeile ist kein Feld von bag-info.txt", ASV_E_MALFORMED},
    [ASV_FAULT_OXUM] =
        {"bag-oxum",
         "the number of files or bytes is not what bag-info.txt says: something is missing or was added",
         "die Zahl der Dateien oder Bytes ist nicht die aus bag-info.txt: etwas fehlt oder kam hinzu",
         ASV_E_MISMATCH},
    [ASV_FAULT_BAG_DIGEST] =
        {"bag-digest", "the file's SHA-256 is not the one in the bag's manifest: it was changed",
         "der SHA-256-Wert der Datei ist nicht der im Manifest des Bags: sie wurde geändert", ASV_E_DIGEST},
    [ASV_FAULT_BAG_MANIFEST] = {"bag-manifest", "the bag's manifest does not name the files that are there",
                                "das Manifest des Bags nennt nicht die Dateien, die da sind", ASV_E_MISMATCH},
    [ASV_FAULT_ASIC_DIGEST] = {"asic-digest",
                               "the file's SHA-256 is not the one that was signed: it was changed",
                               "der SHA-256-Wert der Datei ist nicht der signierte: sie wurde geändert",
                               ASV_E_DIGEST},
    [ASV_FAULT_ASIC_MANIFEST] = {"asic-manifest",
                                 "the signed manifest does not name the files that are there",
                                 "das signierte Manifest nennt nicht die Dateien, die da sind",
                                 ASV_E_MISMATCH},
    [ASV_FAULT_SIGNATURE] = {"signature", "the package's signature does not verify",
                             "die Signatur des Pakets ist nicht gültig", ASV_E_SIGNATURE},
    [ASV_FAULT_DOCUMENT_SIGNATURE] = {"document-signature", "a document's own signature does not verify",
                                      "die eigene Signatur eines Dokuments ist nicht gültig",
                                      ASV_E_SIGNATURE},
    [ASV_FAULT_NO_DOCUMENT] = {"no-document", "a signature has no document before it",
                               "vor einer Signatur steht kein Dokument", ASV_E_MALFORMED},
    [ASV_FAULT_SIGNER] = {"signer", "it was signed with another certificate than the one that was expected",
                          "es wurde mit einem anderen Zertifikat signiert als dem erwarteten",
                          ASV_E_UNTRUSTED},
};

const char *asv_fault_name(enum asv_fault_kind kind)
{
    return kinds[kind].name;
}

const char *asv_fault_meaning(enum asv_fault_kind kind)
{
    return kinds[kind].en;
}

const char *asv_fault_meaning_de(enum asv_fault_kind kind)
{
    return kinds[kind].de;
}

enum asv_status asv_fault_status(enum asv_fault_kind kind)
{
    return kinds[kind].status;
}

/* What a hostile name says is not for a terminal. */
static void copy_name(char out[ASV_PACKAGE_NAME_BYTES + 1], struct asv_bytes file)
{
    size_t len = file.len < ASV_PACKAGE_NAME_BYTES ? file.len : ASV_PACKAGE_NAME_BYTES;
    bool plain = asv_package_name_is_good(file);
    for (size_t i = 0; i < len; i++) {
        bool printable = file.data[i] >= 0x20 && file.data[i] < 0x7f;
        out[i] = '?';
        if (plain || printable) {
            out[i] = (char)file.data[i];
        }
    }
    out[len] = '\0';
}

/* PK-041 */
enum asv_status asv_fault_at(struct asv_fault *fault, enum asv_fault_kind kind, struct asv_bytes file,
                             uint64_t offset, struct asv_err *err)
{
    fault->kind = kind;
    fault->offset = offset;
    copy_name(fault->file, file);
    return asv_failf(err, kinds[kind].status, "%s%sbyte %llu: %s", fault->file, file.len > 0 ? ", " : "",
                     (unsigned long long)offset, kinds[kind].en);
}
