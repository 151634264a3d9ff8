/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Without libFuzzer: runs the fuzz target over every file of the corpus in argv[1]. Fails when
 * there is none, so that a lost corpus is noticed.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_INPUT_BYTES (16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static int run_file(const char *path)
{
    int result = -1;
    uint8_t *data = NULL;
    struct stat st;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &st) != 0 || st.st_size > MAX_INPUT_BYTES) {
        goto out;
    }
    /* Exactly as long as the file, so that the sanitizer sees a read past the end; malloc(0) may be NULL. */
    size_t size = (size_t)st.st_size;
    data = malloc(size == 0 ? 1 : size);
    if (data == NULL || fread(data, 1, size, file) != size) {
        goto out;
    }
    LLVMFuzzerTestOneInput(data, size);
    result = 0;
out:
    free(data);
    if (file != NULL) {
        fclose(file);
    }
    return result;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
        return 2;
    }
    if (LLVMFuzzerInitialize != NULL) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    DIR *dir = opendir(argv[1]);
    if (dir == NULL) {
        perror(argv[1]);
        return 1;
    }
    unsigned long files = 0;
    int result = 0;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        int len = snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        if (len < 0 || (size_t)len >= sizeof path || run_file(path) != 0) {
            fprintf(stderr, "cannot read %s/%s\n", argv[1], entry->d_name);
            result = 1;
            break;
        }
        files++;
    }
    closedir(dir);
    if (result == 0 && files == 0) {
        fprintf(stderr, "%s: no corpus\n", argv[1]);
        result = 1;
    }
    if (result == 0) {
        printf("%lu inputs\n", files);
    }
    return result;
}
