/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/preroll.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/crypto.h"

void asv_preroll_init(struct asv_preroll *preroll, uint32_t keep_ms)
{
    memset(preroll, 0, sizeof *preroll);
    preroll->keep_ms = keep_ms;
}

static void forget(struct asv_preroll_fragment *fragment)
{
    if (fragment->data != NULL) {
        asv_wipe(fragment->data, fragment->len);
        free(fragment->data);
    }
    *fragment = (struct asv_preroll_fragment){.len = 0};
}

static void forget_oldest(struct asv_preroll *preroll, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        preroll->bytes -= preroll->fragment[i].len;
        forget(&preroll->fragment[i]);
    }
    preroll->count -= count;
    memmove(&preroll->fragment[0], &preroll->fragment[count], preroll->count * sizeof preroll->fragment[0]);
}

void asv_preroll_clear(struct asv_preroll *preroll)
{
    forget_oldest(preroll, preroll->count);
}

/* Fragments before index, and those after it up to the next key frame. */
static void forget_up_to(struct asv_preroll *preroll, size_t index)
{
    while (index < preroll->count && !preroll->fragment[index].key) {
        index++;
    }
    forget_oldest(preroll, index);
}

void asv_preroll_age(struct asv_preroll *preroll, uint64_t mono_ms)
{
    size_t index = 0;
    while (index < preroll->count && mono_ms - preroll->fragment[index].mono_ms > preroll->keep_ms) {
        index++;
    }
    if (index != 0) {
        forget_up_to(preroll, index);
    }
}

/* Grows a buffer without leaving a copy of what it held behind. */
static bool grow(struct asv_preroll_fragment *fragment, size_t need)
{
    if (need <= fragment->cap) {
        return true;
    }
    size_t cap = need < 65536 ? 65536 : need * 2;
    uint8_t *data = malloc(cap);
    if (data == NULL) {
        return false;
    }
    if (fragment->data != NULL) {
        memcpy(data, fragment->data, fragment->len);
        asv_wipe(fragment->data, fragment->len);
        free(fragment->data);
    }
    fragment->data = data;
    fragment->cap = cap;
    return true;
}

enum asv_status asv_preroll_append(struct asv_preroll *preroll, const uint8_t *data, size_t len)
{
    if (preroll->count == 0 || len == 0) {
        return ASV_OK;
    }
    while (preroll->count > 1 && len > ASV_PREROLL_MAX_BYTES - preroll->bytes) {
        forget_up_to(preroll, 1);
    }
    if (preroll->count == 0 || len > ASV_PREROLL_MAX_BYTES - preroll->bytes) {
        asv_preroll_clear(preroll);
        return ASV_OK; /* one fragment alone is too long: it cannot be kept whole */
    }
    struct asv_preroll_fragment *newest = &preroll->fragment[preroll->count - 1];
    if (!grow(newest, newest->len + len)) {
        asv_preroll_clear(preroll);
        return ASV_E_NO_MEMORY;
    }
    memcpy(newest->data + newest->len, data, len);
    newest->len += len;
    preroll->bytes += len;
    return ASV_OK;
}

enum asv_status asv_preroll_begin(struct asv_preroll *preroll, const struct asv_preroll_fragment *fragment,
                                  const uint8_t *head, size_t len)
{
    if (preroll->keep_ms == 0) {
        return ASV_OK;
    }
    asv_preroll_age(preroll, fragment->mono_ms);
    if (preroll->count == ASV_PREROLL_MAX_FRAGMENTS) {
        forget_up_to(preroll, 1);
    }
    if (preroll->count == 0 && !fragment->key) {
        return ASV_OK;
    }
    struct asv_preroll_fragment *newest = &preroll->fragment[preroll->count++];
    *newest = (struct asv_preroll_fragment){.mono_ms = fragment->mono_ms,
                                            .media_us = fragment->media_us,
                                            .key = fragment->key,
                                            .moof_at = fragment->moof_at};
    return asv_preroll_append(preroll, head, len);
}
