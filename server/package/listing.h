/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Texts that say something of each file of a package, a line each: BagIt's manifests, ASiC's. They are never
 * in memory as a whole, and never parsed: their writer makes them out of the files, and their reader makes
 * them again and compares.
 */
#ifndef ASV_SERVER_PACKAGE_LISTING_H
#define ASV_SERVER_PACKAGE_LISTING_H

#include "server/package/source.h"
#include "server/package/zip.h"

#define ASV_LISTING_LINE_BYTES 1280

/* Files in their order, from the first again after each first(). ASV_E_NOT_FOUND behind the last one. */
struct asv_entries {
    void *ctx;
    enum asv_status (*first)(void *ctx, struct asv_err *err);
    enum asv_status (*next)(void *ctx, struct asv_zip_entry *out, struct asv_err *err);
};

struct asv_listing_form {
    const char *name; /* of the text's own file in a package */
    const char *head, *foot;
    /* Bytes of the line for an entry, into out[ASV_LISTING_LINE_BYTES]; 0: it has none. */
    size_t (*line)(char *out, const struct asv_zip_entry *entry);
};

/* manifest-sha256.txt and tagmanifest-sha256.txt (bag.h), META-INF/ASiCManifest.xml (asic.h). */
extern const struct asv_listing_form asv_bag_manifest, asv_bag_tag_manifest, asv_asic_manifest;

struct asv_listing {
    const struct asv_listing_form *form;
    struct asv_entries entries;
    enum { ASV_LISTING_HEAD, ASV_LISTING_LINES, ASV_LISTING_ENDED } stage;
    struct asv_zip_entry entry; /* of the piece; name_len 0: head or foot */
    struct asv_bytes left;      /* of the piece, for the source below */
    char line[ASV_LISTING_LINE_BYTES];
};

/* From the beginning. The entries must outlive it. */
ASV_MUST_CHECK enum asv_status asv_listing_begin(struct asv_listing *listing,
                                                 const struct asv_listing_form *form,
                                                 const struct asv_entries *entries, struct asv_err *err);

/* The next piece: head, a line, foot; listing->entry says of which file. ASV_E_NOT_FOUND behind the last. */
ASV_MUST_CHECK enum asv_status asv_listing_next(struct asv_listing *listing, struct asv_bytes *piece,
                                                struct asv_err *err);

/* The text as a source, which says how long it is: the entries are gone through once for that. */
ASV_MUST_CHECK enum asv_status asv_listing_source(struct asv_listing *listing,
                                                  const struct asv_listing_form *form,
                                                  const struct asv_entries *entries, struct asv_source *out,
                                                  struct asv_err *err);

#endif
