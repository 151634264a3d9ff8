/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/status_view.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "server/cli/text.h"

#define SLOTS_MAX     256
#define COLUMNS       4
#define STATE_CHARS   11 /* the longest state's name: the columns stay where they are when a state changes */
#define CAMERA_CHARS  16 /* in a narrow window */
#define BAR_CHARS     20
#define BAR_NARROW    12
#define WIDE_COLUMNS  100
#define FRAME_LINES   2u /* heading and sums */
#define PROGRESS_SIZE 600

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static int64_t number_of(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value < 0 ? 0 : value;
}

static bool service_is_away(const json_t *status, const char *key)
{
    const json_t *service = json_object_get(status, key);
    return service != NULL && !json_is_true(json_object_get(service, "up"));
}

static bool space_is_low(const json_t *status)
{
    return json_is_true(json_object_get(json_object_get(status, "space"), "low"));
}

/* ---- one slot ---- */

/* "[######......]  50 %  10.0 MiB/s  0:09", in columns of its own; nothing while nothing is pulled. */
static size_t add_transfer(char out[PROGRESS_SIZE], const json_t *slot, size_t bar_chars)
{
    char filled[BAR_CHARS + 1];
    char bytes[ASV_TEXT_BYTES];
    char rate[ASV_TEXT_BYTES + 2] = ""; /* and left: not known yet */
    char left[ASV_TEXT_BYTES] = "";
    int64_t per_second = number_of(slot, "rate");
    int64_t done = number_of(slot, "done");
    int64_t total = number_of(slot, "total");
    if (total <= 0) {
        return 0;
    }
    double part = done >= total ? 1.0 : (double)done / (double)total;
    memset(filled, '.', bar_chars);
    memset(filled, '#', (size_t)(part * (double)bar_chars));
    filled[bar_chars] = '\0';
    if (json_object_get(slot, "left_s") != NULL) {
        asv_text_duration(left, number_of(slot, "left_s") * 1000);
    }
    if (per_second != 0) {
        snprintf(rate, sizeof rate, "%s/s", asv_text_bytes(bytes, (uint64_t)per_second));
    }
    return (size_t)snprintf(out, PROGRESS_SIZE, "[%s] %3d %%  %12s  %4s", filled, (int)(part * 100), rate,
                            left);
}

/* Cut to fit; returns the new length. */
static size_t append(char out[PROGRESS_SIZE], size_t at, const char *between, const char *text)
{
    int more = snprintf(out + at, PROGRESS_SIZE - at, "%s%s", at == 0 ? "" : between, text);
    size_t whole = at + (size_t)(more < 0 ? 0 : more);
    return whole < PROGRESS_SIZE ? whole : PROGRESS_SIZE - 1;
}

static void progress(char out[PROGRESS_SIZE], const json_t *slot, size_t bar_chars)
{
    static const struct {
        const char *key, *text;
    } counts[] = {{"stored", "stored"},
                  {"quarantined", "quarantined"},
                  {"expired", "expired"},
                  {"erased", "erased"},
                  {"left", "left on the camera"}};
    const json_t *from = json_object_get(slot, "counts");
    const char *reason = text_of(slot, "reason");
    const char *between = "  ";
    out[0] = '\0';
    size_t at = add_transfer(out, slot, bar_chars);
    if (*reason != '\0') {
        at = append(out, at, between, reason);
        between = ", ";
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char text[ASV_TEXT_BYTES];
        int64_t count = number_of(from, counts[i].key);
        if (count != 0) {
            snprintf(text, sizeof text, "%" PRId64 " %s", count, counts[i].text);
            at = append(out, at, between, text);
            between = ", ";
        }
    }
}

static const char *style_of(const char *colour)
{
    static const char *const styles[][2] = {{"green", "\x1b[32m"},
                                            {"yellow", "\x1b[33m"},
                                            {"red", "\x1b[31m"},
                                            {"blue", "\x1b[34m"},
                                            {"grey", "\x1b[90m"}};
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        if (strcmp(styles[i][0], colour) == 0) {
            return styles[i][1];
        }
    }
    return "";
}

static void add_slot(struct asv_table *table, const json_t *slot, const struct asv_status_view *view)
{
    char text[PROGRESS_SIZE];
    bool narrow = view->columns != 0 && view->columns < WIDE_COLUMNS;
    asv_table_add(table, asv_text_number(text, (uint64_t)number_of(slot, "slot")));
    snprintf(text, sizeof text, "%-*s", STATE_CHARS, text_of(slot, "state"));
    asv_table_add(table, text);
    snprintf(text, sizeof text, "%s", text_of(slot, "camera"));
    asv_table_add(table, narrow ? asv_text_cut(text, CAMERA_CHARS) : text);
    progress(text, slot, narrow ? BAR_NARROW : BAR_CHARS);
    asv_table_add(table, text);
}

