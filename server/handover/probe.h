/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a recording is made of, as asservat-media says it (docs/PLAYBACK.md 3): container, codecs, size.
 */
#ifndef ASV_SERVER_HANDOVER_PROBE_H
#define ASV_SERVER_HANDOVER_PROBE_H

#include "server/handover/recording.h"
#include "server/media/channel.h"

/* Of a recording whose key is set. ASV_E_AWAY: nobody answers at the socket, or it died of the recording;
 * other errors: it cannot be read, which says nothing about whether it is what was signed. */
ASV_MUST_CHECK enum asv_status asv_probe_recording(struct asv_vault *vault,
                                                   const struct asv_exhibit_name *name,
                                                   const struct asv_recording *recording,
                                                   const char *socket_path, const struct asv_world *world,
                                                   struct asv_media_facts *out, struct asv_err *err);

#endif
