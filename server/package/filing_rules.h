/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the electronic filing demands of names and sizes (LAW H7, H8): pure functions. The wording is that of
 * XJustiz 3.6.2 (`dateiname`, in xjustiz_0000_grunddatensatz): "Dokumentname_UUID.Dateiformat", at most 90
 * characters, letters of the German alphabet with Ä, Ö, Ü and ß, digits, underscore and minus; dots only
 * before what says the format; a signature's file is named as what it signs, and its own format behind it.
 */
#ifndef ASV_SERVER_PACKAGE_FILING_RULES_H
#define ASV_SERVER_PACKAGE_FILING_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "server/base/uuid.h"

#define ASV_FILING_NAME_CHARS 90
#define ASV_FILING_NAME_BYTES (2 * ASV_FILING_NAME_CHARS + 1) /* UTF-8, with a NUL */
#define ASV_FILING_MESSAGE    "xjustiz_nachricht.xml"
#define ASV_FILING_SIGNATURE  ".p7s"

/* "Title_UUID.ext": of a title in any words, what is not allowed becomes one underscore, and it is cut so
 * that the name of the signature has room as well. ASV_E_USAGE when nothing is left of the title, for a
 * format that is not 2 to 5 lower-case letters and digits, and for an archive's: a ZIP is not filed. */
ASV_MUST_CHECK enum asv_status asv_filing_name(char out[ASV_FILING_NAME_BYTES], const char *title,
                                               const uint8_t uuid[ASV_UUID_BYTES], const char *format);

/* Whether a file of that name may be in a filing: as above, such a file's signature, or the message. */
bool asv_filing_name_is_good(const char *name);

/* What one filing may have, all its files counted, from a day on. */
struct asv_filing_limits {
    uint32_t from; /* yyyymmdd; 0: since when is not known */
    uint32_t files;
    uint64_t bytes; /* 200 MB in the smaller of its two readings */
    bool usb;       /* above them: a USB drive (2.0 or newer, exFAT or NTFS) is taken, and not a DVD alone */
};

/* Those of a day; static. */
const struct asv_filing_limits *asv_filing_limits_of(uint32_t date);

#endif
