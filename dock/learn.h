/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat-dockd --learn: which USB port is which slot. Asks for a camera in one slot after the other, and
 * takes the port at which one arrives. Cameras that are in already do not count until they are taken out.
 */
#ifndef ASV_DOCK_LEARN_H
#define ASV_DOCK_LEARN_H

#include <stdio.h>

#include "firmware-proto/base/status.h"

/* Learns slots 1.. `slots`, prompts on `out`, and writes the file at path when all are known, or those so far
 * when interrupted. The daemon must not run: it would take the cameras. ASV_E_USAGE: not one was learned. */
ASV_MUST_CHECK enum asv_status asv_dock_learn(unsigned slots, const char *path, FILE *out,
                                              struct asv_err *err);

#endif
