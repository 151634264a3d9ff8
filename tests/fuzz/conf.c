/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Configuration files: values stay in their range, and each refusal says where. */
#include "server/base/conf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct values {
    char text[8], path[16];
    bool flag;
    uint64_t number, bytes, duration;
    unsigned choice;
};

static enum asv_status each(void *out, const char *rest, const char *value, struct asv_err *err)
{
    (void)out;
    (void)err;
    return strlen(rest) > 0 && strlen(value) > 0 ? ASV_OK : ASV_E_MALFORMED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const choices[] = {"one", "two", NULL};
    static const struct asv_conf_key keys[] = {
        {"text", ASV_CONF_TEXT, offsetof(struct values, text), 8, "", 0, 0, NULL, NULL},
        {"path", ASV_CONF_PATH, offsetof(struct values, path), 16, "/", 0, 0, NULL, NULL},
        {"flag", ASV_CONF_BOOL, offsetof(struct values, flag), 0, "no", 0, 0, NULL, NULL},
        {"number", ASV_CONF_NUMBER, offsetof(struct values, number), 0, "5", 5, 70, NULL, NULL},
        {"bytes", ASV_CONF_SIZE, offsetof(struct values, bytes), 0, "1K", 1, 1 << 20, NULL, NULL},
        {"duration", ASV_CONF_DURATION, offsetof(struct values, duration), 0, "1s", 1, 60000, NULL, NULL},
        {"choice", ASV_CONF_CHOICE, offsetof(struct values, choice), 0, "one", 0, 0, choices, NULL},
        {"slot.", ASV_CONF_EACH, 0, 0, NULL, 0, 0, NULL, each},
    };
    struct values values;
    struct asv_err err = {0};
    enum asv_status status =
        asv_conf_parse("conf", (const char *)data, size, keys, sizeof keys / sizeof *keys, &values, &err);
    if (status != ASV_OK) {
        if (strncmp(err.text, "conf", 4) != 0) {
            abort();
        }
        return 0;
    }
    if (!memchr(values.text, 0, sizeof values.text) || !memchr(values.path, 0, sizeof values.path) ||
        values.path[0] != '/' || values.number < 5 || values.number > 70 || values.bytes < 1 ||
        values.bytes > 1 << 20 || values.duration < 1 || values.duration > 60000 || values.choice > 1) {
        abort();
    }
    return 0;
}
