/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A frame on its way and queues of them.
 */
#ifndef ASV_BUS_FRAME_H
#define ASV_BUS_FRAME_H

#include <stddef.h>
#include <stdint.h>

struct asv_bus_frame {
    struct asv_bus_frame *next;
    size_t len;
    size_t cap;
    uint8_t data[];
};

struct asv_bus_frames {
    struct asv_bus_frame *first;
    struct asv_bus_frame *last;
    unsigned count;
};

/* NULL when there is no memory. The caller frees it with free(). */
struct asv_bus_frame *asv_bus_frame_new(size_t cap);

/* The queue takes ownership; take gives it back (NULL when empty). */
void asv_bus_frames_put(struct asv_bus_frames *queue, struct asv_bus_frame *frame);
void asv_bus_frames_put_first(struct asv_bus_frames *queue, struct asv_bus_frame *frame);
struct asv_bus_frame *asv_bus_frames_take(struct asv_bus_frames *queue);
void asv_bus_frames_clear(struct asv_bus_frames *queue);

#endif
