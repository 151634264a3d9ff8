/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat-media: one question about one recording (M-019), over the socket that is its standard input. It is
 * the only program that reads media with somebody else's code, so it gives up everything else first: files,
 * network, other programs, and memory and time beyond what a recording takes. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/sandbox.h"
#include "server/media/remux.h"

#define MEMORY_BYTES (512u << 20)
#define CPU_SECONDS  60
#define IDLE_MS      60000

struct talk {
    struct asv_media_channel channel;
    struct asv_media_start start;
};

static enum asv_status ask(struct talk *talk, uint64_t offset, size_t len, struct asv_err *err)
{
    uint8_t body[12];
    struct asv_writer writer;
    asv_writer_init(&writer, body, sizeof body);
    asv_write_u64(&writer, offset);
    asv_write_u32(&writer, (uint32_t)len);
    enum asv_status status = asv_media_send(&talk->channel, ASV_MEDIA_READ, body, sizeof body, err);
    if (status == ASV_OK) {
        status = asv_media_receive(&talk->channel, err);
    }
    if (status == ASV_OK && (talk->channel.type != ASV_MEDIA_DATA || talk->channel.len != len)) {
        status = asv_fail(err, ASV_E_MALFORMED, "the asker does not speak this protocol");
    }
    return status;
}

static enum asv_status on_read(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct asv_err *err)
{
    struct talk *talk = ctx;
    enum asv_status status = ASV_OK;
    for (size_t done = 0; status == ASV_OK && done < len;) {
        size_t some = len - done < ASV_MEDIA_PIECE_BYTES ? len - done : ASV_MEDIA_PIECE_BYTES;
        status = ask(talk, offset + done, some, err);
        if (status == ASV_OK) {
            memcpy(out + done, talk->channel.body, some);
            done += some;
        }
    }
    return status;
}

static enum asv_status on_write(void *ctx, const uint8_t *data, size_t len, struct asv_err *err)
{
    struct talk *talk = ctx;
    enum asv_status status = ASV_OK;
    for (size_t done = 0; status == ASV_OK && done < len;) {
        size_t some = len - done < ASV_MEDIA_PIECE_BYTES ? len - done : ASV_MEDIA_PIECE_BYTES;
        status = asv_media_send(&talk->channel, ASV_MEDIA_OUT, data + done, some, err);
        done += some;
    }
    return status;
}

static enum asv_status look(struct talk *talk, const struct asv_remux_io *io, struct asv_err *err)
{
    static struct asv_media_facts facts;
    static struct asv_media_index index;
    static uint8_t body[ASV_MEDIA_PIECE_BYTES];
    struct asv_writer writer;
    const bool indexed = talk->start.what == ASV_MEDIA_LOOK;
    enum asv_status status =
        indexed ? asv_remux_look(io, &facts, &index, err) : asv_remux_tell(io, &facts, err);
    if (status == ASV_OK) {
        asv_writer_init(&writer, body, sizeof body);
        asv_media_facts_write(&writer, &facts);
        status = asv_media_send(&talk->channel, ASV_MEDIA_FACTS, body, writer.len, err);
    }
    if (status == ASV_OK && indexed) {
        asv_writer_init(&writer, body, sizeof body);
        asv_media_index_write(&writer, &index);
        status = asv_media_send(&talk->channel, ASV_MEDIA_INDEX, body, writer.len, err);
    }
    return status;
}

static enum asv_status answer(struct talk *talk, struct asv_err *err)
{
    enum asv_status status = asv_media_receive(&talk->channel, err);
    struct asv_bytes body = {talk->channel.body, talk->channel.len};
    if (status != ASV_OK) {
        return status;
    }
    if (talk->channel.type != ASV_MEDIA_START || asv_media_start_read(&talk->start, body) != ASV_OK) {
        return asv_fail(err, ASV_E_MALFORMED, "the asker does not speak this protocol");
    }
    const struct asv_remux_io io = {
        .ctx = talk, .bytes = talk->start.bytes, .read = on_read, .write = on_write};
    return talk->start.what != ASV_MEDIA_REMUX ? look(talk, &io, err)
                                               : asv_remux_run(&io, talk->start.from, talk->start.until, err);
}

static bool is_socket(void)
{
    struct stat st;
    return fstat(STDIN_FILENO, &st) == 0 && S_ISSOCK(st.st_mode);
}

static int explain(const char *argument)
{
    if (argument != NULL && strcmp(argument, "--version") == 0) {
        (void)puts("asservat-media " ASV_VERSION);
        return 0;
    }
    fputs(
        "usage: asservat-media             answers one question about a recording, over the socket that is\n"
        "                                  its standard input (asservat-media.socket)\n"
        "       asservat-media --version\n",
        stderr);
    return 2;
}

int main(int argc, char **argv)
{
    static struct talk talk = {.channel = {.fd = STDIN_FILENO, .idle_ms = IDLE_MS}};
    struct asv_err err = {0};
    uint8_t body[256];
    struct asv_writer writer;
    if (argc != 1 || !is_socket()) {
        return explain(argc == 2 ? argv[1] : NULL);
    }
    /* M-004 */
    if (asv_sandbox_compute(MEMORY_BYTES, CPU_SECONDS, &err) != ASV_OK) {
        fprintf(stderr, "asservat-media: %s\n", err.text);
        return 1;
    }
    enum asv_status status = answer(&talk, &err);
    asv_writer_init(&writer, body, sizeof body);
    asv_media_end_write(&writer, status, status == ASV_OK ? "" : err.text);
    bool told = asv_media_send(&talk.channel, ASV_MEDIA_END, body, writer.len, &err) == ASV_OK;
    return status == ASV_OK && told ? 0 : 1;
}
