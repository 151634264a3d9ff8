/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/args.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/base/normal.h"

const struct asv_cli_option asv_cli_common_options[] = {
    {"config", ASV_CLI_TEXT, "FILE", "configuration instead of /etc/asservat/asservat.conf", false, false, 0,
     0},
    {"help", ASV_CLI_FLAG, NULL, "this text", false, false, 0, 0},
};
const size_t asv_cli_common_option_count = sizeof asv_cli_common_options / sizeof *asv_cli_common_options;

#define LABEL_MAX 64

static const struct asv_cli_option *find(const struct asv_cli_option *options, size_t count, const char *name,
                                         size_t len)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

/* Digits only, with an optional factor behind them. */
static enum asv_status parse_number(const char *text, bool with_factor, uint64_t *out)
{
    static const char factors[] = "KMG";
    char *end = NULL;
    if (!isdigit((unsigned char)*text)) {
        return ASV_E_USAGE;
    }
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    const char *factor = *end != '\0' && with_factor ? strchr(factors, *end) : NULL;
    if (factor != NULL) {
        unsigned shift = 10u * (unsigned)(factor - factors + 1);
        if (value > UINT64_MAX >> shift) {
            return ASV_E_USAGE;
        }
        value <<= shift;
        end++;
    }
    if (errno != 0 || *end != '\0') {
        return ASV_E_USAGE;
    }
    *out = value;
    return ASV_OK;
}

static enum asv_status parse_date(const char *text, uint64_t *out)
{
    static const char pattern[] = "0000-00-00";
    uint32_t date = 0;
    if (strlen(text) != sizeof pattern - 1) {
        return ASV_E_USAGE;
    }
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        if (pattern[i] == '-' ? text[i] != '-' : !isdigit((unsigned char)text[i])) {
            return ASV_E_USAGE;
        }
        if (pattern[i] != '-') {
            date = date * 10 + (uint32_t)(text[i] - '0');
        }
    }
    *out = date;
    return asv_date_valid(date) ? ASV_OK : ASV_E_USAGE;
}

static enum asv_status parse_month(const char *text, uint64_t *out)
{
    char day[sizeof "0000-00-01"];
    return snprintf(day, sizeof day, "%s-01", text) == (int)sizeof day - 1 ? parse_date(day, out)
                                                                           : ASV_E_USAGE;
}

