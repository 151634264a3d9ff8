/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/decision.h"

#include <stddef.h>

/* Numbers of STATEMENTS.md 4, which this part knows nothing else of. */
enum { HOLD = 1, RELEASE = 2, ERASE_EARLY = 3, BLOCK = 7, UNBLOCK = 8, DAY = 10, FORGET = 53 };
enum { PROPOSE = 1, APPROVE = 2, REFUSE = 3, WITHDRAW = 4, SOLE = 5 };

static const struct asv_ledger_decision decisions[] = {
    {3, FORGET, APPROVE},        {40, HOLD, PROPOSE},
    {41, HOLD, APPROVE},         {42, HOLD, REFUSE},
    {43, HOLD, WITHDRAW},        {46, RELEASE, PROPOSE},
    {47, RELEASE, APPROVE},      {48, RELEASE, REFUSE},
    {49, RELEASE, WITHDRAW},     {51, ERASE_EARLY, PROPOSE},
    {52, ERASE_EARLY, APPROVE},  {53, ERASE_EARLY, REFUSE},
    {54, ERASE_EARLY, WITHDRAW}, {56, BLOCK, SOLE},
    {57, BLOCK, SOLE}, /* to block what is blocked confirms it */
    {58, UNBLOCK, SOLE},         {63, DAY, PROPOSE},
    {64, DAY, APPROVE},          {65, DAY, REFUSE},
    {66, DAY, WITHDRAW},
};

const struct asv_ledger_decision *asv_ledger_decision(uint16_t kind)
{
    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        if (decisions[i].kind == kind) {
            return &decisions[i];
        }
    }
    return NULL;
}
