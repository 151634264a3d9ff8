/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A slot's way to its camera: USB in the daemon, memory in the tests. The slot is told of what happens by
 * asv_slot_attached, _opened, _received, _failed, _closed and _detached, none of them from within a function
 * of this table.
 */
#ifndef ASV_DOCK_LINK_H
#define ASV_DOCK_LINK_H

#include "dock/usb.h"

struct asv_link_ops {
    /* `opened` or `failed` follows. */
    void (*open)(void *link, bool reset);
    /* `closed` follows, once every frame has been released. Fine when it is not open. */
    void (*close)(void *link);
    enum asv_status (*send)(void *link, const void *frame, size_t len, struct asv_err *err);
    void (*want)(void *link, unsigned frames); /* as asv_usb_want */
    unsigned (*share)(void *link);             /* as asv_usb_share */
    void (*release)(struct asv_usb_frame *frame);
};

#endif
