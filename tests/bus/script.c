/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/script.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/wire/frame.h"
#include "tests/bus/device.h"
#include "tests/bus/random.h"

#define WORDS_MAX 4
#define DEPTH_MAX 8

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* Hexadecimal digits in pairs, blanks between pairs allowed. */
static bool parse_hex(const char *text, uint8_t *out, size_t cap, size_t *len)
{
    *len = 0;
    for (;;) {
        text += strspn(text, " \t\r\n");
        if (*text == '\0') {
            return true;
        }
        int high = hex_digit(text[0]);
        int low = high >= 0 ? hex_digit(text[1]) : -1;
        if (low < 0 || *len == cap) {
            return false;
        }
        out[(*len)++] = (uint8_t)(high << 4 | low);
        text += 2;
    }
}

/* Splits off count words in front; the rest stays. NULL when there are fewer. */
static char *split(char *at, char **words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        at += strspn(at, " \t\r\n");
        words[i] = at;
        at += strcspn(at, " \t\r\n");
        if (words[i] == at) {
            return NULL;
        }
        if (*at != '\0') {
            *at++ = '\0';
        }
    }
    return at;
}

static bool blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static bool parse_frame(struct asv_bus_script_step *step, char *rest)
{
    char *words[3];
    uint64_t numbers[3];
    char *hex = split(rest, words, 3);
    if (hex == NULL) {
        return false;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (asv_bus_number(words[i], &numbers[i]) != ASV_OK || numbers[i] > UINT32_MAX) {
            return false;
        }
    }
    return parse_hex(hex, step->data + ASV_WIRE_FRAME_HEADER_BYTES,
                     ASV_BUS_FRAME_MAX - ASV_WIRE_FRAME_HEADER_BYTES, &step->len) &&
           asv_wire_frame_seal(step->data, ASV_BUS_FRAME_MAX, (enum asv_wire_frame_kind)numbers[0],
                               (uint32_t)numbers[1], (uint32_t)numbers[2], step->len, &step->len) == ASV_OK;
}

static bool parse_bytes(struct asv_bus_script_step *step, char *rest, bool random)
{
    char *words[2];
    uint64_t len;
    uint64_t seed = 0;
    char *end = split(rest, words, random ? 2 : 1);
    if (end == NULL || !blank(end) || asv_bus_number(words[0], &len) != ASV_OK || len > ASV_BUS_FRAME_MAX ||
        (random && asv_bus_number(words[1], &seed) != ASV_OK)) {
        return false;
    }
    struct asv_bus_random state = {seed};
    memset(step->data, 0, (size_t)len);
    if (random) {
        asv_bus_random_fill(&state, step->data, (size_t)len);
    }
    step->len = (size_t)len;
    return true;
}

static bool parse_number(struct asv_bus_script_step *step, char *rest)
{
    char *word;
    char *end = split(rest, &word, 1);
    return end != NULL && blank(end) && asv_bus_number(word, &step->number) == ASV_OK;
}

/* One line into one step; data is ASV_BUS_FRAME_MAX bytes. */
static bool parse_step(struct asv_bus_script_step *step, const char *name, char *rest)
{
    static const struct {
        const char *name;
        enum asv_bus_script_do what;
    } names[] = {
        {"recv", ASV_BUS_SCRIPT_RECV},     {"send", ASV_BUS_SCRIPT_SEND},   {"frame", ASV_BUS_SCRIPT_SEND},
        {"zeros", ASV_BUS_SCRIPT_SEND},    {"random", ASV_BUS_SCRIPT_SEND}, {"echo", ASV_BUS_SCRIPT_ECHO},
        {"wait", ASV_BUS_SCRIPT_WAIT},     {"stall", ASV_BUS_SCRIPT_STALL}, {"refuse", ASV_BUS_SCRIPT_REFUSE},
        {"repeat", ASV_BUS_SCRIPT_REPEAT}, {"end", ASV_BUS_SCRIPT_END}};
    unsigned i = 0;
    while (i < sizeof names / sizeof names[0] && strcmp(names[i].name, name) != 0) {
        i++;
    }
    if (i == sizeof names / sizeof names[0]) {
        return false;
    }
    step->what = names[i].what;
    if (strcmp(name, "send") == 0) {
        return parse_hex(rest, step->data, ASV_BUS_FRAME_MAX, &step->len);
    }
    if (strcmp(name, "frame") == 0) {
        return parse_frame(step, rest);
    }
    if (step->what == ASV_BUS_SCRIPT_SEND) {
        return parse_bytes(step, rest, strcmp(name, "random") == 0);
    }
    if (step->what == ASV_BUS_SCRIPT_WAIT || step->what == ASV_BUS_SCRIPT_REPEAT) {
        return parse_number(step, rest);
    }
    return blank(rest);
}

/* Appends the line's step; open holds the repeats that have no end yet. */
static bool add_line(struct asv_bus_script *script, char *line, uint8_t *scratch, unsigned *open,
                     unsigned *depth)
{
    char *name;
    char *rest = split(line, &name, 1);
    if (rest == NULL || name[0] == '#') {
        return true;
    }
    struct asv_bus_script_step step = {.data = scratch};
    if (script->count == ASV_BUS_SCRIPT_STEPS_MAX || !parse_step(&step, name, rest)) {
        return false;
    }
    if (step.what == ASV_BUS_SCRIPT_REPEAT) {
        if (*depth == DEPTH_MAX) {
            return false;
        }
        open[(*depth)++] = script->count;
    } else if (step.what == ASV_BUS_SCRIPT_END) {
        if (*depth == 0) {
            return false;
        }
        step.target = open[--*depth];
        script->steps[step.target].target = script->count;
    }
    step.data = NULL;
    if (step.len > 0) {
        step.data = malloc(step.len);
        if (step.data == NULL) {
            return false;
        }
        memcpy(step.data, scratch, step.len);
    }
    script->steps[script->count++] = step;
    return true;
}

enum asv_status asv_bus_script_read(struct asv_bus_script *script, const char *path, struct asv_err *err)
{
    unsigned open[DEPTH_MAX];
    unsigned depth = 0;
    uint64_t number = 0;
    char *line = NULL;
    size_t size = 0;
    bool good = true;
    script->count = 0;
    FILE *file = fopen(path, "re");
    uint8_t *scratch = malloc(ASV_BUS_FRAME_MAX);
    if (file == NULL || scratch == NULL) {
        if (file != NULL) {
            (void)fclose(file);
        }
        free(scratch);
        return asv_fail(err, ASV_E_NOT_FOUND, "cannot read the script");
    }
    while (good && getline(&line, &size, file) >= 0) {
        number++;
        good = add_line(script, line, scratch, open, &depth);
    }
    free(line);
    free(scratch);
    (void)fclose(file);
    if (!good || depth > 0) {
        return asv_fail_at(err, ASV_E_USAGE, good ? "script: repeat without end" : "script: line", number);
    }
    return ASV_OK;
}

void asv_bus_script_free(struct asv_bus_script *script)
{
    for (unsigned i = 0; i < script->count; i++) {
        free(script->steps[i].data);
    }
    script->count = 0;
}
