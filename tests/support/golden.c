/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/golden.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LINE_BYTES 32

static bool writing(void)
{
    const char *value = getenv("ASV_GOLDEN_WRITE");
    return value != NULL && strcmp(value, "1") == 0;
}

static FILE *open_or_die(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (file == NULL) {
        perror(path);
        abort();
    }
    return file;
}

static void golden_path(char *out, size_t size, const char *name)
{
    snprintf(out, size, "%s/tests/vectors/golden/%s.hex", ASV_SOURCE_DIR, name);
}

static void write_golden(const char *name, const char *about, const uint8_t *data, size_t len)
{
    char path[4096];
    golden_path(path, sizeof path, name);
    FILE *file = open_or_die(path, "w");
    /* REUSE-IgnoreStart: the new file's licence, not this one's */
    fprintf(file,
            "# SPDX-License-Identifier: EUPL-1.2\n# SPDX-FileCopyrightText: 2026 The Asservat authors\n");
    /* REUSE-IgnoreEnd */
    fprintf(file, "# %s\n", about);
    for (size_t i = 0; i < len; i++) {
        fprintf(file, "%02x%s", data[i], i % LINE_BYTES == LINE_BYTES - 1 || i + 1 == len ? "\n" : "");
    }
    if (fclose(file) != 0) {
        abort();
    }
}

static int digit(int c)
{
    return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

size_t asv_golden_load(const char *name, uint8_t *out, size_t cap)
{
    char path[4096];
    char line[1024];
    size_t len = 0;
    golden_path(path, sizeof path, name);
    FILE *file = open_or_die(path, "r");
    while (fgets(line, sizeof line, file) != NULL) {
        for (const char *at = line; line[0] != '#' && isxdigit((unsigned char)*at); at += 2) {
            if (!isxdigit((unsigned char)at[1]) || len == cap) {
                fprintf(stderr, "%s: not hexadecimal, or above %zu bytes\n", path, cap);
                abort();
            }
            out[len++] = (uint8_t)(digit((unsigned char)at[0]) << 4 | digit((unsigned char)at[1]));
        }
    }
    fclose(file);
    return len;
}

void asv_golden_check(const char *name, const char *about, const void *data, size_t len)
{
    if (writing()) {
        write_golden(name, about, data, len);
    }
    const uint8_t *got = data;
    uint8_t *want = malloc(len + 1);
    if (want == NULL) {
        abort();
    }
    size_t want_len = asv_golden_load(name, want, len + 1);
    for (size_t i = 0; i < len && i < want_len; i++) {
        if (got[i] != want[i]) {
            fprintf(stderr, "golden %s: byte %zu is %02x, must be %02x\n", name, i, got[i], want[i]);
            abort();
        }
    }
    if (want_len != len) {
        fprintf(stderr, "golden %s: %zu bytes, must be another number\n", name, len);
        abort();
    }
    free(want);
}

void asv_golden_seed(const char *fuzzer, const char *file_name, const void *data, size_t len)
{
    char path[4096];
    if (!writing()) {
        return;
    }
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", ASV_SOURCE_DIR, fuzzer);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s/%s", ASV_SOURCE_DIR, fuzzer, file_name);
    FILE *file = open_or_die(path, "wb");
    if (fwrite(data, 1, len, file) != len || fclose(file) != 0) {
        abort();
    }
}
