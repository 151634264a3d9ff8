/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Who this dock is: root.cert, chain and dock.key in one directory, made by `asservat dock enrol`; and
 * badge.secret, where cameras are issued for badges.
 */
#ifndef ASV_DOCK_IDENTITY_H
#define ASV_DOCK_IDENTITY_H

#include "dock/site.h"
#include "server/base/log.h"

struct asv_identity;

/* Reads them, fills in the parts of site that say who it is, and checks that they belong together and
 * are valid now. The keys lie in a locked page. *out is the caller's to free; site must not be used after
 * that. */
ASV_MUST_CHECK enum asv_status asv_identity_load(const char *directory, struct asv_site *site,
                                                 const struct asv_log *log, struct asv_identity **out,
                                                 struct asv_err *err);
void asv_identity_free(struct asv_identity *identity); /* wipes the keys; NULL is fine */

#endif
