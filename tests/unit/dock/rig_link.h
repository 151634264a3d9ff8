/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The cable between a slot and a camera in memory: everything happens in the loop's next round, as with USB.
 */
#ifndef ASV_TESTS_DOCK_RIG_LINK_H
#define ASV_TESTS_DOCK_RIG_LINK_H

#include "dock/dock.h"
#include "tests/unit/dock/fake_camera.h"

struct rig_link {
    struct asv_slot *slot;
    struct fake_camera *camera; /* NULL: empty */
    struct asv_timer timer;
    bool open, opening, closing, failing, leaving;
    unsigned frames; /* given to the slot and not released */
    unsigned want, most_frames;
    uint8_t queue[16][4096]; /* frames that the camera has not taken yet */
    size_t queue_len[16];
    unsigned queued;
};

void rig_link_init(struct rig_link *link, struct asv_slot *slot);

void rig_link_plug(struct rig_link *link, struct fake_camera *camera);
void rig_link_unplug(struct rig_link *link);

#endif
