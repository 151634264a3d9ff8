/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum asv_status asv_flash_check_path(const char *path)
{
    size_t len = strlen(path);
    if (len == 0 || len > ASV_FLASH_PATH_MAX ||
        strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789.-/") != len) {
        return ASV_E_USAGE;
    }
    if (path[0] == '/' || path[len - 1] == '/' || strstr(path, "//") != NULL || strstr(path, "..") != NULL) {
        return ASV_E_USAGE;
    }
    return ASV_OK;
}

void asv_flash_parent(const char *path, char out[ASV_FLASH_PATH_MAX + 1])
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    if (len == 0 || len > ASV_FLASH_PATH_MAX) {
        memcpy(out, ".", 2);
        return;
    }
    memcpy(out, path, len);
    out[len] = '\0';
}

enum asv_status asv_flash_append(const struct asv_flash *flash, int file, const void *data, size_t len,
                                 size_t *written)
{
    size_t some = 0;
    enum asv_status status = flash->ops->append(flash->ctx, file, data, len, &some);
    if (written != NULL) {
        *written = some;
    }
    return status;
}

static enum asv_status write_new(const struct asv_flash *flash, const char *path, const void *data,
                                 size_t len)
{
    int file = ASV_FLASH_NO_FILE;
    enum asv_status status = flash->ops->create(flash->ctx, path, &file);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_flash_append(flash, file, data, len, NULL);
    if (status == ASV_OK) {
        status = flash->ops->sync(flash->ctx, file);
    }
    flash->ops->close(flash->ctx, file);
    return status;
}

enum asv_status asv_flash_replace(const struct asv_flash *flash, const char *path, const void *data,
                                  size_t len)
{
    char beside[ASV_FLASH_PATH_MAX + 1];
    char dir[ASV_FLASH_PATH_MAX + 1];
    int n = snprintf(beside, sizeof beside, "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof beside) {
        return ASV_E_USAGE;
    }
    asv_flash_parent(path, dir);
    enum asv_status status = flash->ops->unlink(flash->ctx, beside);
    if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
        return status;
    }
    status = write_new(flash, beside, data, len);
    if (status == ASV_OK) {
        status = flash->ops->rename(flash->ctx, beside, path);
    }
    if (status != ASV_OK) {
        /* Room for the next attempt; when even this fails, the next attempt removes it. */
        (void)flash->ops->unlink(flash->ctx, beside);
        return status;
    }
    return flash->ops->sync_dir(flash->ctx, dir);
}

enum asv_status asv_flash_load(const struct asv_flash *flash, const char *path, void *out, size_t cap,
                               size_t *len)
{
    uint64_t size = 0;
    enum asv_status status = flash->ops->size(flash->ctx, path, &size);
    if (status != ASV_OK) {
        return status;
    }
    if (size > cap) {
        return ASV_E_LIMIT;
    }
    size_t got = 0;
    status = flash->ops->read(flash->ctx, path, 0, out, (size_t)size, &got);
    if (status != ASV_OK) {
        return status;
    }
    if (got != size) {
        return ASV_E_IO;
    }
    *len = got;
    return ASV_OK;
}

enum asv_status asv_flash_remove(const struct asv_flash *flash, const char *path)
{
    char dir[ASV_FLASH_PATH_MAX + 1];
    asv_flash_parent(path, dir);
    enum asv_status status = flash->ops->unlink(flash->ctx, path);
    if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
        return status;
    }
    /* Also when it was gone: an earlier removal may not be durable yet. */
    return flash->ops->sync_dir(flash->ctx, dir);
}

enum asv_status asv_flash_ensure_dir(const struct asv_flash *flash, const char *path)
{
    enum asv_status status = flash->ops->mkdir(flash->ctx, path);
    return status == ASV_E_EXISTS ? ASV_OK : status;
}

void asv_flash_copy_path(char out[ASV_FLASH_PATH_MAX + 1], const char *path, unsigned copy)
{
    snprintf(out, ASV_FLASH_PATH_MAX + 1, "%s%s", path, copy == 0 ? "" : ".copy");
}

enum asv_status asv_flash_replace_twice(const struct asv_flash *flash, const char *path, const void *data,
                                        size_t len)
{
    enum asv_status status = ASV_OK;
    for (unsigned copy = 0; copy < ASV_FLASH_COPIES && status == ASV_OK; copy++) {
        char name[ASV_FLASH_PATH_MAX + 1];
        asv_flash_copy_path(name, path, copy);
        status = asv_flash_replace(flash, name, data, len);
    }
    return status;
}

enum asv_status asv_flash_remove_twice(const struct asv_flash *flash, const char *path)
{
    enum asv_status status = ASV_OK;
    for (unsigned copy = 0; copy < ASV_FLASH_COPIES && status == ASV_OK; copy++) {
        char name[ASV_FLASH_PATH_MAX + 1];
        asv_flash_copy_path(name, path, copy);
        status = asv_flash_remove(flash, name);
    }
    return status;
}

/* ---- numbers ---- */

struct numbers {
    size_t most;
    size_t count;
    size_t cap;
    uint64_t *number;
};

/* 0 for a name that is none. */
static uint64_t number_of(const char *name)
{
    char *end = NULL;
    if (name[0] < '1' || name[0] > '9' || strlen(name) > 19) {
        return 0;
    }
    unsigned long long number = strtoull(name, &end, 10);
    return *end == '\0' ? number : 0;
}

static enum asv_status note_number(void *arg, const char *name)
{
    struct numbers *numbers = arg;
    uint64_t number = number_of(name);
    if (number == 0) {
        return ASV_OK;
    }
    if (numbers->count == numbers->most) {
        return ASV_E_LIMIT;
    }
    if (numbers->count == numbers->cap) {
        size_t cap = numbers->cap == 0 ? 64 : numbers->cap * 2;
        uint64_t *grown = realloc(numbers->number, cap * sizeof *grown);
        if (grown == NULL) {
            return ASV_E_NO_MEMORY;
        }
        numbers->number = grown;
        numbers->cap = cap;
    }
    numbers->number[numbers->count++] = number;
    return ASV_OK;
}

static int by_number(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

enum asv_status asv_flash_numbers(const struct asv_flash *flash, const char *dir, size_t most,
                                  uint64_t **numbers, size_t *count)
{
    struct numbers found = {.most = most};
    enum asv_status status = flash->ops->list(flash->ctx, dir, note_number, &found);
    if (status != ASV_OK) {
        free(found.number);
        return status;
    }
    if (found.count != 0) {
        qsort(found.number, found.count, sizeof found.number[0], by_number);
    }
    *numbers = found.number;
    *count = found.count;
    return ASV_OK;
}
