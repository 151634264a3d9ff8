/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Which letters stand in the documents of a hand-over. A name that says one thing in the file and shows
 * another on paper is refused before it is printed.
 */
#ifndef ASV_SERVER_REPORT_LETTERS_H
#define ASV_SERVER_REPORT_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"

enum asv_letters {
    ASV_LETTERS_DOCUMENT, /* Latin, Greek, Cyrillic, their marks, punctuation and signs: what the fonts have
                           */
    ASV_LETTERS_MESSAGE,  /* of DIN 91379's datatypes C and D those of one code point that both have, without
                             line ends */
};

/* The first code point that may not stand there, or 0; UINT32_MAX for a NUL and for what is no UTF-8. A mark
 * that follows no letter, or two others, may not stand there either. */
uint32_t asv_letters_bad(struct asv_bytes text, enum asv_letters letters);

#endif
