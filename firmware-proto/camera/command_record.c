/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * record: an encoder's stream from a pipe or file into the store. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/commands.h"
#include "firmware-proto/camera/control.h"
#include "firmware-proto/camera/firmware.h"
#include "firmware-proto/camera/recorder.h"

#define READ_BYTES        32768
#define TICK_MS           100
#define EVENTS_MAX        64
#define BACKDATED_MONO_MS 60000 /* since a boot that never was */

static const char usage[] =
    "record DIR [--input FILE|-] [--rate realtime|full] [--group HEX32] [--stream N]\n"
    "       [--checkpoint MS] [--standby] [--backdate SECONDS] [--at MS:COMMAND]... [--marker MS]...\n"
    "\n"
    "  --input     fragmented MP4, as ffmpeg -movflags frag_keyframe+empty_moov+default_base_moof writes it; "
    "- (the\n"
    "              default) is standard input\n"
    "  --rate      realtime (default): as fast as it was filmed; full: as fast as it comes\n"
    "  --standby   waits for \"asservat-camera mark DIR start\"\n"
    "  --at        at this time of the media, what \"asservat-camera mark\" would do: --at 1500:display-on\n"
    "  --backdate  for demonstrations: as if recorded so long ago, in an earlier boot; implies --rate full";

struct event {
    uint64_t at_ms; /* media time */
    const char *text;
};

struct record_options {
    const char *dir;
    const char *input;
    bool full;
    uint64_t backdate_s;
    struct asv_recorder_options recorder;
    size_t event_count;
    struct event events[EVENTS_MAX];
};

static volatile sig_atomic_t stop_asked;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

/* ---- a clock that runs with the media, in the past ---- */

struct past {
    struct asv_world os;
    const struct asv_recorder *recorder;
    int64_t start_wall_ms;
};

static uint64_t past_media_ms(const struct past *past)
{
    return past->recorder->media_us / 1000;
}

static enum asv_status past_random(void *ctx, void *out, size_t len)
{
    const struct past *past = ctx;
    return asv_world_random(&past->os, out, len);
}

static enum asv_status past_wall(void *ctx, int64_t *out)
{
    const struct past *past = ctx;
    *out = past->start_wall_ms + (int64_t)past_media_ms(past);
    return ASV_OK;
}

static uint64_t past_mono(void *ctx)
{
    return BACKDATED_MONO_MS + past_media_ms(ctx);
}

/* ---- arguments ---- */

static enum asv_status add_event(struct record_options *out, uint64_t at_ms, const char *text)
{
    if (out->event_count == EVENTS_MAX) {
        return ASV_E_USAGE;
    }
    size_t at = out->event_count++;
    while (at > 0 && out->events[at - 1].at_ms > at_ms) {
        out->events[at] = out->events[at - 1];
        at--;
    }
    out->events[at] = (struct event){.at_ms = at_ms, .text = text};
    return ASV_OK;
}

static enum asv_status parse_at(struct record_options *out, char *value)
{
    uint64_t at_ms = 0;
    char text[16];
    bool records = false;
    const char *colon = strchr(value, ':');
    if (colon == NULL || (size_t)(colon - value) >= sizeof text ||
        asv_control_check(colon + 1, &records, NULL) != ASV_OK) {
        return ASV_E_USAGE;
    }
    snprintf(text, sizeof text, "%.*s", (int)(colon - value), value);
    enum asv_status status = asv_command_number(text, UINT32_MAX, &at_ms);
    return status == ASV_OK ? add_event(out, at_ms, colon + 1) : status;
}

static enum asv_status parse_group(struct record_options *out, const char *value)
{
    static const char digits[] = "0123456789abcdef";
    if (strlen(value) != 2 * ASV_UUID_BYTES || strspn(value, digits) != 2 * ASV_UUID_BYTES) {
        return ASV_E_USAGE;
    }
    for (size_t i = 0; i < 2 * ASV_UUID_BYTES; i++) {
        uint8_t *byte = &out->recorder.group[i / 2];
        *byte = (uint8_t)(*byte << 4 | (uint8_t)(strchr(digits, value[i]) - digits));
    }
    out->recorder.has_group = true;
    return ASV_OK;
}

