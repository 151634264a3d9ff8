/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/text.h"

#include "firmware-proto/base/utf8.h"

/* What a text must not have: it would not be seen, or would make what is seen another text. All of Unicode's
 * Default_Ignorable_Code_Point, and more. */
static const struct {
    uint32_t first;
    uint32_t last;
} hidden[] = {
    {0x0000, 0x001f},   /* controls */
    {0x007f, 0x009f},   /* DEL and more controls */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer vowels that are not written */
    {0x180b, 0x180f},   /* Mongolian selectors and separator */
    {0x200b, 0x200f},   /* zero width, direction marks */
    {0x2028, 0x202e},   /* line and paragraph separator, embeddings and overrides */
    {0x2060, 0x206f},   /* joiner, invisible operators, isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xd800, 0xf8ff},   /* surrogates, which are no characters; private use, which nobody else sees */
    {0xfdd0, 0xfdef},   /* never characters */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* half-width filler */
    {0xfff0, 0xffff},   /* specials, and never characters */
    {0x16fe4, 0x16fe4}, /* Khitan filler */
    {0x1bca0, 0x1bca3}, /* shorthand controls */
    {0x1d159, 0x1d159}, /* a note without a head */
    {0x1d173, 0x1d17a}, /* musical controls */
    {0xe0000, 0x10ffff} /* tags, selectors, private use */
};

static bool is_hidden(uint32_t point)
{
    bool found = (point & 0xfffe) == 0xfffe; /* the last two of every plane are never characters */
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        found |= point >= hidden[i].first && point <= hidden[i].last;
    }
    return found;
}

static bool is_blank(uint32_t point)
{
    return point == 0x20 || point == 0xa0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200a) ||
           point == 0x202f || point == 0x205f || point == 0x2800 || point == 0x3000;
}

bool asv_text_is_good(struct asv_bytes text, size_t max)
{
    uint32_t point = ' ';
    bool good = text.len > 0 && text.len <= max; /* ST-004 */
    for (size_t at = 0; good && at < text.len;) {
        bool first = at == 0;
        good = asv_utf8_next(text, &at, &point) && !is_hidden(point) && /* ST-005, ST-006 */
               !(first && is_blank(point));
    }
    return good && !is_blank(point);
}
