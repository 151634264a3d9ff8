/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How the files of a hand-over are told apart whatever they are called: for who names them, and for who has
 * to find them again in a filing.
 */
#ifndef ASV_SERVER_HANDOVER_FILE_ID_H
#define ASV_SERVER_HANDOVER_FILE_ID_H

#include "server/base/uuid.h"

enum asv_handover_output { ASV_HANDOVER_CARRIER, ASV_HANDOVER_FILING, ASV_HANDOVER_OUTPUTS };

struct asv_handover_naming {
    enum asv_handover_output output;
    uint16_t part; /* of a carrier in parts, from 1; otherwise 0 */
    uint8_t handover[ASV_UUID_BYTES];
};

/* A UUID (version 8) that follows from the hand-over, the part and this: of a file, its path in a carrier. */
void asv_handover_id(const struct asv_handover_naming *naming, const char *of, uint8_t out[ASV_UUID_BYTES]);

#endif
