/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/firmware.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define EARLIEST_WALL_MS INT64_C(1704067200000) /* 2024-01-01: this software is younger */

enum asv_status asv_camera_firmware(struct asv_store_firmware *out, struct asv_err *err)
{
    uint8_t buffer[65536];
    struct asv_sha256 state;
    FILE *file = fopen("/proc/self/exe", "rbe");
    if (file == NULL) {
        return asv_fail(err, ASV_E_IO, "the running program's file cannot be read through /proc");
    }
    asv_sha256_init(&state);
    size_t len = 0;
    while ((len = fread(buffer, 1, sizeof buffer, file)) != 0) {
        asv_sha256_update(&state, buffer, len);
    }
    int failed = ferror(file);
    fclose(file);
    if (failed != 0) {
        return asv_fail(err, ASV_E_IO, "the running program's file cannot be read through /proc");
    }
    memset(out->version, 0, sizeof out->version);
    snprintf(out->version, sizeof out->version, "asservat-camera %s", ASV_VERSION);
    asv_sha256_final(&state, out->digest);
    return ASV_OK;
}

static enum asv_status os_random(void *ctx, void *out, size_t len)
{
    (void)ctx;
    size_t done = 0;
    while (done < len) {
        ssize_t n = getrandom((uint8_t *)out + done, len - done, 0);
        if (n < 0 && errno != EINTR) {
            return ASV_E_INTERNAL;
        }
        done += n < 0 ? 0 : (size_t)n;
    }
    return ASV_OK;
}

static int64_t read_clock(clockid_t id)
{
    struct timespec now = {.tv_sec = 0};
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum asv_status os_wall(void *ctx, int64_t *out)
{
    (void)ctx;
    int64_t now = read_clock(CLOCK_REALTIME);
    if (now < EARLIEST_WALL_MS) {
        return ASV_E_STATE;
    }
    *out = now;
    return ASV_OK;
}

static uint64_t os_mono(void *ctx)
{
    (void)ctx;
    return (uint64_t)read_clock(CLOCK_BOOTTIME);
}

struct asv_world asv_camera_world(void)
{
    return (struct asv_world){.ctx = NULL, .random = os_random, .wall_ms = os_wall, .mono_ms = os_mono};
}

static int hex_digit(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum asv_status asv_camera_boot_id(uint8_t out[ASV_UUID_BYTES])
{
    uint8_t id[ASV_UUID_BYTES] = {0};
    size_t digits = 0;
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file == NULL) {
        return ASV_E_IO;
    }
    for (int c = fgetc(file); c != EOF && digits < 2 * sizeof id; c = fgetc(file)) {
        int digit = hex_digit(c);
        if (digit >= 0) {
            id[digits / 2] = (uint8_t)(id[digits / 2] << 4 | digit);
            digits++;
        }
    }
    fclose(file);
    if (digits != 2 * sizeof id) {
        return ASV_E_IO;
    }
    memcpy(out, id, sizeof id);
    return ASV_OK;
}
