/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Options of one command: `--name VALUE`, `--name=VALUE`, `--flag`, operands, and `--` before operands that
 * begin with a dash. Values are checked while they are read, so that a command finds only good ones.
 */
#ifndef ASV_SERVER_CLI_ARGS_H
#define ASV_SERVER_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_CLI_ARGS_MAX 256 /* options and operands in one call */

enum asv_cli_kind {
    ASV_CLI_FLAG,
    ASV_CLI_TEXT,
    ASV_CLI_WORDS,  /* what people type for people, or look for: in NFC */
    ASV_CLI_LABEL,  /* 1 to 64 characters of printable ASCII: what stands in signed objects */
    ASV_CLI_NUMBER, /* in [min, max] */
    ASV_CLI_SIZE,   /* bytes in [min, max]: a number with K, M, G (powers of 1024) or none */
    ASV_CLI_DATE,   /* yyyy-mm-dd; its number is yyyymmdd */
    ASV_CLI_MONTH,  /* yyyy-mm; its number is that of its first day */
};

struct asv_cli_option {
    const char *name; /* without the dashes */
    enum asv_cli_kind kind;
    const char *argument; /* "FILE"; NULL for a flag */
    const char *help;     /* one line */
    bool required;
    bool repeated;
    uint64_t min, max;
};

/* What was given. Borrows argv; cleared by asv_cli_args_clear. */
struct asv_cli_args {
    size_t count;
    struct {
        const struct asv_cli_option *option; /* NULL: an operand */
        const char *value;
        char *normal; /* what value is then, when it was typed otherwise */
        uint64_t number;
    } items[ASV_CLI_ARGS_MAX];
};

/* Options every command has: --config, --help. */
extern const struct asv_cli_option asv_cli_common_options[];
extern const size_t asv_cli_common_option_count;

/* ASV_E_USAGE with what is wrong (to be cleared then as well) and what to do. Whether required options are
 * there is not checked when
 * --help was given. */
ASV_MUST_CHECK enum asv_status asv_cli_args_parse(struct asv_cli_args *out,
                                                  const struct asv_cli_option *options, size_t option_count,
                                                  int argc, const char *const *argv, struct asv_err *err);

/* Brings the operands into NFC: of commands whose operands are words. */
ASV_MUST_CHECK enum asv_status asv_cli_args_normal(struct asv_cli_args *args, struct asv_err *err);

void asv_cli_args_clear(struct asv_cli_args *args);

/* By the option's name, which must be one of the command's. index counts repetitions. */
const char *asv_cli_text(const struct asv_cli_args *args, const char *name); /* NULL: not given */
const char *asv_cli_text_at(const struct asv_cli_args *args, const char *name, size_t index);
bool asv_cli_flag(const struct asv_cli_args *args, const char *name);
uint64_t asv_cli_number(const struct asv_cli_args *args, const char *name, uint64_t fallback);

const char *asv_cli_operand(const struct asv_cli_args *args, size_t index); /* NULL: fewer were given */
size_t asv_cli_operand_count(const struct asv_cli_args *args);

#endif
