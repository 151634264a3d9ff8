/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/conf.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define LINE_BYTES 1024

struct place {
    const char *name;
    unsigned line; /* 0: no line, the key is absent and its default is being read */
    struct asv_err *err;
};

__attribute__((format(printf, 3, 4))) static enum asv_status fail(const struct place *at, const char *key,
                                                                  const char *format, ...)
{
    char what[ASV_ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return asv_failf(at->err, ASV_E_USAGE, "%s:%u: %s%s%s", at->name, at->line, key,
                     key[0] != '\0' ? ": " : "", what);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* text without the blanks around it; writes a NUL behind it. */
static char *trim(char *text)
{
    while (is_blank(*text)) {
        text++;
    }
    size_t len = strlen(text);
    while (len > 0 && is_blank(text[len - 1])) {
        len--;
    }
    text[len] = '\0';
    return text;
}

struct suffix {
    const char *name;
    uint64_t factor;
};

static const struct suffix none[] = {{"", 1}, {NULL, 0}};
static const struct suffix sizes[] = {{"", 1},
                                      {"K", UINT64_C(1) << 10},
                                      {"M", UINT64_C(1) << 20},
                                      {"G", UINT64_C(1) << 30},
                                      {"T", UINT64_C(1) << 40},
                                      {NULL, 0}};
static const struct suffix durations[] = {{"ms", 1},      {"s", 1000},     {"min", 60000},
                                          {"h", 3600000}, {"d", 86400000}, {NULL, 0}};

static enum asv_status read_number(const struct place *at, const struct asv_conf_key *key, const char *value,
                                   const struct suffix *suffixes, const char *form, uint64_t *out)
{
    uint64_t number = 0;
    size_t i = 0;
    for (; value[i] >= '0' && value[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(value[i] - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            return fail(at, key->name, "\"%s\" is too large", value);
        }
        number = number * 10 + digit;
    }
    size_t digits = i;
    while (is_blank(value[i])) {
        i++;
    }
    const struct suffix *suffix = suffixes;
    while (suffix->name != NULL && strcmp(suffix->name, value + i) != 0) {
        suffix++;
    }
    if (digits == 0 || suffix->name == NULL) {
        return fail(at, key->name, "\"%s\" is not %s", value, form);
    }
    if (number > UINT64_MAX / suffix->factor || number * suffix->factor < key->min ||
        number * suffix->factor > key->max) {
        return fail(at, key->name, "\"%s\" is out of range; give %" PRIu64 " to %" PRIu64 "%s", value,
                    key->min, key->max,
                    suffixes == sizes       ? " bytes"
                    : suffixes == durations ? " ms"
                                            : "");
    }
    *out = number * suffix->factor;
    return ASV_OK;
}

static enum asv_status read_choice(const struct place *at, const struct asv_conf_key *key, const char *value,
                                   unsigned *out)
{
    char list[128] = "";
    size_t used = 0;
    for (unsigned i = 0; key->choices[i] != NULL; i++) {
        if (strcmp(key->choices[i], value) == 0) {
            *out = i;
            return ASV_OK;
        }
        int more = snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", key->choices[i]);
        if (more > 0 && (size_t)more < sizeof list - used) {
            used += (size_t)more;
        }
    }
    return fail(at, key->name, "\"%s\" is not known; give one of %s", value, list);
}

static enum asv_status read_text(const struct place *at, const struct asv_conf_key *key, const char *value,
                                 char *out)
{
    size_t len = strlen(value);
    if (len >= key->size) {
        return fail(at, key->name, "longer than %zu bytes", key->size - 1);
    }
    if (key->type == ASV_CONF_PATH && value[0] != '/') {
        return fail(at, key->name, "\"%s\" is not an absolute path; start it with /", value);
    }
    memcpy(out, value, len + 1);
    return ASV_OK;
}

static enum asv_status read_value(const struct place *at, const struct asv_conf_key *key, const char *value,
                                  void *out)
{
    void *field = (char *)out + key->offset;
    switch (key->type) {
    case ASV_CONF_TEXT:
    case ASV_CONF_PATH:
        return read_text(at, key, value, field);
    case ASV_CONF_BOOL:
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
            return fail(at, key->name, "\"%s\" is neither yes nor no", value);
        }
        *(bool *)field = value[0] == 'y';
        return ASV_OK;
    case ASV_CONF_NUMBER:
        return read_number(at, key, value, none, "a whole number", field);
    case ASV_CONF_SIZE:
        return read_number(at, key, value, sizes, "a size such as 512M", field);
    case ASV_CONF_DURATION:
        return read_number(at, key, value, durations, "a duration such as 30s (ms, s, min, h, d)", field);
    case ASV_CONF_CHOICE:
        return read_choice(at, key, value, field);
    case ASV_CONF_EACH:
        break;
    }
    return ASV_E_INTERNAL;
}

static enum asv_status read_each(const struct place *at, const struct asv_conf_key *key, const char *name,
                                 const char *value, void *out)
{
    struct asv_err detail = {0};
    enum asv_status status = key->each(out, name + strlen(key->name), value, &detail);
    return status == ASV_OK ? ASV_OK : fail(at, name, "%s", detail.text);
}

static const struct asv_conf_key *find_key(const struct asv_conf_key *keys, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i].type == ASV_CONF_EACH ? strncmp(keys[i].name, name, strlen(keys[i].name)) == 0
                                          : strcmp(keys[i].name, name) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

/* line is changed in place. seen[i] is the line that gave keys[i], 0 for none so far. */
static enum asv_status read_line(const struct place *at, char *line, const struct asv_conf_key *keys,
                                 size_t count, unsigned *seen, void *out)
{
    for (const char *c = line; *c != '\0'; c++) {
        if (((unsigned char)*c < 0x20 && !is_blank(*c)) || *c == 0x7f) {
            return fail(at, "", "holds a control character; write plain text");
        }
    }
    line = trim(line);
    if (line[0] == '\0' || line[0] == '#') {
        return ASV_OK;
    }
    char *equals = strchr(line, '=');
    if (equals == NULL) {
        return fail(at, "", "\"%.40s\" is not of the form key = value", line);
    }
    *equals = '\0';
    const char *name = trim(line);
    const char *value = trim(equals + 1);
    const struct asv_conf_key *key = find_key(keys, count, name);
    if (key == NULL) {
        return fail(at, "", "unknown key \"%.60s\"; remove it or correct its spelling", name);
    }
    if (key->type == ASV_CONF_EACH) {
        return read_each(at, key, name, value, out);
    }
    if (seen[key - keys] != 0) {
        return fail(at, key->name, "was already given in line %u; keep one of them", seen[key - keys]);
    }
    seen[key - keys] = at->line;
    return read_value(at, key, value, out);
}

static enum asv_status read_defaults(struct place *at, const struct asv_conf_key *keys, size_t count,
                                     const unsigned *seen, void *out)
{
    for (size_t i = 0; i < count; i++) {
        if (seen[i] != 0 || keys[i].type == ASV_CONF_EACH) {
            continue;
        }
        if (keys[i].fallback == NULL) {
            return fail(at, keys[i].name, "is missing; add a line \"%s = ...\"", keys[i].name);
        }
        if (keys[i].fallback[0] == '\0' && keys[i].type == ASV_CONF_PATH) {
            *((char *)out + keys[i].offset) = '\0'; /* a path that need not be there */
            continue;
        }
        enum asv_status status = read_value(at, &keys[i], keys[i].fallback, out);
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_OK;
}

enum asv_status asv_conf_parse(const char *name, const char *text, size_t len,
                               const struct asv_conf_key *keys, size_t count, void *out, struct asv_err *err)
{
    unsigned seen[ASV_CONF_KEYS] = {0};
    struct place at = {.name = name, .line = 0, .err = err};
    assert(count <= ASV_CONF_KEYS);
    for (size_t from = 0; from < len;) {
        const char *newline = memchr(text + from, '\n', len - from);
        size_t line_len = newline != NULL ? (size_t)(newline - text) - from : len - from;
        char line[LINE_BYTES];
        at.line++;
        if (line_len >= sizeof line) {
            return fail(&at, "", "is longer than %d bytes", LINE_BYTES - 1);
        }
        memcpy(line, text + from, line_len);
        line[line_len] = '\0';
        if (strlen(line) != line_len) {
            return fail(&at, "", "holds a control character; write plain text");
        }
        enum asv_status status = read_line(&at, line, keys, count, seen, out);
        if (status != ASV_OK) {
            return status;
        }
        from += line_len + 1;
    }
    at.line++;
    return read_defaults(&at, keys, count, seen, out);
}

enum asv_status asv_conf_read(const char *path, bool optional, const struct asv_conf_key *keys, size_t count,
                              void *out, struct asv_err *err)
{
    asv_auto_free char *text = malloc(ASV_CONF_FILE_BYTES);
    size_t len = 0;
    if (text == NULL) {
        return asv_failf(err, ASV_E_NO_MEMORY, "%s: no memory to read it", path);
    }
    enum asv_status status = asv_io_read_file(AT_FDCWD, path, text, ASV_CONF_FILE_BYTES, &len, err);
    if (status == ASV_E_NOT_FOUND && optional) {
        len = 0;
    } else if (status != ASV_OK) {
        return status;
    }
    return asv_conf_parse(path, text, len, keys, count, out, err);
}
