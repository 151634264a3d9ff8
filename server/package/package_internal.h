/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What package.c and package_check.c share.
 */
#ifndef ASV_SERVER_PACKAGE_PACKAGE_INTERNAL_H
#define ASV_SERVER_PACKAGE_PACKAGE_INTERNAL_H

#include "server/package/package.h"

/* Whether the files that are there are those of a package, each in its place. */
ASV_MUST_CHECK enum asv_status asv_package_check_members(const struct asv_package *package,
                                                         struct asv_fault *fault, struct asv_err *err);

/* What the files of the bag and of the container say, against those that are there. */
ASV_MUST_CHECK enum asv_status asv_package_check_texts(struct asv_package *package, struct asv_fault *fault,
                                                       struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_package_check_signatures(struct asv_package *package,
                                                            const uint8_t *signer, struct asv_fault *fault,
                                                            struct asv_err *err);

#endif
