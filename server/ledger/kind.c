/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/kind.h"

#include <stddef.h>

static const struct {
    uint16_t kind;
    const char *name;
} kinds[] = {
    {1, "log_begun"},
    {2, "software_started"},
    {3, "forgotten"},
    {10, "camera_enrolled"},
    {11, "camera_moved"},
    {12, "camera_retired"},
    {13, "dock_enrolled"},
    {14, "revocations"},
    {15, "keys_made"},
    {16, "day_destroyed"},
    {20, "docked"},
    {21, "undocked"},
    {32, "announced"},
    {33, "transferring"},
    {34, "committed"},
    {35, "quarantined"},
    {36, "expired_on_arrival"},
    {37, "receipt"},
    {38, "destruction_ordered"},
    {39, "erased_on_camera"},
    {40, "hold_requested"},
    {41, "hold_approved"},
    {42, "hold_refused"},
    {43, "hold_withdrawn"},
    {44, "hold_lapsed"},
    {45, "held_ahead"},
    {46, "release_requested"},
    {47, "release_approved"},
    {48, "release_refused"},
    {49, "release_withdrawn"},
    {50, "release_lapsed"},
    {51, "erasure_requested"},
    {52, "erasure_approved"},
    {53, "erasure_refused"},
    {54, "erasure_withdrawn"},
    {55, "erasure_lapsed"},
    {56, "blocked"},
    {57, "block_confirmed"},
    {58, "block_lifted"},
    {59, "opened"},
    {60, "erasing"},
    {61, "erased"},
    {62, "erased_unsigned"},
    {63, "day_requested"},
    {64, "day_approved"},
    {65, "day_refused"},
    {66, "day_withdrawn"},
    {67, "day_lapsed"},
    {68, "handover_requested"},
    {69, "handover_approved"},
    {70, "handover_refused"},
    {71, "handover_withdrawn"},
    {72, "handover_cancelled"},
    {73, "handover_built"},
    {74, "handover_written"},
    {75, "handover_received"},
    {96, "statement"},
    {97, "statement_answered"},
    {98, "person"},
    {99, "person_disabled"},
    {100, "duty"},
    {101, "duty_ended"},
    {102, "policy_file"},
    {103, "alarm"},
    {104, "alarm_acknowledged"},
    {105, "ahead_finished"},
    {112, "retention_began"},
    {113, "retention_ended"},
    {114, "balance"},
    {120, "access"},
    {121, "subject_request"},
};

const char *asv_ledger_kind_name(uint16_t kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].kind == kind) {
            return kinds[i].name;
        }
    }
    return NULL;
}
