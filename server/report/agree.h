/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether facts that are each right in themselves agree with one another.
 */
#ifndef ASV_SERVER_REPORT_AGREE_H
#define ASV_SERVER_REPORT_AGREE_H

#include <jansson.h>

#include "firmware-proto/base/status.h"

/* Of facts that are as their schema says. ASV_E_MISMATCH, with the way to what contradicts the rest;
 * ASV_E_MALFORMED for a name that no package can have; ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_facts_agree(const json_t *facts, struct asv_err *err);

#endif
