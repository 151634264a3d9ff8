/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/states.h"

#include <stddef.h>

#define TO(state) (1u << ASV_SLOT_##state)

static const struct {
    const char *name, *colour;
    unsigned moves;
} table[ASV_SLOT_STATES] = {
    /* A camera can be pulled out (EMPTY), break off (FAULT) or the daemon stop (PARKED) in every state that
     * has one. */
    [ASV_SLOT_EMPTY] = {"empty", "grey", TO(CONNECTING) | TO(PARKED)},
    [ASV_SLOT_CONNECTING] = {"connecting", "blue",
                             TO(HANDSHAKE) | TO(REFUSED) | TO(EMPTY) | TO(FAULT) | TO(PARKED)},
    [ASV_SLOT_HANDSHAKE] = {"handshake", "blue",
                            TO(IDENTIFYING) | TO(REFUSED) | TO(EMPTY) | TO(FAULT) | TO(PARKED)},
    [ASV_SLOT_IDENTIFYING] = {"identifying", "blue",
                              TO(LISTING) | TO(REFUSED) | TO(EMPTY) | TO(FAULT) | TO(PARKED)},
    [ASV_SLOT_LISTING] = {"listing", "blue",
                          TO(PULLING) | TO(SEALING) | TO(ERASING) | TO(WAITING) | TO(FINISHING) | TO(EMPTY) |
                              TO(FAULT) | TO(PARKED)},
    [ASV_SLOT_PULLING] = {"pulling", "blue", TO(LISTING) | TO(EMPTY) | TO(FAULT) | TO(PARKED)},
    [ASV_SLOT_SEALING] = {"sealing", "blue",
                          TO(LISTING) | TO(ERASING) | TO(WAITING) | TO(FINISHING) | TO(EMPTY) | TO(FAULT) |
                              TO(PARKED)},
    [ASV_SLOT_ERASING] = {"erasing", "blue",
                          TO(LISTING) | TO(SEALING) | TO(WAITING) | TO(FINISHING) | TO(EMPTY) | TO(FAULT) |
                              TO(PARKED)},
    [ASV_SLOT_WAITING] = {"waiting", "yellow",
                          TO(LISTING) | TO(SEALING) | TO(ERASING) | TO(FINISHING) | TO(EMPTY) | TO(FAULT) |
                              TO(PARKED)},
    [ASV_SLOT_FINISHING] = {"finishing", "blue",
                            TO(READY) | TO(ATTENTION) | TO(EMPTY) | TO(FAULT) | TO(PARKED)},
    /* CONNECTING: a new session with a camera that stayed in, because there is something new for it. */
    [ASV_SLOT_READY] = {"ready", "green", TO(CONNECTING) | TO(EMPTY) | TO(FAULT) | TO(PARKED)},
    [ASV_SLOT_ATTENTION] = {"attention", "yellow", TO(CONNECTING) | TO(EMPTY) | TO(FAULT) | TO(PARKED)},
    [ASV_SLOT_REFUSED] = {"refused", "red", TO(EMPTY) | TO(PARKED)},
    [ASV_SLOT_FAULT] = {"fault", "red", TO(CONNECTING) | TO(EMPTY) | TO(PARKED)},
    [ASV_SLOT_PARKED] = {"parked", "grey", 0},
};

const char *asv_slot_state_name(enum asv_slot_state state)
{
    return table[state].name;
}

const char *asv_slot_state_colour(enum asv_slot_state state)
{
    return table[state].colour;
}

bool asv_slot_may_move(enum asv_slot_state from, enum asv_slot_state to)
{
    return (table[from].moves & (1u << to)) != 0;
}
