/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whole files for tests; anything that fails aborts the test.
 */
#ifndef ASV_TESTS_SUPPORT_FILES_H
#define ASV_TESTS_SUPPORT_FILES_H

#include <stddef.h>
#include <stdint.h>

/* directory/name, or path alone when name is NULL. The caller frees *data. */
void asv_test_read_file(const char *directory, const char *name, uint8_t **data, size_t *len);
void asv_test_write_file(const char *directory, const char *name, const void *data, size_t len);

/* A new empty directory under $TMPDIR, and its removal with everything in it. */
void asv_test_make_directory(char *out, size_t size);
void asv_test_remove_directory(const char *directory);

/* Runs argv (searched in PATH) with standard output and error in files of directory named "out" and "err";
 * returns its exit status, or 128 + the signal that ended it. 127: not found. */
int asv_test_run(const char *directory, const char *const argv[]);

#endif
