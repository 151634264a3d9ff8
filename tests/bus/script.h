/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A liar's script; README.md lists its lines.
 */
#ifndef ASV_BUS_SCRIPT_H
#define ASV_BUS_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

enum asv_bus_script_do {
    ASV_BUS_SCRIPT_RECV,
    ASV_BUS_SCRIPT_SEND, /* data */
    ASV_BUS_SCRIPT_ECHO,
    ASV_BUS_SCRIPT_WAIT, /* number: milliseconds */
    ASV_BUS_SCRIPT_STALL,
    ASV_BUS_SCRIPT_REFUSE,
    ASV_BUS_SCRIPT_REPEAT, /* number: times, 0 for ever; target: the step of its end */
    ASV_BUS_SCRIPT_END,    /* target: the step of its repeat */
};

struct asv_bus_script_step {
    enum asv_bus_script_do what;
    uint8_t *data; /* owned */
    size_t len;
    uint64_t number;
    unsigned target;
};

#define ASV_BUS_SCRIPT_STEPS_MAX 1024

struct asv_bus_script {
    struct asv_bus_script_step steps[ASV_BUS_SCRIPT_STEPS_MAX];
    unsigned count;
};

/* Reads a script from a file. ASV_E_USAGE with the line's number in err. The caller frees it, also after a
 * failure. */
ASV_MUST_CHECK enum asv_status asv_bus_script_read(struct asv_bus_script *script, const char *path,
                                                   struct asv_err *err);
void asv_bus_script_free(struct asv_bus_script *script);

#endif
