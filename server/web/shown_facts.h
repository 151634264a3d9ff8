/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is told of a recording that is being shown: what a player needs to play it and to go to any place of
 * it, and what its seal says of what happened when (PLAYBACK.md 4).
 */
#ifndef ASV_SERVER_WEB_SHOWN_FACTS_H
#define ASV_SERVER_WEB_SHOWN_FACTS_H

#include "server/web/fields.h"
#include "server/web/opening.h"

/* As JSON, a new reference; NULL: no memory. */
json_t *asv_web_shown_facts(const struct asv_web_opening *opening, const struct asv_view_facts *facts,
                            const struct asv_world *world);

#endif
