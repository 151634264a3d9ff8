/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/listing.h"

#include <string.h>

enum asv_status asv_listing_begin(struct asv_listing *listing, const struct asv_listing_form *form,
                                  const struct asv_entries *entries, struct asv_err *err)
{
    *listing = (struct asv_listing){.form = form, .entries = *entries, .stage = ASV_LISTING_HEAD};
    return entries->first(entries->ctx, err);
}

static struct asv_bytes text(const char *value)
{
    return (struct asv_bytes){(const uint8_t *)value, strlen(value)};
}

enum asv_status asv_listing_next(struct asv_listing *listing, struct asv_bytes *piece, struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = ASV_OK;
    if (listing->stage == ASV_LISTING_HEAD) {
        listing->stage = ASV_LISTING_LINES;
        *piece = text(listing->form->head);
        return ASV_OK;
    }
    if (listing->stage == ASV_LISTING_ENDED) {
        return ASV_E_NOT_FOUND;
    }
    while (status == ASV_OK && len == 0) {
        status = listing->entries.next(listing->entries.ctx, &listing->entry, err);
        if (status == ASV_OK) {
            len = listing->form->line(listing->line, &listing->entry);
        }
    }
    *piece = (struct asv_bytes){(const uint8_t *)listing->line, len};
    if (status == ASV_E_NOT_FOUND) {
        listing->stage = ASV_LISTING_ENDED;
        listing->entry.name_len = 0;
        *piece = text(listing->form->foot);
        status = ASV_OK;
    }
    return status;
}

static enum asv_status read_text(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct asv_listing *listing = ctx;
    uint8_t *at = out;
    *got = 0;
    while (*got < cap) {
        size_t some = listing->left.len < cap - *got ? listing->left.len : cap - *got;
        if (some > 0) {
            memcpy(at + *got, listing->left.data, some);
        }
        listing->left.data += some;
        listing->left.len -= some;
        *got += some;
        if (listing->left.len == 0 && *got < cap) {
            enum asv_status status = asv_listing_next(listing, &listing->left, err);
            if (status != ASV_OK) {
                return status == ASV_E_NOT_FOUND ? ASV_OK : status;
            }
        }
    }
    return ASV_OK;
}

enum asv_status asv_listing_source(struct asv_listing *listing, const struct asv_listing_form *form,
                                   const struct asv_entries *entries, struct asv_source *out,
                                   struct asv_err *err)
{
    struct asv_bytes piece;
    uint64_t size = 0;
    enum asv_status status = asv_listing_begin(listing, form, entries, err);
    while (status == ASV_OK && (status = asv_listing_next(listing, &piece, err)) == ASV_OK) {
        size += piece.len;
    }
    if (status == ASV_E_NOT_FOUND) {
        status = asv_listing_begin(listing, form, entries, err);
        listing->left = text("");
        *out = (struct asv_source){listing, size, read_text};
    }
    return status;
}
