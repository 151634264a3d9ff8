/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/base/bytes.h"
#include "tests/bus/device.h"
#include "tests/bus/random.h"

static const char *const kind_names[ASV_BUS_FAULT_KINDS] = {
    [ASV_BUS_FAULT_STALL] = "stall",   [ASV_BUS_FAULT_SHORT] = "short",     [ASV_BUS_FAULT_LONG] = "long",
    [ASV_BUS_FAULT_BABBLE] = "babble", [ASV_BUS_FAULT_ERROR] = "error",     [ASV_BUS_FAULT_LENGTH] = "length",
    [ASV_BUS_FAULT_FLIP] = "flip",     [ASV_BUS_FAULT_GARBAGE] = "garbage", [ASV_BUS_FAULT_MUTATE] = "mutate",
    [ASV_BUS_FAULT_DROP] = "drop",     [ASV_BUS_FAULT_DOUBLE] = "double",   [ASV_BUS_FAULT_HANG] = "hang",
    [ASV_BUS_FAULT_MUTE] = "mute",     [ASV_BUS_FAULT_UNPLUG] = "unplug",   [ASV_BUS_FAULT_CUT] = "cut",
    [ASV_BUS_FAULT_IOCTL] = "ioctl",
};

static const struct {
    const char *name;
    int number;
} errno_names[] = {
    {"EBUSY", EBUSY},   {"ENOMEM", ENOMEM}, {"EIO", EIO},
    {"ENODEV", ENODEV}, {"EINVAL", EINVAL}, {"EPERM", EPERM},
};

const char *asv_bus_fault_name(enum asv_bus_fault_kind kind)
{
    return kind_names[kind];
}

static enum asv_status usage(struct asv_err *err, const char *text)
{
    return asv_fail(err, ASV_E_USAGE, text);
}

static enum asv_status parse_call(struct asv_bus_fault *fault, const char *args, struct asv_err *err)
{
    static const char *const calls[] = {
        [ASV_BUS_CALL_CLAIM] = "claim", [ASV_BUS_CALL_SUBMIT] = "submit", [ASV_BUS_CALL_RESET] = "reset"};
    char word[16] = "";
    bool found = false;
    (void)asv_bus_arg(args, "call", word, sizeof word);
    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strcmp(word, calls[i]) == 0) {
            fault->call = (enum asv_bus_fault_call)i;
            found = true;
        }
    }
    if (!found) {
        return usage(err, "ioctl wants call=claim, submit or reset");
    }
    (void)snprintf(word, sizeof word, "EIO");
    (void)asv_bus_arg(args, "errno", word, sizeof word);
    for (unsigned i = 0; i < sizeof errno_names / sizeof errno_names[0]; i++) {
        if (strcmp(word, errno_names[i].name) == 0) {
            fault->error = errno_names[i].number;
            return ASV_OK;
        }
    }
    return usage(err, "errno wants EBUSY, ENOMEM, EIO, ENODEV, EINVAL or EPERM");
}

static enum asv_status parse_endpoint(struct asv_bus_fault *fault, const char *args, struct asv_err *err)
{
    char word[16] = "in";
    (void)asv_bus_arg(args, "ep", word, sizeof word);
    if (strcmp(word, "in") != 0 && strcmp(word, "out") != 0) {
        return usage(err, "ep wants in or out");
    }
    fault->out = strcmp(word, "out") == 0;
    return ASV_OK;
}

static enum asv_status parse_numbers(struct asv_bus_fault *fault, const char *args, struct asv_err *err)
{
    uint64_t frame_kind = UINT64_MAX;
    uint64_t bit = 0;
    const struct {
        const char *key;
        uint64_t *value;
    } keys[] = {{"after", &fault->after}, {"frames", &fault->frames}, {"count", &fault->count},
                {"bytes", &fault->bytes}, {"offset", &fault->offset}, {"odds", &fault->odds},
                {"seed", &fault->seed},   {"kind", &frame_kind},      {"bit", &bit}};
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        enum asv_status status = asv_bus_arg_u64(args, keys[i].key, keys[i].value);
        if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
            return usage(err, "a fault's number is no number");
        }
    }
    fault->frame_kind = frame_kind <= 0xff ? (int)frame_kind : -1;
    fault->bit = (unsigned)(bit & 7);
    return ASV_OK;
}

