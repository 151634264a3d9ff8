/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Values of the ledger as text, for reports in plain words and in JSON.
 */
#ifndef ASV_SERVER_VERIFY_LEDGER_SAY_VALUE_H
#define ASV_SERVER_VERIFY_LEDGER_SAY_VALUE_H

#include <stdbool.h>
#include <stdio.h>

#include "firmware-proto/base/bytes.h"

void asv_print_hex(FILE *out, struct asv_bytes value);
void asv_print_uuid(FILE *out, const uint8_t *id);

/* Milliseconds since 1970: 2026-11-29T03:01:31.250Z. */
void asv_print_time(FILE *out, int64_t ms);

/* Text from elsewhere: nothing that a terminal could take for a command or that makes another text of what is
 * seen, and with json nothing that ends a string. */
void asv_print_text(FILE *out, struct asv_bytes text, bool json);

/* The same of a string, in quotes, for JSON. */
void asv_print_string(FILE *out, const char *text);

/* A value whose length is one that its tag allows. */
void asv_print_value(FILE *out, uint8_t tag, struct asv_bytes value, bool json);

#endif
