/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/usb.h"

#include <string.h>

enum {
    REQ_GET_STATUS = 0,
    REQ_CLEAR_FEATURE = 1,
    REQ_SET_FEATURE = 3,
    REQ_SET_ADDRESS = 5,
    REQ_GET_DESCRIPTOR = 6,
    REQ_GET_CONFIGURATION = 8,
    REQ_SET_CONFIGURATION = 9,
    REQ_GET_INTERFACE = 10,
    REQ_SET_INTERFACE = 11,
    REQ_SET_SEL = 0x30,
    REQ_SET_ISOCH_DELAY = 0x31,

    DESC_DEVICE = 1,
    DESC_CONFIGURATION = 2,
    DESC_STRING = 3,
    DESC_BOS = 15,
};

struct cursor {
    uint8_t *at;
};

static void put(struct cursor *c, unsigned value)
{
    *c->at++ = (uint8_t)value;
}

static void put16(struct cursor *c, unsigned value)
{
    put(c, value & 0xff);
    put(c, value >> 8);
}

uint16_t asv_bus_packet_bytes(enum asv_bus_speed speed)
{
    return speed == ASV_BUS_SPEED_SUPER ? 1024 : speed == ASV_BUS_SPEED_HIGH ? 512 : 64;
}

static size_t device_descriptor(enum asv_bus_speed speed, uint8_t *out)
{
    struct cursor c = {out};
    bool super = speed == ASV_BUS_SPEED_SUPER;
    put(&c, 18);
    put(&c, DESC_DEVICE);
    put16(&c, super ? 0x0300 : 0x0200);
    put(&c, 0); /* class, subclass and protocol stand in the interface */
    put(&c, 0);
    put(&c, 0);
    put(&c, super ? 9 : 64); /* packet size of endpoint 0; SuperSpeed gives the exponent */
    put16(&c, ASV_BUS_VENDOR_ID);
    put16(&c, ASV_BUS_PRODUCT_ID);
    put16(&c, 0x0100);
    put(&c, 1); /* manufacturer string */
    put(&c, 2); /* product string */
    put(&c, 0); /* no serial number */
    put(&c, 1); /* configurations */
    return (size_t)(c.at - out);
}

static void bulk_endpoint(struct cursor *c, enum asv_bus_speed speed, uint8_t address)
{
    put(c, 7);
    put(c, 5);
    put(c, address);
    put(c, 2);
    put16(c, asv_bus_packet_bytes(speed));
    put(c, 0);
    if (speed == ASV_BUS_SPEED_SUPER) { /* endpoint companion: bursts of 16 packets */
        put(c, 6);
        put(c, 0x30);
        put(c, 15);
        put(c, 0);
        put16(c, 0);
    }
}

static size_t configuration_descriptor(enum asv_bus_speed speed, uint8_t *out)
{
    struct cursor c = {out};
    put(&c, 9);
    put(&c, DESC_CONFIGURATION);
    put16(&c, 0); /* total length, below */
    put(&c, 1);
    put(&c, 1);
    put(&c, 0);
    put(&c, 0x80);
    put(&c, 250); /* 500 mA: it charges in the dock */
    put(&c, 9);
    put(&c, 4);
    put(&c, 0);
    put(&c, 0);
    put(&c, 2);
    put(&c, 0xff);
    put(&c, 0);
    put(&c, 0);
    put(&c, 0);
    bulk_endpoint(&c, speed, ASV_BUS_EP_IN);
    bulk_endpoint(&c, speed, ASV_BUS_EP_OUT);
    out[2] = (uint8_t)(c.at - out);
    return (size_t)(c.at - out);
}

size_t asv_bus_usb_descriptors(enum asv_bus_speed speed, uint8_t *out)
{
    size_t len = device_descriptor(speed, out);
    return len + configuration_descriptor(speed, out + len);
}

size_t asv_bus_usb_hub_descriptors(uint8_t ports, uint8_t *out)
{
    static const uint8_t hub[] = {18, 1, 0, 2, 9, 0,  1, 64, 0x6b, 0x1d, 2,    0, 0, 6, 0,
                                  0,  0, 1, 9, 2, 25, 0, 1,  1,    0,    0xe0, 0, 9, 4, 0,
                                  0,  1, 9, 0, 0, 0,  7, 5,  0x81, 3,    4,    0, 12};
    (void)ports; /* stands in the class descriptor, which only the kernel reads */
    memcpy(out, hub, sizeof hub);
    return sizeof hub;
}

static size_t string_descriptor(unsigned index, uint8_t *out)
{
    static const char *const strings[] = {NULL, "Asservat", "Body-worn camera"};
    struct cursor c = {out + 2};
    if (index == 0) {
        put16(&c, 0x0409);
    } else if (index < sizeof strings / sizeof strings[0]) {
        for (const char *s = strings[index]; *s != '\0'; s++) {
            put16(&c, (uint8_t)*s);
        }
    } else {
        return 0;
    }
    out[0] = (uint8_t)(c.at - out);
    out[1] = DESC_STRING;
    return (size_t)(c.at - out);
}

