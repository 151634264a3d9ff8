/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What age_stanza.c and age_header.c share.
 */
#ifndef ASV_SEAL_AGE_LINE_H
#define ASV_SEAL_AGE_LINE_H

#include "firmware-proto/seal/age.h"

/* The next line, without its LF. ASV_E_AGAIN when the input ends before the LF, ASV_E_LIMIT above max. */
ASV_MUST_CHECK enum asv_status asv_age_line_read(struct asv_reader *reader, struct asv_bytes *out,
                                                 size_t max);

/* As asv_age_stanza_read, but ASV_E_AGAIN when the input ends within the stanza. */
ASV_MUST_CHECK enum asv_status asv_age_stanza_next(struct asv_reader *reader, struct asv_age_stanza *out);

bool asv_age_stanza_is(const struct asv_age_stanza *stanza, const char *type);

#endif