enum asv_status asv_bus_faults_arm(struct asv_bus_faults *faults, const char *text, struct asv_err *err)
{
    struct asv_bus_fault fault = {
        .kind = ASV_BUS_FAULT_KINDS, .count = 1, .bytes = 1, .odds = 4, .offset = UINT64_MAX};
    size_t word = strcspn(text, " ");
    for (unsigned i = 0; i < ASV_BUS_FAULT_KINDS; i++) {
        if (strlen(kind_names[i]) == word && strncmp(text, kind_names[i], word) == 0) {
            fault.kind = (enum asv_bus_fault_kind)i;
        }
    }
    if (fault.kind == ASV_BUS_FAULT_KINDS) {
        return usage(err, "no such fault");
    }
    if (faults->count == ASV_BUS_FAULTS_MAX) {
        return asv_fail(err, ASV_E_LIMIT, "too many faults on this port");
    }
    const char *args = text + word;
    enum asv_status status = parse_numbers(&fault, args, err);
    if (status == ASV_OK && fault.kind == ASV_BUS_FAULT_STALL) {
        status = parse_endpoint(&fault, args, err);
    }
    if (status == ASV_OK && fault.kind == ASV_BUS_FAULT_IOCTL) {
        status = parse_call(&fault, args, err);
    }
    if (status == ASV_OK) {
        faults->list[faults->count++] = fault;
    }
    return status;
}

void asv_bus_faults_clear(struct asv_bus_faults *faults)
{
    faults->count = 0;
}

/* The fault in list[i] struck: counts it and takes it off the list when it was its last time. */
static void struck(struct asv_bus_faults *faults, unsigned i)
{
    struct asv_bus_fault *fault = &faults->list[i];
    faults->struck[fault->kind]++;
    if (fault->count == 0 || --fault->count > 0) {
        return;
    }
    faults->count--;
    memmove(fault, fault + 1, (faults->count - i) * sizeof *fault);
}

static void append_random(struct asv_bus_frame **frame, uint64_t bytes, uint64_t seed)
{
    struct asv_bus_frame *old = *frame;
    uint64_t len = old->len + bytes;
    if (len > ASV_BUS_FRAME_MAX) {
        len = ASV_BUS_FRAME_MAX;
    }
    if (len > old->cap) {
        struct asv_bus_frame *grown = asv_bus_frame_new((size_t)len);
        if (grown == NULL) {
            return;
        }
        memcpy(grown->data, old->data, old->len);
        grown->len = old->len;
        free(old);
        *frame = grown;
    }
    struct asv_bus_random random = {seed};
    if (len > (*frame)->len) {
        asv_bus_random_fill(&random, (*frame)->data + (*frame)->len, (size_t)len - (*frame)->len);
        (*frame)->len = (size_t)len;
    }
}

static void flip(struct asv_bus_frame *frame, const struct asv_bus_fault *fault)
{
    if (frame->len > 0) {
        uint64_t at = fault->offset == UINT64_MAX ? frame->len / 2 : fault->offset % frame->len;
        frame->data[at] ^= (uint8_t)(1u << fault->bit);
    }
}

static void change_length(struct asv_bus_frame *frame, uint64_t delta)
{
    if (frame->len >= 8) {
        asv_store_be32(frame->data + 4, (uint32_t)(asv_load_be32(frame->data + 4) + delta));
    }
}

/* Changes the frame in one of the ways in which a liar that knows the protocol would. */
static void mutate(struct asv_bus_frame **frame, struct asv_bus_random *random)
{
    struct asv_bus_frame *f = *frame;
    uint64_t way = asv_bus_random_below(random, 6);
    uint64_t span = way == 1 ? 16 : f->len; /* the header, or anywhere */
    if (f->len == 0) {
        return;
    }
    uint64_t at = asv_bus_random_below(random, span < f->len ? span : f->len);
    switch (way) {
    case 0:
    case 1:
        f->data[at] ^= (uint8_t)(1u << asv_bus_random_below(random, 8));
        break;
    case 2:
        f->data[at] = (uint8_t)asv_bus_random_next(random);
        break;
    case 3:
        f->len = (size_t)at;
        break;
    case 4:
        append_random(frame, asv_bus_random_below(random, 2048) + 1, asv_bus_random_next(random));
        break;
    default:
        asv_bus_random_fill(random, f->data + at, f->len - (size_t)at);
        break;
    }
}

