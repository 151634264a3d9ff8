/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/frame.h"

#include <stdlib.h>

struct asv_bus_frame *asv_bus_frame_new(size_t cap)
{
    struct asv_bus_frame *frame = malloc(sizeof *frame + cap);
    if (frame != NULL) {
        frame->next = NULL;
        frame->len = 0;
        frame->cap = cap;
    }
    return frame;
}

void asv_bus_frames_put(struct asv_bus_frames *queue, struct asv_bus_frame *frame)
{
    frame->next = NULL;
    if (queue->last != NULL) {
        queue->last->next = frame;
    } else {
        queue->first = frame;
    }
    queue->last = frame;
    queue->count++;
}

void asv_bus_frames_put_first(struct asv_bus_frames *queue, struct asv_bus_frame *frame)
{
    frame->next = queue->first;
    queue->first = frame;
    if (queue->last == NULL) {
        queue->last = frame;
    }
    queue->count++;
}

struct asv_bus_frame *asv_bus_frames_take(struct asv_bus_frames *queue)
{
    struct asv_bus_frame *frame = queue->first;
    if (frame != NULL) {
        queue->first = frame->next;
        if (queue->first == NULL) {
            queue->last = NULL;
        }
        frame->next = NULL;
        queue->count--;
    }
    return frame;
}

void asv_bus_frames_clear(struct asv_bus_frames *queue)
{
    struct asv_bus_frame *frame;
    while ((frame = asv_bus_frames_take(queue)) != NULL) {
        free(frame);
    }
}
