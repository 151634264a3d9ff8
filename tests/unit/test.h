/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * cmocka wants these in this order; every test includes this header instead. */
#ifndef ASV_TESTS_TEST_H
#define ASV_TESTS_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>

/* An integrity suite that needs files which are not there says so and exits 77, which ctest counts as
 * skipped. */
#define asv_skip_program(why)                  \
    do {                                       \
        print_message("skipped: %s\n", (why)); \
        exit(77);                              \
    } while (0)

#endif
