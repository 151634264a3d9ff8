/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Golden vectors: bytes that a format must keep for ever, as hexadecimal text in
 * tests/vectors/golden/NAME.hex. With ASV_GOLDEN_WRITE=1 they are written instead of compared: only when a
 * format is born.
 */
#ifndef ASV_TESTS_SUPPORT_GOLDEN_H
#define ASV_TESTS_SUPPORT_GOLDEN_H

#include <stddef.h>
#include <stdint.h>

/* Aborts, with the first difference on stderr, unless data[len] is what the file holds. about: one line that
 * is written into a new file. */
void asv_golden_check(const char *name, const char *about, const void *data, size_t len);

/* Reads a golden vector into out[cap] and returns its length; aborts when it cannot. */
size_t asv_golden_load(const char *name, uint8_t *out, size_t cap);

/* With ASV_GOLDEN_WRITE=1 also writes data[len] as tests/fuzz/corpus/FUZZER/FILE; otherwise does nothing. */
void asv_golden_seed(const char *fuzzer, const char *file, const void *data, size_t len);

#endif