/* An option with a value. */
static enum asv_status parse_valued(struct record_options *out, const char *name, char *value)
{
    uint64_t number = 0;
    enum asv_status status = ASV_E_USAGE;
    if (strcmp(name, "--input") == 0) {
        out->input = value;
        return ASV_OK;
    }
    if (strcmp(name, "--rate") == 0) {
        out->full = strcmp(value, "full") == 0;
        return out->full || strcmp(value, "realtime") == 0 ? ASV_OK : ASV_E_USAGE;
    }
    if (strcmp(name, "--at") == 0) {
        return parse_at(out, value);
    }
    if (strcmp(name, "--group") == 0) {
        return parse_group(out, value);
    }
    if (strcmp(name, "--marker") == 0) {
        status = asv_command_number(value, UINT32_MAX, &number);
        return status == ASV_OK ? add_event(out, number, "marker") : status;
    }
    if (strcmp(name, "--backdate") == 0) {
        return asv_command_number(value, UINT32_MAX, &out->backdate_s);
    }
    if (strcmp(name, "--stream") == 0) {
        status = asv_command_number(value, UINT16_MAX, &number);
        out->recorder.stream = (uint16_t)number;
    } else if (strcmp(name, "--checkpoint") == 0) {
        status = asv_command_number(value, ASV_CHECKPOINT_MAX_MS, &number);
        status = status == ASV_OK && number < ASV_CHECKPOINT_MIN_MS ? ASV_E_USAGE : status;
        out->recorder.checkpoint_ms = (uint32_t)number;
    }
    return status;
}

/* Says what an option wants. */
static enum asv_status refuse(const char *name, const char *value, struct asv_err *err)
{
    static const struct {
        const char *name;
        const char *wants;
    } options[] = {
        {"--rate", "realtime or full"},
        {"--at", "MS:COMMAND, at most 64, with a command of \"asservat-camera mark\""},
        {"--marker", "milliseconds of the media, at most 64 of them"},
        {"--group", "32 hexadecimal digits in lower case"},
        {"--stream", "0 to 65535"},
        {"--checkpoint", "250 to 10000 milliseconds"},
        {"--backdate", "seconds"},
    };
    char text[ASV_ERR_TEXT_BYTES];
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (strcmp(name, options[i].name) == 0) {
            snprintf(text, sizeof text, "%s %.60s: say %s", name, value, options[i].wants);
            return asv_fail(err, ASV_E_USAGE, text);
        }
    }
    snprintf(text, sizeof text, "%.60s: no such option, or its value is missing", name);
    return asv_fail(err, ASV_E_USAGE, text);
}

static enum asv_status parse(struct record_options *out, int argc, char **argv, struct asv_err *err)
{
    out->input = "-";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--standby") == 0) {
            out->recorder.standby = true;
        } else if (argv[i][0] == '-') {
            const char *value = i + 1 < argc ? argv[i + 1] : "";
            if (i + 1 == argc || parse_valued(out, argv[i], argv[i + 1]) != ASV_OK) {
                return refuse(argv[i], value, err);
            }
            i++;
        } else if (out->dir == NULL) {
            out->dir = argv[i];
        } else {
            return asv_fail(err, ASV_E_USAGE, "one camera directory, and only one");
        }
    }
    out->full = out->full || out->backdate_s != 0;
    out->recorder.full_speed = out->full;
    return out->dir == NULL ? ASV_E_USAGE : ASV_OK;
}

/* ---- recording ---- */

struct session {
    const struct record_options *options;
    struct asv_recorder *recorder;
    struct asv_store *store;
    struct asv_control control;
    int input;
    bool ended; /* the input is at its end */
    size_t next_event;
    bool missed;       /* an event that could not be done */
    uint64_t begun_ms; /* monotonic */
    enum asv_recorder_state shown;
    bool low_shown;
};

static uint64_t elapsed_ms(const struct session *session)
{
    return asv_world_mono_ms(session->store->world) - session->begun_ms;
}

static void show_state(struct session *session)
{
    struct asv_recorder *recorder = session->recorder;
    struct asv_store_space space;
    char room[ASV_COMMAND_BYTES_SIZE];
    if (recorder->state == session->shown || recorder->state != ASV_RECORDER_RECORDING) {
        session->shown = recorder->state;
        return;
    }
    session->shown = recorder->state;
    printf("recording %" PRIu64 ", ", recorder->clip.number);
    if (recorder->clip.key.kind == ASV_KEY_DAY) {
        printf("key of day %" PRIu32, recorder->clip.key.date);
    } else {
        printf("RESERVE KEY: the clock is lost or wrong, or the bulletin used up; dock it");
    }
    if (asv_store_space(session->store, &space) == ASV_OK) {
        asv_command_bytes(room, space.free_bytes);
        printf(", %s free, about %" PRIu64 " minutes", room, space.minutes_left);
    }
    printf("\n");
    fflush(stdout);
}

