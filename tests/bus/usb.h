/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The USB side of a device: descriptors and the standard control requests (USB 2.0 chapter 9). Vendor
 * class, one interface, one bulk IN and one bulk OUT endpoint. No serial number: the dock must prove itself
 * before a camera shows any identifier.
 */
#ifndef ASV_BUS_USB_H
#define ASV_BUS_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASV_BUS_VENDOR_ID  0x1209
#define ASV_BUS_PRODUCT_ID 0x4001
#define ASV_BUS_EP_IN      0x81
#define ASV_BUS_EP_OUT     0x02

/* The longest answer to any control request here. */
#define ASV_BUS_CONTROL_MAX 512

enum asv_bus_speed { ASV_BUS_SPEED_FULL, ASV_BUS_SPEED_HIGH, ASV_BUS_SPEED_SUPER };

/* Bulk packet size of a speed: 64, 512, 1024. */
uint16_t asv_bus_packet_bytes(enum asv_bus_speed speed);

/* What the device's chapter 9 state holds. */
struct asv_bus_usb {
    enum asv_bus_speed speed;
    uint8_t configuration;
    bool halted_in;
    bool halted_out;
};

/* Device descriptor and configuration descriptors in a row, as sysfs "descriptors" shows them. Writes at most
 * ASV_BUS_CONTROL_MAX bytes and returns how many. */
size_t asv_bus_usb_descriptors(enum asv_bus_speed speed, uint8_t *out);
size_t asv_bus_usb_hub_descriptors(uint8_t ports, uint8_t *out);

/* What a control request did beside its answer. */
enum asv_bus_control_effect {
    ASV_BUS_EFFECT_NONE,
    ASV_BUS_EFFECT_RESTART,    /* configuration or alternate setting chosen: the device starts afresh */
    ASV_BUS_EFFECT_CLEAR_HALT, /* endpoint in *effect_ep */
};

/* Carries out one request. setup has 8 bytes; data takes the answer of an IN request (ASV_BUS_CONTROL_MAX
 * bytes). Returns its length, 0 for an OUT request, or -1 for a stall. */
int asv_bus_usb_control(struct asv_bus_usb *usb, const uint8_t *setup, uint8_t *data,
                        enum asv_bus_control_effect *effect, uint8_t *effect_ep);

#endif