static bool is_label(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || len > LABEL_MAX || text[0] == ' ' || text[len - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

static enum asv_status check_value(const struct asv_cli_option *option, const char *value, uint64_t *number,
                                   struct asv_err *err)
{
    switch (option->kind) {
    case ASV_CLI_FLAG:
    case ASV_CLI_TEXT:
    case ASV_CLI_WORDS:
        return ASV_OK;
    case ASV_CLI_LABEL:
        if (!is_label(value)) {
            return asv_failf(
                err, ASV_E_USAGE,
                "--%s: give 1 to 64 ASCII characters (ae, oe, ue, ss instead of umlauts); it is signed",
                option->name);
        }
        return ASV_OK;
    case ASV_CLI_DATE:
        if (parse_date(value, number) != ASV_OK) {
            return asv_failf(err, ASV_E_USAGE, "--%s: \"%s\" is no date; write it as 2026-11-23",
                             option->name, value);
        }
        return ASV_OK;
    case ASV_CLI_MONTH:
        if (parse_month(value, number) != ASV_OK) {
            return asv_failf(err, ASV_E_USAGE, "--%s: \"%s\" is no month; write it as 2026-11", option->name,
                             value);
        }
        return ASV_OK;
    case ASV_CLI_NUMBER:
    case ASV_CLI_SIZE:
        break;
    }
    if (parse_number(value, option->kind == ASV_CLI_SIZE, number) != ASV_OK || *number < option->min ||
        *number > option->max) {
        return asv_failf(err, ASV_E_USAGE, "--%s: \"%s\" is not a number from %llu to %llu", option->name,
                         value, (unsigned long long)option->min, (unsigned long long)option->max);
    }
    return ASV_OK;
}

/* ST-007 */
static enum asv_status bring_into_form(struct asv_cli_args *args, size_t index, struct asv_err *err)
{
    enum asv_status status = asv_text_normal(args->items[index].value, &args->items[index].normal, err);
    if (status == ASV_OK && args->items[index].normal != NULL) {
        args->items[index].value = args->items[index].normal;
    }
    return status;
}

enum asv_status asv_cli_args_normal(struct asv_cli_args *args, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < args->count; i++) {
        if (args->items[i].option == NULL) {
            status = bring_into_form(args, i, err);
        }
    }
    return status;
}

void asv_cli_args_clear(struct asv_cli_args *args)
{
    for (size_t i = 0; i < args->count; i++) {
        free(args->items[i].normal);
    }
    args->count = 0;
}

static bool given(const struct asv_cli_args *args, const struct asv_cli_option *option)
{
    for (size_t i = 0; i < args->count; i++) {
        if (args->items[i].option == option) {
            return true;
        }
    }
    return false;
}

/* One "--…" word; *at is its index and moves on when the value is the next word. */
static enum asv_status parse_option(struct asv_cli_args *out, const struct asv_cli_option *options,
                                    size_t count, int argc, const char *const *argv, int *at,
                                    struct asv_err *err)
{
    const char *name = argv[*at] + 2;
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    const struct asv_cli_option *option = find(options, count, name, len);
    if (option == NULL) {
        option = find(asv_cli_common_options, asv_cli_common_option_count, name, len);
    }
    if (option == NULL) {
        return asv_failf(err, ASV_E_USAGE, "there is no option --%.*s here; see --help", (int)len, name);
    }
    if (given(out, option) && !option->repeated) {
        return asv_failf(err, ASV_E_USAGE, "--%s was given twice", option->name);
    }
    if (option->kind == ASV_CLI_FLAG && value != NULL) {
        return asv_failf(err, ASV_E_USAGE, "--%s takes no value", option->name);
    }
    if (option->kind != ASV_CLI_FLAG && value == NULL) {
        if (*at + 1 == argc) {
            return asv_failf(err, ASV_E_USAGE, "--%s needs a value: --%s %s", option->name, option->name,
                             option->argument);
        }
        value = argv[++*at];
    }
    size_t index = out->count++;
    out->items[index].option = option;
    out->items[index].value = value;
    out->items[index].normal = NULL;
    return option->kind == ASV_CLI_WORDS ? bring_into_form(out, index, err)
                                         : check_value(option, value, &out->items[index].number, err);
}

enum asv_status asv_cli_args_parse(struct asv_cli_args *out, const struct asv_cli_option *options,
                                   size_t option_count, int argc, const char *const *argv,
                                   struct asv_err *err)
{
    bool operands_only = false;
    out->count = 0;
    for (int i = 0; i < argc; i++) {
        if (out->count == ASV_CLI_ARGS_MAX) {
            return asv_fail(err, ASV_E_USAGE, "too many arguments");
        }
        if (!operands_only && strcmp(argv[i], "--") == 0) {
            operands_only = true;
        } else if (!operands_only && strncmp(argv[i], "--", 2) == 0) {
            enum asv_status status = parse_option(out, options, option_count, argc, argv, &i, err);
            if (status != ASV_OK) {
                return status;
            }
        } else if (!operands_only && argv[i][0] == '-' && argv[i][1] != '\0') {
            return asv_failf(err, ASV_E_USAGE, "%s: options are written out, such as --help", argv[i]);
        } else {
            out->items[out->count].option = NULL;
            out->items[out->count].normal = NULL;
            out->items[out->count++].value = argv[i];
        }
    }
    if (asv_cli_flag(out, "help")) {
        return ASV_OK;
    }
    for (size_t i = 0; i < option_count; i++) {
        if (options[i].required && !given(out, &options[i])) {
            return asv_failf(err, ASV_E_USAGE, "--%s %s is missing; see --help", options[i].name,
                             options[i].argument);
        }
    }
    return ASV_OK;
}

const char *asv_cli_text_at(const struct asv_cli_args *args, const char *name, size_t index)
{
    for (size_t i = 0; i < args->count; i++) {
        if (args->items[i].option != NULL && strcmp(args->items[i].option->name, name) == 0 && index-- == 0) {
            return args->items[i].value;
        }
    }
    return NULL;
}

const char *asv_cli_text(const struct asv_cli_args *args, const char *name)
{
    return asv_cli_text_at(args, name, 0);
}

bool asv_cli_flag(const struct asv_cli_args *args, const char *name)
{
    for (size_t i = 0; i < args->count; i++) {
        if (args->items[i].option != NULL && strcmp(args->items[i].option->name, name) == 0) {
            return true;
        }
    }
    return false;
}

uint64_t asv_cli_number(const struct asv_cli_args *args, const char *name, uint64_t fallback)
{
    for (size_t i = 0; i < args->count; i++) {
        if (args->items[i].option != NULL && strcmp(args->items[i].option->name, name) == 0) {
            return args->items[i].number;
        }
    }
    return fallback;
}

const char *asv_cli_operand(const struct asv_cli_args *args, size_t index)
{
    for (size_t i = 0; i < args->count; i++) {
        if (args->items[i].option == NULL && index-- == 0) {
            return args->items[i].value;
        }
    }
    return NULL;
}

size_t asv_cli_operand_count(const struct asv_cli_args *args)
{
    size_t count = 0;
    for (size_t i = 0; i < args->count; i++) {
        count += args->items[i].option == NULL;
    }
    return count;
}
