/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * ASiC-E with CAdES (ETSI EN 319 162-1): META-INF/ASiCManifest.xml has a digest of each file, and a detached
 * signature over that manifest is in META-INF/signature.p7s. Its text is in listing.h.
 */
#ifndef ASV_SERVER_PACKAGE_ASIC_H
#define ASV_SERVER_PACKAGE_ASIC_H

#include <stdbool.h>

#include "server/package/zip.h"

#define ASV_ASIC_MIMETYPE      "mimetype"
#define ASV_ASIC_MIMETYPE_TEXT "application/vnd.etsi.asic-e+zip"
#define ASV_ASIC_META          "META-INF/"
#define ASV_ASIC_MANIFEST      ASV_ASIC_META "ASiCManifest.xml"
#define ASV_ASIC_SIGNATURE     ASV_ASIC_META "signature.p7s"

#define ASV_ASIC_SIGNATURE_SUFFIX ".p7s"

/* Below it are signatures that were made elsewhere, which nobody here understands (LAW H5). */
#define ASV_PACKAGE_EXTERNAL "data/external/"

/* Whether a file of the payload is the signature of the document before it, or looks like one: the case of
 * its end's letters does not matter. */
bool asv_asic_is_signature(const char *name);

/* Whether it is part of the container, and not of what it contains. */
bool asv_asic_is_meta(const struct asv_zip_entry *entry);

/* What a name's end says, such as "application/pdf"; static. */
const char *asv_asic_type(const char *name);

#endif