/* ---- which slots ---- */

/* Hides slots, the last first, until `count` are hidden: the empty ones, then the ready ones, then any. */
static void hide(bool hidden[SLOTS_MAX], const json_t *slots, size_t count)
{
    static const char *const order[] = {"grey", "green", NULL};
    for (size_t pass = 0; pass < sizeof order / sizeof *order; pass++) {
        for (size_t i = json_array_size(slots); i-- > 0 && count > 0;) {
            const char *colour = text_of(json_array_get(slots, i), "colour");
            if (!hidden[i] && (order[pass] == NULL || strcmp(colour, order[pass]) == 0)) {
                hidden[i] = true;
                count--;
            }
        }
    }
}

/* How many slots have no room in the window. */
static size_t too_many(const json_t *status, const struct asv_status_view *view)
{
    size_t slots = json_array_size(json_object_get(status, "slots"));
    size_t lines = FRAME_LINES + service_is_away(status, "keeper") + service_is_away(status, "database") +
                   space_is_low(status) + json_is_true(json_object_get(status, "stopping")) +
                   1; /* where the cursor rests */
    size_t room = view->rows > lines ? view->rows - lines : 0;
    return view->rows == 0 || slots <= room ? 0 : slots - room;
}

/* ---- the whole ---- */

static enum asv_status print_slots(FILE *out, const json_t *slots, const bool hidden[SLOTS_MAX],
                                   const struct asv_status_view *view, struct asv_err *err)
{
    static const char *const columns[COLUMNS] = {">SLOT", "STATE", "CAMERA", "PROGRESS"};
    const char *styles[SLOTS_MAX];
    struct asv_table table = {.column_count = COLUMNS,
                              .columns = columns,
                              .styles = view->colours ? styles : NULL,
                              .width = view->columns};
    size_t i;
    size_t shown = 0;
    json_t *slot;
    json_array_foreach(slots, i, slot)
    {
        if (!hidden[i]) {
            styles[shown++] = style_of(text_of(slot, "colour"));
            add_slot(&table, slot, view);
        }
    }
    return asv_table_print(&table, out,
                           json_array_size(slots) == 0 ? "no slots: \"asservat-dockd --learn\" maps them"
                                                       : "no room for the slots",
                           err);
}

static void print_service(FILE *out, const json_t *status, const char *key, size_t width)
{
    char text[PROGRESS_SIZE];
    if (service_is_away(status, key)) {
        snprintf(text, sizeof text, "%s is away: %s", key, text_of(json_object_get(status, key), "why"));
        asv_text_print(out, width == 0 ? text : asv_text_cut(text, width));
        fputc('\n', out);
    }
}

static void print_space(FILE *out, const json_t *status, size_t width)
{
    char bytes[ASV_TEXT_BYTES];
    char text[PROGRESS_SIZE];
    if (space_is_low(status)) {
        uint64_t left = (uint64_t)number_of(json_object_get(status, "space"), "free");
        snprintf(text, sizeof text, "the vault's disk has only %s left: make room",
                 asv_text_bytes(bytes, left));
        fprintf(out, "%s\n", width == 0 ? text : asv_text_cut(text, width));
    }
}

static void print_sums(FILE *out, const json_t *status, size_t hidden, size_t width)
{
    size_t slots = json_array_size(json_object_get(status, "slots"));
    char bytes[ASV_TEXT_BYTES];
    char more[ASV_TEXT_BYTES] = "";
    char text[PROGRESS_SIZE];
    if (hidden > 0) {
        snprintf(more, sizeof more, "; %zu of %zu slots hidden", hidden, slots);
    }
    snprintf(text, sizeof text, "%" PRId64 " stored, %" PRId64 " quarantined, %s since the start%s",
             number_of(status, "stored"), number_of(status, "quarantined"),
             asv_text_bytes(bytes, (uint64_t)number_of(status, "bytes")), more);
    fprintf(out, "%s\n", width == 0 ? text : asv_text_cut(text, width));
}

enum asv_status asv_status_print(FILE *out, const json_t *status, const struct asv_status_view *view,
                                 struct asv_err *err)
{
    const json_t *slots = json_object_get(status, "slots");
    bool hidden[SLOTS_MAX] = {false};
    size_t hide_count = too_many(status, view);
    if (json_array_size(slots) > SLOTS_MAX) {
        return asv_fail(err, ASV_E_LIMIT, "the dock daemon has more slots than there can be");
    }
    hide(hidden, slots, hide_count);
    enum asv_status printed = print_slots(out, slots, hidden, view, err);
    print_sums(out, status, hide_count, view->columns);
    print_service(out, status, "keeper", view->columns);
    print_service(out, status, "database", view->columns);
    print_space(out, status, view->columns);
    if (json_is_true(json_object_get(status, "stopping"))) {
        fputs("the daemon is stopping\n", out);
    }
    return printed;
}
