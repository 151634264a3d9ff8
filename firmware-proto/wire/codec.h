/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Inside asv_wire only: one row for each message type.
 */
#ifndef ASV_WIRE_CODEC_H
#define ASV_WIRE_CODEC_H

#include "firmware-proto/wire/messages.h"

struct asv_wire_codec {
    const char *name;
    /* Writes the body; NULL: the body is empty. */
    void (*write)(struct asv_writer *writer, const struct asv_wire_message *message);
    /* Reads the body; every field that a reader can judge alone. */
    enum asv_status (*read)(struct asv_reader *reader, struct asv_wire_message *out);
    /* Whether the values are within what PROTOCOL.md lists: ASV_E_MALFORMED, ASV_E_LIMIT. NULL: any are. */
    enum asv_status (*check)(const struct asv_wire_message *message);
};

/* NULL for a type that does not exist. */
const struct asv_wire_codec *asv_wire_request_codec(uint16_t type);
const struct asv_wire_codec *asv_wire_reply_codec(uint16_t type); /* ASV_WIRE_REPLY set */

#endif
