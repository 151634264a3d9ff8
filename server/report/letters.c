/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/letters.h"

#include "firmware-proto/base/utf8.h"

struct range {
    uint16_t first, last;
};

/* HD-003. No control, format or direction characters, no line or paragraph separators, nothing invisible but
 * the two spaces; each has a form in the fonts, which a test looks up one by one. */
static const struct range document[] = {
    {0x0020, 0x007e}, {0x00a0, 0x00ac}, {0x00ae, 0x024f}, {0x0250, 0x02ff}, {0x0300, 0x0333},
    {0x0384, 0x038a}, {0x038c, 0x038c}, {0x038e, 0x03a1}, {0x03a3, 0x03e1}, {0x0400, 0x04ff},
    {0x1e00, 0x1ef9}, {0x2010, 0x2015}, {0x2018, 0x2027}, {0x2030, 0x203a}, {0x2070, 0x2071},
    {0x2074, 0x208e}, {0x20ac, 0x20ac}, {0x2116, 0x2116}, {0x2122, 0x2122}, {0x2190, 0x2195},
    {0x221e, 0x221e}, {0x2260, 0x2260}, {0x2264, 0x2265},
};

/* HD-004: of DIN 91379 what datatypes C and D have both (din-norm-91379-datatypes.xsd, 2022-08). */
static const struct range message[] = {
    {0x0020, 0x007e}, {0x00a1, 0x00ac}, {0x00ae, 0x017e}, {0x0187, 0x0188}, {0x018f, 0x018f},
    {0x0197, 0x0197}, {0x01a0, 0x01a1}, {0x01af, 0x01b0}, {0x01b7, 0x01b7}, {0x01cd, 0x01dc},
    {0x01de, 0x01df}, {0x01e2, 0x01f0}, {0x01f4, 0x01f5}, {0x01f8, 0x01ff}, {0x0212, 0x0213},
    {0x0218, 0x021b}, {0x021e, 0x021f}, {0x0227, 0x0233}, {0x0259, 0x0259}, {0x0268, 0x0268},
    {0x0292, 0x0292}, {0x02b9, 0x02ba}, {0x02be, 0x02bf}, {0x02c8, 0x02c8}, {0x02cc, 0x02cc},
    {0x1e02, 0x1e03}, {0x1e06, 0x1e07}, {0x1e0a, 0x1e11}, {0x1e17, 0x1e17}, {0x1e1c, 0x1e2b},
    {0x1e2f, 0x1e37}, {0x1e3a, 0x1e3b}, {0x1e40, 0x1e49}, {0x1e52, 0x1e5b}, {0x1e5e, 0x1e63},
    {0x1e6a, 0x1e6f}, {0x1e80, 0x1e87}, {0x1e8c, 0x1e97}, {0x1e9e, 0x1e9e}, {0x1ea0, 0x1ef9},
    {0x2019, 0x2019}, {0x2021, 0x2021}, {0x20ac, 0x20ac},
};

#define MARKS_MAX 2 /* on one letter; more would run into the lines above and below */

static bool is_in(uint32_t point, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count && ranges[i].first <= point; i++) {
        if (point <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

static bool is_known(uint32_t point, enum asv_letters letters)
{
    return letters == ASV_LETTERS_DOCUMENT ? is_in(point, document, sizeof document / sizeof *document)
                                           : is_in(point, message, sizeof message / sizeof *message);
}

uint32_t asv_letters_bad(struct asv_bytes text, enum asv_letters letters)
{
    size_t at = 0;
    uint32_t point = 0;
    unsigned marks = MARKS_MAX; /* none may stand in front of the first letter */
    while (at < text.len) {
        if (!asv_utf8_next(text, &at, &point)) {
            return UINT32_MAX;
        }
        bool mark = point >= 0x0300 && point <= 0x036f;
        marks = mark ? marks + 1 : 0;
        if (!is_known(point, letters) || marks > MARKS_MAX) {
            return point != 0 ? point : UINT32_MAX; /* a NUL has no number that differs from "none" */
        }
    }
    return 0;
}