/* Once, while there is still time to do something about it. */
static void show_low(struct session *session)
{
    struct asv_store_space space;
    if (session->low_shown || !session->recorder->low_noted) {
        return;
    }
    session->low_shown = true;
    if (asv_store_space(session->store, &space) == ASV_OK) {
        printf("LOW: room for about %" PRIu64 " minutes; it will stop then, and overwrite nothing\n",
               space.minutes_left);
        fflush(stdout);
    }
}

static void take_commands(struct session *session)
{
    char text[ASV_CONTROL_TEXT_MAX + 1];
    int fd = -1;
    while (asv_control_take(&session->control, text, &fd) == ASV_OK) {
        struct asv_err err = {.status = ASV_OK};
        enum asv_status status = asv_control_apply(session->recorder, text, &err);
        asv_control_answer(fd, status == ASV_OK ? "ok" : err.text);
        show_state(session);
    }
}

/* What cannot be done does not end the recording. */
static void take_events(struct session *session)
{
    const struct record_options *options = session->options;
    while (session->next_event < options->event_count &&
           session->recorder->media_us / 1000 >= options->events[session->next_event].at_ms) {
        const struct event *event = &options->events[session->next_event++];
        struct asv_err err = {.status = ASV_OK};
        if (asv_control_apply(session->recorder, event->text, &err) != ASV_OK) {
            fprintf(stderr, "asservat-camera record: --at %" PRIu64 ":%s: %s\n", event->at_ms, event->text,
                    err.text);
            session->missed = true;
        }
    }
}

/* Milliseconds until the next bytes are due; 0: now. */
static uint64_t input_wait_ms(const struct session *session)
{
    uint64_t media_ms = session->recorder->media_us / 1000;
    uint64_t elapsed = elapsed_ms(session);
    return session->options->full || media_ms <= elapsed ? 0 : media_ms - elapsed;
}

static enum asv_status read_input(struct session *session, struct asv_err *err)
{
    uint8_t data[READ_BYTES];
    ssize_t len = read(session->input, data, sizeof data);
    if (len < 0) {
        return errno == EINTR || errno == EAGAIN ? ASV_OK
                                                 : asv_fail(err, ASV_E_IO, "the input cannot be read");
    }
    if (len == 0) {
        session->ended = true;
        return ASV_OK;
    }
    enum asv_status status = asv_recorder_feed(session->recorder, data, (size_t)len, err);
    if (status == ASV_OK) {
        take_events(session);
    }
    return status;
}

