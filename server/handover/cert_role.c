/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/cert_role.h"

#include <stddef.h>

#include "firmware-proto/trust/cert.h"

const char *asv_cert_role(uint8_t role)
{
    static const char *const names[] = {
        [ASV_ROLE_ROOT] = "root",       [ASV_ROLE_CA] = "issuer",     [ASV_ROLE_CAMERA] = "camera",
        [ASV_ROLE_DOCK] = "dock",       [ASV_ROLE_KEEPER] = "keeper", [ASV_ROLE_LEDGER] = "ledger",
        [ASV_ROLE_PACKAGE] = "packages"};
    return role < sizeof names / sizeof *names ? names[role] : NULL;
}