static size_t bos_descriptor(uint8_t *out)
{
    /* USB 2.0 extension (LPM) and SuperSpeed capability: 5 and 10 Gbit/s fields as a 5 Gbit/s device has
     * them. */
    static const uint8_t bos[] = {5, 15, 22, 0, 2, 7,    16, 2, 2,  0,    0,
                                  0, 10, 16, 3, 0, 0x0e, 0,  1, 10, 0xff, 7};
    memcpy(out, bos, sizeof bos);
    return sizeof bos;
}

static int get_descriptor(const struct asv_bus_usb *usb, unsigned type, unsigned index, uint8_t *data)
{
    size_t len = 0;
    switch (type) {
    case DESC_DEVICE:
        len = device_descriptor(usb->speed, data);
        break;
    case DESC_CONFIGURATION:
        len = index == 0 ? configuration_descriptor(usb->speed, data) : 0;
        break;
    case DESC_STRING:
        len = string_descriptor(index, data);
        break;
    case DESC_BOS:
        len = usb->speed == ASV_BUS_SPEED_SUPER ? bos_descriptor(data) : 0;
        break;
    default:
        break;
    }
    return len == 0 ? -1 : (int)len;
}

static bool *halt_of(struct asv_bus_usb *usb, unsigned endpoint)
{
    return endpoint == ASV_BUS_EP_IN ? &usb->halted_in : endpoint == ASV_BUS_EP_OUT ? &usb->halted_out : NULL;
}

static int get_status(struct asv_bus_usb *usb, unsigned recipient, unsigned index, uint8_t *data)
{
    data[0] = 0;
    data[1] = 0;
    if (recipient == 2 && (index & 0x7f) != 0) {
        const bool *halted = halt_of(usb, index);
        if (halted == NULL) {
            return -1;
        }
        data[0] = *halted ? 1 : 0;
    }
    return 2;
}

static int set_or_clear_halt(struct asv_bus_usb *usb, bool set, unsigned index,
                             enum asv_bus_control_effect *effect, uint8_t *effect_ep)
{
    bool *halted = halt_of(usb, index);
    if (halted == NULL) {
        return -1;
    }
    *halted = set;
    if (!set) {
        *effect = ASV_BUS_EFFECT_CLEAR_HALT;
        *effect_ep = (uint8_t)index;
    }
    return 0;
}

static int set_configuration(struct asv_bus_usb *usb, unsigned value, enum asv_bus_control_effect *effect)
{
    if (value > 1) {
        return -1;
    }
    usb->configuration = (uint8_t)value;
    usb->halted_in = false;
    usb->halted_out = false;
    *effect = ASV_BUS_EFFECT_RESTART;
    return 0;
}

static int set_interface(struct asv_bus_usb *usb, unsigned alt, unsigned index,
                         enum asv_bus_control_effect *effect)
{
    if (alt != 0 || index != 0) {
        return -1;
    }
    usb->halted_in = false;
    usb->halted_out = false;
    *effect = ASV_BUS_EFFECT_RESTART;
    return 0;
}

int asv_bus_usb_control(struct asv_bus_usb *usb, const uint8_t *setup, uint8_t *data,
                        enum asv_bus_control_effect *effect, uint8_t *effect_ep)
{
    unsigned type = setup[0];
    unsigned value = setup[2] | (unsigned)setup[3] << 8;
    unsigned index = setup[4] | (unsigned)setup[5] << 8;
    int limit = setup[6] | setup[7] << 8;
    int len = -1;
    *effect = ASV_BUS_EFFECT_NONE;
    if ((type & 0x60) != 0) {
        return -1; /* no class or vendor requests */
    }
    switch (setup[1]) {
    case REQ_GET_DESCRIPTOR:
        len = (type & 0x80) != 0 ? get_descriptor(usb, value >> 8, value & 0xff, data) : -1;
        break;
    case REQ_GET_STATUS:
        len = get_status(usb, type & 0x1f, index, data);
        break;
    case REQ_CLEAR_FEATURE:
    case REQ_SET_FEATURE:
        len = (type & 0x1f) == 2 && value == 0
                  ? set_or_clear_halt(usb, setup[1] == REQ_SET_FEATURE, index, effect, effect_ep)
                  : 0;
        break;
    case REQ_GET_CONFIGURATION:
        data[0] = usb->configuration;
        len = 1;
        break;
    case REQ_GET_INTERFACE:
        data[0] = 0;
        len = 1;
        break;
    case REQ_SET_CONFIGURATION:
        len = set_configuration(usb, value & 0xff, effect);
        break;
    case REQ_SET_INTERFACE:
        len = set_interface(usb, value, index, effect);
        break;
    case REQ_SET_ADDRESS:
    case REQ_SET_SEL:
    case REQ_SET_ISOCH_DELAY:
        len = 0;
        break;
    default:
        break;
    }
    return len > limit ? limit : len;
}
