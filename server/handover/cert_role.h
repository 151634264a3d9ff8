/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How the facts of a hand-over call what a certificate of the agency is for.
 */
#ifndef ASV_SERVER_HANDOVER_CERT_ROLE_H
#define ASV_SERVER_HANDOVER_CERT_ROLE_H

#include <stdint.h>

/* That of the X.509 certificate that packages are signed with, which is no certificate of TRUST.md. */
#define ASV_CERT_ROLE_X509 "package"

/* Of enum asv_role; NULL: the facts name none such; static. */
const char *asv_cert_role(uint8_t role);

#endif
