/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/crc32.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define POLYNOMIAL 0xedb88320u
#define STEP       16

/* ---- folding ---- */

#define FOLD_BYTES 64

#if defined(__x86_64__)

static bool can_fold(void)
{
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

#define FOLDS __attribute__((target("pclmul,sse4.1")))

FOLDS static __m128i load_16(const uint8_t *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

/* What a has to say of the bytes that b stands over, which are so much further on as the powers say. */
FOLDS static __m128i over(__m128i a, __m128i powers, __m128i b)
{
    return _mm_xor_si128(
        b, _mm_xor_si128(_mm_clmulepi64_si128(a, powers, 0x00), _mm_clmulepi64_si128(a, powers, 0x11)));
}

/* Of len bytes, a multiple of 16 and at least FOLD_BYTES; crc as in the loops below. The method and the
 * powers of x are those of Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ",
 * Intel 2009. */
FOLDS static uint32_t fold(uint32_t crc, const uint8_t *at, size_t len)
{
    const __m128i by_64 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const __m128i by_16 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    const __m128i by_8 = _mm_set_epi64x(0, 0x163cd6124);
    const __m128i reduce = _mm_set_epi64x(0x1f7011641, 0x1db710641);
    const __m128i low = _mm_setr_epi32(-1, 0, -1, 0);
    __m128i x[4];
    for (size_t i = 0; i < 4; i++) {
        x[i] = load_16(at + 16 * i);
    }
    x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128((int)crc));
    for (at += FOLD_BYTES, len -= FOLD_BYTES; len >= FOLD_BYTES; at += FOLD_BYTES, len -= FOLD_BYTES) {
        for (size_t i = 0; i < 4; i++) {
            x[i] = over(x[i], by_64, load_16(at + 16 * i));
        }
    }
    __m128i sum = over(over(over(x[0], by_16, x[1]), by_16, x[2]), by_16, x[3]);
    for (; len >= 16; at += 16, len -= 16) {
        sum = over(sum, by_16, load_16(at));
    }
    sum = _mm_xor_si128(_mm_srli_si128(sum, 8), _mm_clmulepi64_si128(sum, by_16, 0x10));
    sum = _mm_xor_si128(_mm_srli_si128(sum, 4), _mm_clmulepi64_si128(_mm_and_si128(sum, low), by_8, 0x00));
    __m128i quotient = _mm_and_si128(_mm_clmulepi64_si128(_mm_and_si128(sum, low), reduce, 0x10), low);
    sum = _mm_xor_si128(sum, _mm_clmulepi64_si128(quotient, reduce, 0x00));
    return (uint32_t)_mm_extract_epi32(sum, 1);
}

#else

static bool can_fold(void)
{
    return false;
}

static uint32_t fold(uint32_t crc, const uint8_t *at, size_t len)
{
    (void)at;
    (void)len;
    return crc;
}

#endif

/* ---- tables ---- */

void asv_crc32_init(struct asv_crc32 *tables)
{
    tables->folds = can_fold();
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
        }
        tables->table[0][i] = crc;
    }
    for (size_t behind = 1; behind < STEP; behind++) {
        for (size_t i = 0; i < 256; i++) {
            uint32_t crc = tables->table[behind - 1][i];
            tables->table[behind][i] = (crc >> 8) ^ tables->table[0][crc & 0xff];
        }
    }
}

static uint32_t load(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Four bytes with `behind` others of this step behind them. */
static uint32_t four(const struct asv_crc32 *tables, uint32_t word, size_t behind)
{
    return tables->table[behind + 3][word & 0xff] ^ tables->table[behind + 2][(word >> 8) & 0xff] ^
           tables->table[behind + 1][(word >> 16) & 0xff] ^ tables->table[behind][word >> 24];
}

uint32_t asv_crc32(const struct asv_crc32 *tables, uint32_t crc, const void *data, size_t len)
{
    const uint8_t *at = data;
    crc = ~crc;
    if (tables->folds && len >= FOLD_BYTES) {
        size_t most = len - len % STEP;
        crc = fold(crc, at, most);
        at += most;
        len -= most;
    }
    for (; len >= STEP; len -= STEP, at += STEP) {
        crc = four(tables, load(at) ^ crc, 12) ^ four(tables, load(at + 4), 8) ^
              four(tables, load(at + 8), 4) ^ four(tables, load(at + 12), 0);
    }
    for (; len > 0; len--, at++) {
        crc = (crc >> 8) ^ tables->table[0][(crc ^ *at) & 0xff];
    }
    return ~crc;
}
