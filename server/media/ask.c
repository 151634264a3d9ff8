/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/media/ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"

#define SPARE_BYTES (64u << 20) /* beyond twice the recording: headers, indices, what is read again */

struct asking {
    struct asv_media_channel channel;
    uint8_t piece[ASV_MEDIA_PIECE_BYTES]; /* plaintext */
    struct asv_playback *playback;
    const struct asv_media_sink *sink; /* NULL: looking */
    struct asv_media_facts *facts;
    struct asv_media_index *index;
    bool told, indexed;
    uint64_t read, written, most;
};

enum asv_status asv_media_call(const char *socket_path, int *out, struct asv_err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    asv_auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        return asv_failf(err, ASV_E_AWAY, "media: %s: %s", socket_path, strerror(errno));
    }
    *out = asv_steal_fd(&fd);
    return ASV_OK;
}

static enum asv_status no_protocol(struct asv_err *err)
{
    return asv_fail(err, ASV_E_MALFORMED, "media: the program does not speak this protocol");
}

/* M-005 */
static enum asv_status count(uint64_t *bytes, size_t len, uint64_t most, struct asv_err *err)
{
    *bytes += len;
    return *bytes <= most
               ? ASV_OK
               : asv_fail(err, ASV_E_LIMIT, "the recording is built so that reading it never ends");
}

static enum asv_status give_piece(struct asking *asking, struct asv_err *err)
{
    struct asv_reader reader;
    uint64_t offset = 0;
    uint32_t len = 0;
    asv_reader_init(&reader, asking->channel.body, asking->channel.len);
    if (asv_read_u64(&reader, &offset) != ASV_OK || asv_read_u32(&reader, &len) != ASV_OK ||
        asv_read_end(&reader) != ASV_OK || len > sizeof asking->piece) {
        return no_protocol(err);
    }
    enum asv_status status = count(&asking->read, len, asking->most, err);
    if (status == ASV_OK) {
        status = asv_playback_read(asking->playback, offset, asking->piece, len, err);
    }
    return status == ASV_OK ? asv_media_send(&asking->channel, ASV_MEDIA_DATA, asking->piece, len, err)
                            : status;
}

/* *ended: it said how it went. */
static enum asv_status take_frame(struct asking *asking, bool *ended, struct asv_err *err)
{
    const struct asv_bytes body = {asking->channel.body, asking->channel.len};
    enum asv_status status = ASV_OK;
    switch (asking->channel.type) {
    case ASV_MEDIA_READ:
        return give_piece(asking, err);
    case ASV_MEDIA_OUT:
        if (asking->sink == NULL) {
            return no_protocol(err);
        }
        status = count(&asking->written, body.len, asking->most, err);
        return status == ASV_OK ? asking->sink->write(asking->sink->ctx, body.data, body.len, err) : status;
    case ASV_MEDIA_FACTS:
        if (asking->facts == NULL || asking->told || asv_media_facts_read(asking->facts, body) != ASV_OK) {
            return no_protocol(err);
        }
        asking->told = true;
        return ASV_OK;
    case ASV_MEDIA_INDEX:
        if (asking->index == NULL || !asking->told || asking->indexed ||
            asv_media_index_read(asking->index, body) != ASV_OK) {
            return no_protocol(err);
        }
        asking->indexed = true;
        return ASV_OK;
    case ASV_MEDIA_END:
        *ended = true;
        status = asv_media_end_read(body, err);
        bool missing =
            (asking->facts != NULL && !asking->told) || (asking->index != NULL && !asking->indexed);
        return status == ASV_OK && missing ? no_protocol(err) : status;
    default:
        return no_protocol(err);
    }
}

static enum asv_status talk(struct asking *asking, const struct asv_media_start *start, struct asv_err *err)
{
    uint8_t body[32];
    struct asv_writer writer;
    bool ended = false;
    asv_writer_init(&writer, body, sizeof body);
    asv_media_start_write(&writer, start);
    enum asv_status status = asv_media_send(&asking->channel, ASV_MEDIA_START, body, writer.len, err);
    while (status == ASV_OK && !ended) {
        status = asv_media_receive(&asking->channel, err);
        if (status == ASV_E_AWAY) {
            return asv_fail(err, status,
                            "the program that reads recordings died of this one: it is damaged, or made to "
                            "do harm; the recording itself is as it was");
        }
        if (status == ASV_OK) {
            status = take_frame(asking, &ended, err);
        }
    }
    return status;
}

static struct asking *begin(const struct asv_media_program *program, struct asv_playback *playback)
{
    struct asking *asking = calloc(1, sizeof *asking);
    if (asking != NULL) {
        asking->channel.fd = program->fd;
        asking->channel.idle_ms = program->idle_ms;
        asking->channel.world = program->world;
        asking->channel.until_ms = program->until_ms;
        asking->playback = playback;
        asking->most = 2 * asv_playback_bytes(playback) + SPARE_BYTES;
    }
    return asking;
}

/* Takes asking, and wipes what of the recording passed through it; NULL: there was no memory. */
static enum asv_status run_take(struct asking *asking, const struct asv_media_start *start,
                                struct asv_err *err)
{
    if (asking == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = talk(asking, start, err);
    asv_wipe(asking, sizeof *asking);
    free(asking);
    return status;
}

enum asv_status asv_media_look(const struct asv_media_program *program, struct asv_playback *playback,
                               struct asv_media_facts *facts, struct asv_media_index *index,
                               struct asv_err *err)
{
    const struct asv_media_start start = {
        .what = ASV_MEDIA_LOOK, .bytes = asv_playback_bytes(playback), .until = INT64_MAX};
    struct asking *asking = begin(program, playback);
    if (asking != NULL) {
        asking->facts = facts;
        asking->index = index;
    }
    return run_take(asking, &start, err);
}

enum asv_status asv_media_tell(const struct asv_media_program *program, struct asv_playback *playback,
                               struct asv_media_facts *facts, struct asv_err *err)
{
    const struct asv_media_start start = {
        .what = ASV_MEDIA_TELL, .bytes = asv_playback_bytes(playback), .until = INT64_MAX};
    struct asking *asking = begin(program, playback);
    if (asking != NULL) {
        asking->facts = facts;
    }
    return run_take(asking, &start, err);
}

enum asv_status asv_media_remux(const struct asv_media_program *program, struct asv_playback *playback,
                                int64_t from, int64_t until, const struct asv_media_sink *sink,
                                struct asv_err *err)
{
    const struct asv_media_start start = {
        .what = ASV_MEDIA_REMUX, .bytes = asv_playback_bytes(playback), .from = from, .until = until};
    struct asking *asking = begin(program, playback);
    if (asking != NULL) {
        asking->sink = sink;
    }
    return run_take(asking, &start, err);
}
