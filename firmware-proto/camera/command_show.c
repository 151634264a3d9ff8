/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * status, list, log, mark. They only look, so they work beside a recording; mark reaches the one who records.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/commands.h"
#include "firmware-proto/camera/control.h"
#include "firmware-proto/camera/erase.h"

/* ---- JSON ---- */

/* Every text here is printable ASCII: quotation marks and backslashes are all there is to escape. */
static void json_text(const char *name, const char *text)
{
    printf("\"%s\":\"", name);
    for (; *text != '\0'; text++) {
        printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    }
    printf("\"");
}

static void json_hex(const char *name, const uint8_t *data, size_t len)
{
    printf("\"%s\":\"", name);
    for (size_t i = 0; i < len; i++) {
        printf("%02x", data[i]);
    }
    printf("\"");
}

static const char *json_bool(bool value)
{
    return value ? "true" : "false";
}

/* ---- status ---- */

struct standing {
    struct asv_store_space space;
    struct asv_store_time now;
    uint32_t erasures;
    bool has_key;
    struct asv_bulletin_key key;
    enum asv_store_reserve_reason why;
    uint64_t bulletin; /* its number; 0 none */
};

static enum asv_status read_standing(struct asv_store *store, struct standing *out, struct asv_err *err)
{
    enum asv_status status = asv_store_space(store, &out->space);
    if (status == ASV_OK) {
        status = asv_store_erase_count(store, &out->erasures);
    }
    asv_store_now(store, &out->now);
    if (store->trust != NULL && store->trust->has_bulletin) {
        out->bulletin = store->trust->bulletin.number;
    }
    out->has_key = asv_store_choose_key(store, &out->now, &out->key, &out->why) == ASV_OK;
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the camera's flash cannot be read");
}

static const char *clock_name(enum asv_clock_state state)
{
    return state == ASV_CLOCK_SYNCED     ? "set by a dock since it was switched on"
           : state == ASV_CLOCK_HOLDOVER ? "running on, not set since it was switched on"
                                         : "LOST: recordings go to the reserve key until it is docked";
}

static void print_key(const struct standing *standing)
{
    if (!standing->has_key) {
        printf("key: NONE: it cannot record; install a bulletin or dock it\n");
    } else if (standing->key.kind == ASV_KEY_DAY) {
        printf("key: day %" PRIu32 " of bulletin %" PRIu64 "\n", standing->key.date, standing->bulletin);
    } else {
        printf("key: RESERVE (%s); dock it\n", standing->why == ASV_STORE_RESERVE_CLOCK
                                                   ? "the clock is lost or wrong"
                                                   : "the bulletin is used up");
    }
}

static bool is_faulty(const struct asv_store *store)
{
    return store->fault || store->journal.torn_bytes != 0;
}

