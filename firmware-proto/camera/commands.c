/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the subcommands share. */
#include "firmware-proto/camera/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/camera/firmware.h"

#define EARLIEST_SHOWN_MS INT64_C(1704067200000) /* 2024-01-01: before it, a clock that was never set */

int asv_command_failed(const char *command, enum asv_status status, const struct asv_err *err)
{
    const char *text = err->text[0] == '\0' ? "failed" : err->text;
    fprintf(stderr, "asservat-camera %s: %s (%s)\n", command, text, asv_status_name(status));
    return 1;
}

int asv_command_usage(const char *usage)
{
    fprintf(stderr, "usage: asservat-camera %s\n", usage);
    return 2;
}

int asv_command_wrong(const char *command, const struct asv_err *err, const char *usage)
{
    if (err->text[0] != '\0') {
        fprintf(stderr, "asservat-camera %s: %s\n", command, err->text);
    }
    return asv_command_usage(usage);
}

enum asv_status asv_command_open(struct asv_command_store *out, const char *dir, enum asv_flash_lock lock,
                                 const struct asv_world *world, struct asv_err *err)
{
    uint8_t boot[ASV_UUID_BYTES];
    struct asv_store_options options = {.read_only = lock == ASV_FLASH_READ};
    memset(out, 0, sizeof *out);
    out->world = world == NULL ? asv_camera_world() : *world;
    enum asv_status status = asv_camera_firmware(&options.firmware, err);
    if (status != ASV_OK) {
        return status;
    }
    if (world == NULL && asv_camera_boot_id(boot) == ASV_OK) {
        options.boot = boot;
    }
    status = asv_flash_posix_open(&out->flash, dir, lock, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_store_open(&out->store, &out->flash.flash, &out->world, &options, err);
    if (status != ASV_OK) {
        asv_flash_posix_close(&out->flash);
    }
    return status;
}

void asv_command_close(struct asv_command_store *open)
{
    asv_store_close(open->store);
    open->store = NULL;
    asv_flash_posix_close(&open->flash);
}

enum asv_status asv_command_load(const char *path, size_t max, uint8_t **data, size_t *len,
                                 struct asv_err *err)
{
    char text[ASV_ERR_TEXT_BYTES];
    enum asv_status status = ASV_OK;
    FILE *file = fopen(path, "rbe");
    uint8_t *bytes = malloc(max + 1);
    if (file == NULL || bytes == NULL) {
        snprintf(text, sizeof text, "%.200s: cannot be opened", path);
        status = file == NULL ? ASV_E_NOT_FOUND : ASV_E_NO_MEMORY;
        goto out;
    }
    *len = fread(bytes, 1, max + 1, file);
    if (ferror(file) != 0 || *len > max) {
        snprintf(text, sizeof text, "%.200s: %s", path,
                 *len > max ? "is too long to be one" : "cannot be read");
        status = *len > max ? ASV_E_LIMIT : ASV_E_IO;
        goto out;
    }
    *data = bytes;
    bytes = NULL;
out:
    free(bytes);
    if (file != NULL) {
        fclose(file);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, text);
}

enum asv_status asv_command_number(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    if (text[0] == '\0' || strlen(text) > 19 || strspn(text, "0123456789") != strlen(text)) {
        return ASV_E_USAGE;
    }
    for (const char *at = text; *at != '\0'; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
    }
    if (value > max) {
        return ASV_E_USAGE;
    }
    *out = value;
    return ASV_OK;
}

void asv_command_time(char out[ASV_COMMAND_TIME_SIZE], int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    if (wall_ms < EARLIEST_SHOWN_MS || gmtime_r(&seconds, &parts) == NULL ||
        strftime(out, ASV_COMMAND_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        snprintf(out, ASV_COMMAND_TIME_SIZE, "unknown");
    }
}

void asv_command_bytes(char out[ASV_COMMAND_BYTES_SIZE], uint64_t bytes)
{
    bool small = bytes < 1000000000;
    snprintf(out, ASV_COMMAND_BYTES_SIZE, "%.2f %s", (double)bytes / (small ? 1e6 : 1e9),
             small ? "MB" : "GB");
}
