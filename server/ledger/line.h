/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the text formats of a log are made of: lines, decimal numbers without superfluous zeros, hashes in
 * base 64.
 */
#ifndef ASV_LEDGER_LINE_H
#define ASV_LEDGER_LINE_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/crypto.h"

/* The bytes up to the next such byte, which is skipped; false, and nothing has moved, when none comes. */
bool asv_line_take_until(struct asv_reader *reader, char end, struct asv_bytes *out);

/* The next line, without its newline; false, and nothing has moved, when no newline comes. */
bool asv_line_take(struct asv_reader *reader, struct asv_bytes *line);

/* Takes text when it comes next. */
bool asv_line_take_text(struct asv_reader *reader, const char *text);

/* Whether text is the one decimal form of a number of 64 bits; *out is untouched when not. */
bool asv_line_is_decimal(struct asv_bytes text, uint64_t *out);

/* Whether line is the base 64 of a hash. */
bool asv_line_is_hash(struct asv_bytes line, uint8_t out[ASV_SHA256_BYTES]);

void asv_line_put_text(struct asv_writer *writer, const char *text);
void asv_line_put_decimal(struct asv_writer *writer, uint64_t value, unsigned least_digits);

/* The hash in base 64 and a newline. */
void asv_line_put_hash(struct asv_writer *writer, const uint8_t hash[ASV_SHA256_BYTES]);

/* In which line of data the byte at offset stands, from 1 on. */
uint64_t asv_line_number(struct asv_bytes data, size_t offset);

#endif
