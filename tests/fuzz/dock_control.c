/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A line on the dock's control socket, with a camera in slot 1 that is ready: whatever it says, the answer is
 * one line, and what the camera would be given is text that may stand in a signed object. */
#include <stdlib.h>
#include <string.h>

#include "dock/control.h"
#include "dock/dock.h"
#include "dock/loop.h"
#include "tests/support/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char text[ASV_TEXT_SIZE])
{
    if (text[0] == '\0' || strnlen(text, ASV_TEXT_SIZE) > ASV_TEXT_MAX) {
        abort();
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (*c < 0x20 || *c > 0x7e) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct asv_loop *loop;
    static struct asv_test_world world;
    static struct asv_dock dock;
    static struct asv_slot slot;
    if (loop == NULL && asv_loop_open(&loop, NULL) != ASV_OK) {
        abort();
    }
    asv_test_world_init(&world, 1);
    dock = (struct asv_dock){.site.world = &world.world,
                             .log = {.fd = -1, .world = &world.world},
                             .loop = loop,
                             .slots = &slot,
                             .slot_count = 1};
    asv_slot_init(&slot, &dock, 0, 1, "1-1.1");
    slot.state = ASV_SLOT_READY;

    char *answer = asv_control_answer(&dock, (const char *)data, size);
    if (answer == NULL || strchr(answer, '\n') != answer + strlen(answer) - 1) {
        abort();
    }
    if (slot.assign) {
        check_text(slot.assign_unit);
        check_text(slot.assign_area);
    }
    free(answer);
    asv_timer_stop(loop, &slot.retry);
    return 0;
}