/* Carries out one fault. */
static enum asv_bus_verdict strike(const struct asv_bus_fault *fault, struct asv_bus_frame **frame,
                                   uint64_t *part)
{
    switch (fault->kind) {
    case ASV_BUS_FAULT_STALL:
        return ASV_BUS_VERDICT_STALL;
    case ASV_BUS_FAULT_SHORT:
        (*frame)->len -= fault->bytes < (*frame)->len ? (size_t)fault->bytes : (*frame)->len;
        return ASV_BUS_VERDICT_PASS;
    case ASV_BUS_FAULT_LONG:
        append_random(frame, fault->bytes, fault->seed);
        return ASV_BUS_VERDICT_PASS;
    case ASV_BUS_FAULT_LENGTH:
        change_length(*frame, fault->bytes);
        return ASV_BUS_VERDICT_PASS;
    case ASV_BUS_FAULT_FLIP:
        flip(*frame, fault);
        return ASV_BUS_VERDICT_PASS;
    case ASV_BUS_FAULT_GARBAGE: {
        struct asv_bus_random random = {fault->seed};
        asv_bus_random_fill(&random, (*frame)->data, (*frame)->len);
        return ASV_BUS_VERDICT_PASS;
    }
    case ASV_BUS_FAULT_MUTATE: {
        struct asv_bus_random random = {fault->seed};
        mutate(frame, &random);
        return ASV_BUS_VERDICT_PASS;
    }
    case ASV_BUS_FAULT_BABBLE:
        return ASV_BUS_VERDICT_BABBLE;
    case ASV_BUS_FAULT_ERROR:
        return ASV_BUS_VERDICT_ERROR;
    case ASV_BUS_FAULT_DROP:
        return ASV_BUS_VERDICT_DROP;
    case ASV_BUS_FAULT_DOUBLE:
        return ASV_BUS_VERDICT_DOUBLE;
    case ASV_BUS_FAULT_HANG:
        return ASV_BUS_VERDICT_HANG;
    case ASV_BUS_FAULT_MUTE:
        return ASV_BUS_VERDICT_MUTE;
    case ASV_BUS_FAULT_UNPLUG:
    case ASV_BUS_FAULT_CUT:
        *part = fault->after < (*frame)->len ? fault->after : (*frame)->len;
        return fault->kind == ASV_BUS_FAULT_CUT ? ASV_BUS_VERDICT_CUT : ASV_BUS_VERDICT_UNPLUG;
    default:
        return ASV_BUS_VERDICT_PASS;
    }
}

/* Whether the fault's place is in this frame; moves the place nearer when it is not. */
static bool due(struct asv_bus_fault *fault, const struct asv_bus_frame *frame)
{
    if (fault->kind == ASV_BUS_FAULT_IOCTL || (fault->kind == ASV_BUS_FAULT_STALL && fault->out)) {
        return false;
    }
    if (fault->after >= frame->len && fault->after > 0) {
        fault->after -= frame->len;
        return false;
    }
    if (fault->frame_kind >= 0 && (frame->len == 0 || frame->data[0] != fault->frame_kind)) {
        return false;
    }
    if (fault->frames > 0) {
        fault->frames--;
        return false;
    }
    if (fault->kind == ASV_BUS_FAULT_MUTATE) { /* the seed moves on with every frame */
        struct asv_bus_random random = {fault->seed};
        fault->seed = asv_bus_random_next(&random);
        return fault->odds > 0 && asv_bus_random_below(&random, fault->odds) == 0;
    }
    return true;
}

enum asv_bus_verdict asv_bus_faults_in(struct asv_bus_faults *faults, struct asv_bus_frame **frame,
                                       uint64_t *part)
{
    /* All places move on by the frame as the device made it; then those that are in it strike in turn. */
    bool is_due[ASV_BUS_FAULTS_MAX];
    for (unsigned i = 0; i < faults->count; i++) {
        is_due[i] = due(&faults->list[i], *frame);
    }
    unsigned at = 0; /* the list shrinks when a fault strikes for the last time */
    unsigned armed = faults->count;
    for (unsigned i = 0; i < armed; i++) {
        if (!is_due[i]) {
            at++;
            continue;
        }
        struct asv_bus_fault fault = faults->list[at];
        unsigned before = faults->count;
        faults->list[at].after = 0;
        struck(faults, at);
        at += faults->count == before;
        enum asv_bus_verdict verdict = strike(&fault, frame, part);
        if (verdict != ASV_BUS_VERDICT_PASS) {
            return verdict;
        }
    }
    return ASV_BUS_VERDICT_PASS;
}

bool asv_bus_faults_out(struct asv_bus_faults *faults)
{
    for (unsigned i = 0; i < faults->count; i++) {
        struct asv_bus_fault *fault = &faults->list[i];
        if (fault->kind != ASV_BUS_FAULT_STALL || !fault->out) {
            continue;
        }
        if (fault->frames > 0) {
            fault->frames--;
            continue;
        }
        struck(faults, i);
        return true;
    }
    return false;
}

int asv_bus_faults_call(struct asv_bus_faults *faults, enum asv_bus_fault_call call)
{
    for (unsigned i = 0; i < faults->count; i++) {
        struct asv_bus_fault *fault = &faults->list[i];
        if (fault->kind != ASV_BUS_FAULT_IOCTL || fault->call != call) {
            continue;
        }
        if (fault->frames > 0) {
            fault->frames--;
            continue;
        }
        int error = fault->error;
        struck(faults, i);
        return error;
    }
    return 0;
}