/* One turn: waits for input, a button, or the next tick. */
static enum asv_status turn(struct session *session, struct asv_err *err)
{
    uint64_t wait_ms = input_wait_ms(session);
    struct pollfd fds[2] = {{.fd = session->control.listen_fd, .events = POLLIN},
                            {.fd = session->input, .events = POLLIN}};
    int ready = poll(fds, wait_ms == 0 ? 2 : 1, wait_ms == 0 || wait_ms > TICK_MS ? TICK_MS : (int)wait_ms);
    if (ready < 0 && errno != EINTR) {
        return asv_fail(err, ASV_E_INTERNAL, "poll failed");
    }
    enum asv_status status = ASV_OK;
    if (ready > 0 && wait_ms == 0 && (fds[1].revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0) {
        status = read_input(session, err);
    }
    if (status == ASV_OK && !session->ended) {
        status = asv_recorder_tick(session->recorder, err);
    }
    take_commands(session);
    show_state(session);
    show_low(session);
    return status;
}

static enum asv_status run(struct session *session, struct asv_err *err)
{
    struct asv_recorder *recorder = session->recorder;
    enum asv_status status = ASV_OK;
    session->begun_ms = asv_world_mono_ms(session->store->world);
    while (status == ASV_OK && !session->ended && stop_asked == 0 &&
           recorder->state != ASV_RECORDER_STOPPED) {
        status = turn(session, err);
    }
    if (status == ASV_OK && session->ended) {
        status = asv_recorder_source_ended(recorder, err);
        if (status == ASV_OK && recorder->init_len == 0) {
            status = asv_fail(err, ASV_E_MALFORMED,
                              "the input ended before its ftyp and moov: nothing was recorded");
        }
    } else if (recorder->state == ASV_RECORDER_RECORDING) {
        /* Stopped by the wearer, or something failed: what there is, is ended in good order. */
        enum asv_status stopped = asv_recorder_stop(
            recorder, stop_asked != 0 ? ASV_END_WEARER : ASV_END_FAULT, status == ASV_OK ? err : NULL);
        status = status == ASV_OK ? stopped : status;
    }
    if (status == ASV_OK && session->missed) {
        status = asv_fail(err, ASV_E_STATE, "recorded, but not everything that was to be noted could be");
    }
    return status;
}

static void print_summary(const struct asv_recorder *recorder)
{
    printf("%" PRIu32 " recorded", recorder->clips);
    if (recorder->broken != 0) {
        printf(", %" PRIu32 " BROKEN OFF, for the flash failed: have it checked", recorder->broken);
    }
    printf("%s\n", recorder->reserve != 0 ? ", with the RESERVE key: dock the camera" : "");
}

static enum asv_status record(struct session *session, struct asv_err *err)
{
    const struct record_options *options = session->options;
    struct asv_recorder *recorder = session->recorder;
    bool from_stdin = strcmp(options->input, "-") == 0;
    session->input = from_stdin ? STDIN_FILENO : open(options->input, O_RDONLY | O_CLOEXEC);
    if (session->input < 0) {
        char text[ASV_ERR_TEXT_BYTES];
        snprintf(text, sizeof text, "%.120s: cannot be opened: %.60s", options->input, strerror(errno));
        return asv_fail(err, ASV_E_NOT_FOUND, text);
    }
    enum asv_status status = asv_control_open(&session->control, options->dir, err);
    if (status == ASV_OK) {
        status = asv_recorder_open(recorder, session->store, &options->recorder, err);
        if (status == ASV_OK) {
            status = run(session, err);
            print_summary(recorder);
            asv_recorder_close(recorder);
        }
        asv_control_close(&session->control);
    }
    if (!from_stdin) {
        close(session->input);
    }
    return status;
}

int asv_command_record(int argc, char **argv)
{
    struct record_options options = {.dir = NULL};
    struct asv_recorder *recorder = calloc(1, sizeof *recorder);
    struct past past = {.os = asv_camera_world(), .recorder = recorder};
    const struct asv_world past_world = {
        .ctx = &past, .random = past_random, .wall_ms = past_wall, .mono_ms = past_mono};
    const struct sigaction action = {.sa_handler = on_signal};
    struct sigaction hangup;
    struct asv_command_store open_store = {.store = NULL};
    struct asv_err err = {.status = ASV_OK};
    if (recorder == NULL || parse(&options, argc, argv, &err) != ASV_OK) {
        free(recorder);
        return asv_command_wrong("record", &err, usage);
    }
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, NULL, &hangup);
    if (hangup.sa_handler != SIG_IGN) { /* as nohup would have it */
        sigaction(SIGHUP, &action, NULL);
    }
    enum asv_status status = asv_world_wall_ms(&past.os, &past.start_wall_ms);
    past.start_wall_ms -= (int64_t)options.backdate_s * 1000;
    if (options.backdate_s != 0 && status != ASV_OK) {
        status = asv_fail(&err, status, "this machine's clock is not set: nothing can be backdated");
    } else {
        status = asv_command_open(&open_store, options.dir, ASV_FLASH_WRITE,
                                  options.backdate_s != 0 ? &past_world : NULL, &err);
    }
    if (status == ASV_OK) {
        struct session session = {.options = &options, .recorder = recorder, .store = open_store.store};
        if (options.backdate_s != 0) {
            /* As the clock was set then; otherwise what is known of today proves it wrong. */
            status = asv_store_set_time(open_store.store, past.start_wall_ms, ASV_CLOCK_RTC, NULL, NULL);
        }
        if (status == ASV_OK) {
            status = record(&session, &err);
        }
        asv_command_close(&open_store);
    }
    free(recorder);
    return status == ASV_OK ? 0 : asv_command_failed("record", status, &err);
}