static enum asv_status print_status(struct asv_store *store, struct asv_err *err)
{
    struct standing standing = {.erasures = 0};
    char text[ASV_COMMAND_TIME_SIZE];
    char room[ASV_COMMAND_BYTES_SIZE];
    enum asv_status status = read_standing(store, &standing, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_store_space *space = &standing.space;
    asv_command_time(text, standing.now.wall_ms);
    printf("camera: %s %s\n", store->secrets->identity.model, store->secrets->identity.serial);
    printf("certificate: %s\n", store->trust != NULL  ? store->trust->chain.leaf.name
                                : store->trust_broken ? "cannot be used: install it again"
                                                      : "none: not installed");
    printf("clock: %s, %s\n", text, clock_name(standing.now.state));
    print_key(&standing);
    printf("recordings: %zu held, last number %" PRIu64 "\n", store->clip_count, store->counter.number);
    printf("erasure records: %" PRIu32 " not acknowledged\n", standing.erasures);
    asv_command_bytes(room, space->free_bytes);
    asv_command_bytes(text, space->total_bytes);
    printf("room: %s of %s, about %" PRIu64 " minutes%s\n", room, text, space->minutes_left,
           space->full  ? " - FULL: dock it"
           : space->low ? " - LOW: dock it soon"
                        : "");
    if (is_faulty(store)) {
        printf("FAULT: part of what it keeps cannot be read; see asservat-camera log, and have it checked\n");
    }
    return ASV_OK;
}

static enum asv_status json_status(struct asv_store *store, struct asv_err *err)
{
    static const char *const clocks[] = {"", "synced", "holdover", "lost"};
    struct standing standing = {.erasures = 0};
    enum asv_status status = read_standing(store, &standing, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_store_trust *trust = store->trust;
    printf("{");
    json_text("model", store->secrets->identity.model);
    printf(",");
    json_text("serial", store->secrets->identity.serial);
    printf(",\"installed\":%s,", json_bool(trust != NULL));
    json_text("name", trust == NULL ? "" : trust->chain.leaf.name);
    printf(",");
    json_hex("epoch", store->epoch, sizeof store->epoch);
    printf(",");
    json_text("clock", clocks[standing.now.state]);
    printf(",\"wall_ms\":%" PRId64 ",", standing.now.wall_ms);
    json_text("key", !standing.has_key ? "none" : standing.key.kind == ASV_KEY_DAY ? "day" : "reserve");
    printf(",\"key_date\":%" PRIu32 ",\"bulletin\":%" PRIu64, standing.has_key ? standing.key.date : 0,
           standing.bulletin);
    printf(",\"recordings\":%zu,\"last_number\":%" PRIu64 ",\"erasures\":%" PRIu32, store->clip_count,
           store->counter.number, standing.erasures);
    printf(",\"free_bytes\":%" PRIu64 ",\"total_bytes\":%" PRIu64 ",\"minutes_left\":%" PRIu64
           ",\"low\":%s,\"full\":%s,\"fault\":%s}\n",
           standing.space.free_bytes, standing.space.total_bytes, standing.space.minutes_left,
           json_bool(standing.space.low), json_bool(standing.space.full), json_bool(is_faulty(store)));
    return ASV_OK;
}

/* Opens for looking only, shows, closes. With --json behind DIR, json does. */
static int look(int argc, char **argv, const char *usage,
                enum asv_status (*show)(struct asv_store *, struct asv_err *),
                enum asv_status (*json)(struct asv_store *, struct asv_err *))
{
    struct asv_command_store open;
    struct asv_err err = {.status = ASV_OK};
    bool as_json = argc == 3 && json != NULL && strcmp(argv[2], "--json") == 0;
    if (argc != 2 && !as_json) {
        return asv_command_usage(usage);
    }
    enum asv_status status = asv_command_open(&open, argv[1], ASV_FLASH_READ, NULL, &err);
    if (status == ASV_OK) {
        status = as_json ? json(open.store, &err) : show(open.store, &err);
        asv_command_close(&open);
    }
    return status == ASV_OK ? 0 : asv_command_failed(argv[0], status, &err);
}

int asv_command_status(int argc, char **argv)
{
    return look(argc, argv, "status DIR [--json]", print_status, json_status);
}

/* ---- list ---- */

static const char *clip_state(const struct asv_store_clip *clip)
{
    return clip->damaged ? "damaged" : clip->ended ? "ended" : clip->link_bytes == 0 ? "recording" : "cut";
}

static void print_clip(const struct asv_store_clip *clip)
{
    char text[ASV_COMMAND_TIME_SIZE];
    asv_command_time(text, clip->start_wall_ms);
    printf("%" PRIu64 "\t%s\t%" PRIu64 "\t%" PRIu64 "\t%s\t%s%s\t", clip->number, text, clip->chunks,
           clip->payload_bytes, clip_state(clip), clip->marked ? "marked " : "",
           clip->reserve ? "reserve" : "");
    for (size_t i = 0; i < sizeof clip->header; i++) {
        printf("%02x", clip->header[i]);
    }
    printf("\n");
}

static void json_clip(const struct asv_store_clip *clip)
{
    printf("{\"number\":%" PRIu64 ",", clip->number);
    json_hex("clip", clip->clip, sizeof clip->clip);
    printf(",");
    json_hex("header", clip->header, sizeof clip->header);
    printf(",\"start_wall_ms\":%" PRId64 ",\"chunks\":%" PRIu64 ",\"payload_bytes\":%" PRIu64
           ",\"seal_bytes\":%" PRIu64 ",",
           clip->start_wall_ms, clip->chunks, clip->payload_bytes, clip->seal_bytes);
    json_text("state", clip_state(clip));
    printf(",\"marked\":%s,\"reserve\":%s}", json_bool(clip->marked), json_bool(clip->reserve));
}

static enum asv_status show_clips(struct asv_store *store, bool json, struct asv_err *err)
{
    uint64_t number = 0;
    printf("%s", json ? "[" : "number\tstart\tchunks\tbytes\tstate\tflags\theader\n");
    for (;;) {
        struct asv_store_clip *clip = asv_store_clip_next(store, number);
        if (clip == NULL) {
            printf("%s", json ? "]\n" : "");
            return ASV_OK;
        }
        enum asv_status status = asv_store_clip_learn(store, clip);
        if (status != ASV_OK) {
            return asv_fail_at(err, status, "the seal of this recording cannot be read", clip->number);
        }
        if (json) {
            printf("%s", number == 0 ? "" : ",");
            json_clip(clip);
        } else {
            print_clip(clip);
        }
        number = clip->number;
    }
}

static enum asv_status print_clips(struct asv_store *store, struct asv_err *err)
{
    return show_clips(store, false, err);
}

static enum asv_status json_clips(struct asv_store *store, struct asv_err *err)
{
    return show_clips(store, true, err);
}

int asv_command_list(int argc, char **argv)
{
    return look(argc, argv, "list DIR [--json]", print_clips, json_clips);
}

/* ---- log ---- */

static const char *const log_names[] = {
    [ASV_DEVLOG_BOOT] = "boot",
    [ASV_DEVLOG_SHUTDOWN] = "shutdown",
    [ASV_DEVLOG_POWER_LOST] = "power-lost",
    [ASV_DEVLOG_CLOCK_SET] = "clock-set",
    [ASV_DEVLOG_CLOCK_LOST] = "clock-lost",
    [ASV_DEVLOG_RECORD_START] = "record-start",
    [ASV_DEVLOG_RECORD_END] = "record-end",
    [ASV_DEVLOG_MARKER] = "marker",
    [ASV_DEVLOG_DISPLAY_ON] = "display-on",
    [ASV_DEVLOG_DISPLAY_OFF] = "display-off",
    [ASV_DEVLOG_ANNOUNCED] = "announced",
    [ASV_DEVLOG_DWELLING] = "dwelling",
    [ASV_DEVLOG_RESERVE_KEY] = "reserve-key",
    [ASV_DEVLOG_LOW_SPACE] = "low-space",
    [ASV_DEVLOG_FULL] = "full",
    [ASV_DEVLOG_DOCKED] = "docked",
    [ASV_DEVLOG_REFUSED] = "refused",
    [ASV_DEVLOG_ERASED] = "erased",
    [ASV_DEVLOG_INSTALLED] = "installed",
    [ASV_DEVLOG_FAULT] = "fault",
    [ASV_DEVLOG_ASSIGNED] = "assigned",
    [ASV_DEVLOG_LOST] = "lost",
};

static void print_value(const struct asv_devlog_entry *entry)
{
    bool text = entry->kind == ASV_DEVLOG_BOOT || entry->kind == ASV_DEVLOG_REFUSED ||
                entry->kind == ASV_DEVLOG_FAULT;
    const uint8_t *value = entry->value.data;
    if (entry->value.len == 8 || (entry->value.len == 9 && entry->kind != ASV_DEVLOG_ANNOUNCED)) {
        printf("%" PRIu64, asv_load_be64(value));
        if (entry->value.len == 9) {
            printf(" %u", value[8]);
        }
        return;
    }
    if (entry->kind == ASV_DEVLOG_LOST && entry->value.len == 16) {
        printf("%" PRIu64 " %" PRIu64, asv_load_be64(value), asv_load_be64(value + 8));
        return;
    }
    for (size_t i = 0; i < entry->value.len; i++) {
        if (text) {
            putchar(value[i] >= 0x20 && value[i] < 0x7f ? value[i] : '?');
        } else {
            printf("%02x", value[i]);
        }
    }
}

static void print_entry(const struct asv_devlog_entry *entry)
{
    char text[ASV_COMMAND_TIME_SIZE];
    bool known = entry->kind < sizeof log_names / sizeof log_names[0] && log_names[entry->kind] != NULL;
    asv_command_time(text, entry->wall_ms);
    printf("%" PRIu64 "\t%s\t%" PRIu64 "\t%s\t", entry->number, text, entry->mono_ms,
           known ? log_names[entry->kind] : "?");
    print_value(entry);
    printf("\n");
}

static enum asv_status print_log(struct asv_store *store, struct asv_err *err)
{
    uint64_t from = 0;
    enum asv_status status = ASV_OK;
    uint8_t *data = malloc(ASV_DEVLOG_MAX_BYTES);
    if (data == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the device log");
    }
    printf("number\ttime\tsince-boot-ms\twhat\tvalue\n");
    do {
        struct asv_journal_run run;
        struct asv_reader reader;
        struct asv_devlog_entry entry;
        status = asv_journal_read(&store->journal, from, 256, data, ASV_DEVLOG_MAX_BYTES, &run);
        if (status != ASV_OK || run.count == 0) {
            break;
        }
        asv_reader_init(&reader, data, run.len);
        while (asv_reader_left(&reader) != 0 && asv_devlog_entry_decode(&reader, &entry) == ASV_OK) {
            print_entry(&entry);
        }
        from = run.first + run.count;
    } while (from < store->journal.next);
    free(data);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the device log cannot be read");
}

int asv_command_log(int argc, char **argv)
{
    return look(argc, argv, "log DIR", print_log, NULL);
}

/* ---- mark ---- */

/* Nobody records: what can be written down without a recording is. */
static int mark_alone(const char *dir, const char *text)
{
    const struct asv_recorder_options standby = {.standby = true};
    struct asv_command_store open;
    struct asv_err err = {.status = ASV_OK};
    uint64_t number = 0;
    bool records = false;
    bool is_number = asv_command_number(text, UINT64_MAX, &number) == ASV_OK;
    enum asv_status status = is_number ? ASV_OK : asv_control_check(text, &records, &err);
    if (status == ASV_OK && records) {
        status = asv_fail(&err, ASV_E_AWAY,
                          "nobody is recording here: run asservat-camera record DIR --standby first");
    }
    if (status == ASV_OK) {
        status = asv_command_open(&open, dir, ASV_FLASH_WRITE, NULL, &err);
    }
    if (status != ASV_OK) {
        return asv_command_failed("mark", status, &err);
    }
    if (is_number) {
        status = asv_store_clip_mark(open.store, number);
        if (status != ASV_OK) {
            status = asv_fail_at(&err, status, "no such recording, or it cannot be marked", number);
        }
    } else {
        struct asv_recorder *recorder = malloc(sizeof *recorder);
        status = recorder == NULL ? asv_fail(&err, ASV_E_NO_MEMORY, "no memory")
                                  : asv_recorder_open(recorder, open.store, &standby, &err);
        if (status == ASV_OK) {
            status = asv_control_apply(recorder, text, &err);
            asv_recorder_close(recorder);
        }
        free(recorder);
    }
    asv_command_close(&open);
    return status == ASV_OK ? 0 : asv_command_failed("mark", status, &err);
}

int asv_command_mark(int argc, char **argv)
{
    char text[ASV_CONTROL_TEXT_MAX + 1] = "";
    char answer[ASV_CONTROL_TEXT_MAX + 1] = "";
    size_t len = 0;
    if (argc < 3) {
        return asv_command_usage("mark DIR marker|display-on|display-off|announced [REASON WHY NOT]|dwelling "
                                 "[ordered|danger]|start|stop|NUMBER");
    }
    for (int i = 2; i < argc; i++) {
        int n = snprintf(text + len, sizeof text - len, "%s%s", i == 2 ? "" : " ", argv[i]);
        if (n < 0 || (size_t)n >= sizeof text - len) {
            return asv_command_usage("mark: at most 127 characters");
        }
        len += (size_t)n;
    }
    enum asv_status status = asv_control_send(argv[1], text, answer);
    if (status == ASV_E_AWAY) {
        return mark_alone(argv[1], text);
    }
    if (status == ASV_OK && strcmp(answer, "ok") == 0) {
        return 0;
    }
    fprintf(stderr, "asservat-camera mark: %s\n",
            status == ASV_OK ? answer : "the recording process does not answer");
    return 1;
}
