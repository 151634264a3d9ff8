/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bus/devices.h"

static const struct asv_bus_device_kind kinds[] = {
    {"loopback", asv_bus_loopback_create},
    {"camera", asv_bus_camera_create},
    {"stream", asv_bus_stream_create},
    {"liar", asv_bus_liar_create},
};

const struct asv_bus_device_kind *asv_bus_device_kind_find(const char *name)
{
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

enum asv_status asv_bus_arg(const char *args, const char *key, char *out, size_t size)
{
    size_t key_len = strlen(key);
    while (*args != '\0') {
        size_t skip = strspn(args, " ");
        size_t word = strcspn(args + skip, " ");
        args += skip;
        if (word > key_len && strncmp(args, key, key_len) == 0 && args[key_len] == '=') {
            size_t len = word - key_len - 1;
            if (len >= size) {
                return ASV_E_LIMIT;
            }
            memcpy(out, args + key_len + 1, len);
            out[len] = '\0';
            return ASV_OK;
        }
        args += word;
    }
    return ASV_E_NOT_FOUND;
}

enum asv_status asv_bus_number(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    if (*text < '0' || *text > '9') {
        return ASV_E_USAGE;
    }
    uint64_t value = strtoull(text, &end, 10);
    uint64_t unit = *end == 'k' ? 1000u : *end == 'M' ? 1000000u : *end == 'G' ? 1000000000u : 1u;
    if (unit > 1) {
        end++;
    }
    if (errno != 0 || *end != '\0' || value > UINT64_MAX / unit) {
        return ASV_E_USAGE;
    }
    *out = value * unit;
    return ASV_OK;
}

enum asv_status asv_bus_arg_u64(const char *args, const char *key, uint64_t *out)
{
    char text[32];
    enum asv_status status = asv_bus_arg(args, key, text, sizeof text);
    return status == ASV_OK ? asv_bus_number(text, out) : status;
}
