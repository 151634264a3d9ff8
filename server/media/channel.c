/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/media/channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "server/base/fail.h"
#include "server/base/io.h"

#define FRAME_BYTES 5 /* type u8, bytes of the body u32 */
#define TEXT_BYTES  200
#define PART_BYTES  20

/* ---- frames ---- */

static bool is_late(const struct asv_media_channel *channel)
{
    return channel->world != NULL && asv_world_mono_ms(channel->world) >= channel->until_ms;
}

static enum asv_status wait_for(const struct asv_media_channel *channel, short events, struct asv_err *err)
{
    struct pollfd ready = {.fd = channel->fd, .events = events};
    int count = 0;
    do {
        count = is_late(channel) ? 0 : poll(&ready, 1, channel->idle_ms);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return asv_io_fail(err, errno, "media");
    }
    return count > 0 ? ASV_OK : asv_fail(err, ASV_E_TIMEOUT, "media: nothing came, or went, for too long");
}

static enum asv_status take(const struct asv_media_channel *channel, uint8_t *out, size_t len,
                            struct asv_err *err)
{
    for (size_t done = 0; done < len;) {
        enum asv_status status = wait_for(channel, POLLIN, err);
        if (status != ASV_OK) {
            return status;
        }
        ssize_t n = recv(channel->fd, out + done, len - done, 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (n <= 0) {
            return asv_fail(err, ASV_E_AWAY, "media: the other end is gone");
        }
        done += (size_t)n;
    }
    return ASV_OK;
}

static enum asv_status give(const struct asv_media_channel *channel, const uint8_t *data, size_t len,
                            struct asv_err *err)
{
    for (size_t done = 0; done < len;) {
        enum asv_status status = wait_for(channel, POLLOUT, err);
        if (status != ASV_OK) {
            return status;
        }
        ssize_t n = send(channel->fd, data + done, len - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (n < 0) {
            return asv_fail(err, ASV_E_AWAY, "media: the other end is gone");
        }
        done += (size_t)n;
    }
    return ASV_OK;
}

enum asv_status asv_media_receive(struct asv_media_channel *channel, struct asv_err *err)
{
    uint8_t head[FRAME_BYTES];
    enum asv_status status = take(channel, head, sizeof head, err);
    if (status != ASV_OK) {
        return status;
    }
    uint32_t len = asv_load_be32(head + 1);
    if (head[0] < ASV_MEDIA_START || head[0] > ASV_MEDIA_INDEX || len > sizeof channel->body) {
        return asv_fail(err, ASV_E_MALFORMED, "media: the other end does not speak this protocol");
    }
    channel->type = head[0];
    channel->len = len;
    return take(channel, channel->body, len, err);
}

enum asv_status asv_media_send(const struct asv_media_channel *channel, enum asv_media_frame type,
                               const void *body, size_t len, struct asv_err *err)
{
    uint8_t head[FRAME_BYTES] = {(uint8_t)type};
    asv_store_be32(head + 1, (uint32_t)len);
    enum asv_status status = give(channel, head, sizeof head, err);
    return status == ASV_OK ? give(channel, body, len, err) : status;
}

/* ---- bodies ---- */

void asv_media_start_write(struct asv_writer *out, const struct asv_media_start *start)
{
    asv_write_u8(out, start->what);
    asv_write_u64(out, start->bytes);
    asv_write_i64(out, start->from);
    asv_write_i64(out, start->until);
}

enum asv_status asv_media_start_read(struct asv_media_start *out, struct asv_bytes body)
{
    struct asv_reader reader;
    asv_reader_init(&reader, body.data, body.len);
    bool good = asv_read_u8(&reader, &out->what) == ASV_OK && asv_read_u64(&reader, &out->bytes) == ASV_OK &&
                asv_read_i64(&reader, &out->from) == ASV_OK && asv_read_i64(&reader, &out->until) == ASV_OK &&
                asv_read_end(&reader) == ASV_OK;
    return good && out->what >= ASV_MEDIA_LOOK && out->what <= ASV_MEDIA_TELL && out->bytes <= INT64_MAX &&
                   out->from < out->until
               ? ASV_OK
               : ASV_E_MALFORMED;
}

void asv_media_facts_write(struct asv_writer *out, const struct asv_media_facts *facts)
{
    asv_write_text8(out, facts->format);
    asv_write_u64(out, facts->duration_us);
    asv_write_u8(out, facts->stream_count);
    for (size_t i = 0; i < facts->stream_count; i++) {
        const struct asv_media_stream *stream = &facts->streams[i];
        asv_write_u8(out, stream->kind);
        asv_write_text8(out, stream->codec);
        asv_write_text8(out, stream->type);
        asv_write_u32(out, stream->width);
        asv_write_u32(out, stream->height);
        asv_write_u32(out, stream->rate);
        asv_write_u32(out, stream->channels);
    }
}

static bool read_stream(struct asv_reader *reader, struct asv_media_stream *out)
{
    return asv_read_u8(reader, &out->kind) == ASV_OK && out->kind <= ASV_MEDIA_AUDIO &&
           asv_read_text8(reader, out->codec, sizeof out->codec) == ASV_OK &&
           asv_read_text8(reader, out->type, sizeof out->type) == ASV_OK &&
           asv_read_u32(reader, &out->width) == ASV_OK && asv_read_u32(reader, &out->height) == ASV_OK &&
           asv_read_u32(reader, &out->rate) == ASV_OK && asv_read_u32(reader, &out->channels) == ASV_OK;
}

enum asv_status asv_media_facts_read(struct asv_media_facts *out, struct asv_bytes body)
{
    struct asv_reader reader;
    memset(out, 0, sizeof *out);
    asv_reader_init(&reader, body.data, body.len);
    bool good = asv_read_text8(&reader, out->format, sizeof out->format) == ASV_OK &&
                asv_read_u64(&reader, &out->duration_us) == ASV_OK &&
                asv_read_u8(&reader, &out->stream_count) == ASV_OK && out->stream_count <= ASV_MEDIA_STREAMS;
    for (size_t i = 0; good && i < out->stream_count; i++) {
        good = read_stream(&reader, &out->streams[i]);
    }
    return good && asv_read_end(&reader) == ASV_OK ? ASV_OK : ASV_E_MALFORMED;
}

void asv_media_index_write(struct asv_writer *out, const struct asv_media_index *index)
{
    for (size_t i = 0; i < index->count; i++) {
        asv_write_i64(out, index->parts[i].at);
        asv_write_u64(out, index->parts[i].ms);
        asv_write_u32(out, index->parts[i].bytes);
    }
}

/* At least one; each behind the one before. */
enum asv_status asv_media_index_read(struct asv_media_index *out, struct asv_bytes body)
{
    struct asv_reader reader;
    asv_reader_init(&reader, body.data, body.len);
    bool good = body.len > 0 && body.len % PART_BYTES == 0 && body.len / PART_BYTES <= ASV_MEDIA_PARTS;
    out->count = good ? body.len / PART_BYTES : 0;
    for (size_t i = 0; good && i < out->count; i++) {
        struct asv_media_part *part = &out->parts[i];
        good = asv_read_i64(&reader, &part->at) == ASV_OK && asv_read_u64(&reader, &part->ms) == ASV_OK &&
               asv_read_u32(&reader, &part->bytes) == ASV_OK && part->bytes <= ASV_MEDIA_PART_BYTES &&
               part->ms <= INT64_MAX / 1000 &&
               (i == 0 || (part->at > part[-1].at && part->ms >= part[-1].ms));
    }
    return good && asv_read_end(&reader) == ASV_OK ? ASV_OK : ASV_E_MALFORMED;
}

void asv_media_end_write(struct asv_writer *out, enum asv_status status, const char *text)
{
    char ascii[TEXT_BYTES + 1] = "";
    for (size_t i = 0; i < TEXT_BYTES && text[i] != '\0'; i++) {
        ascii[i] = text[i];
        if (text[i] < 0x20 || text[i] > 0x7e) {
            ascii[i] = '?';
        }
    }
    asv_write_u16(out, (uint16_t)status);
    asv_write_text8(out, ascii);
}

/* What reading media can end with: the program says nothing of keys, people and signatures. */
static bool is_its_to_say(enum asv_status status)
{
    return status == ASV_OK || status == ASV_E_MALFORMED || status == ASV_E_UNSUPPORTED ||
           status == ASV_E_LIMIT || status == ASV_E_NOT_FOUND || status == ASV_E_NO_MEMORY ||
           status == ASV_E_INTERNAL;
}

enum asv_status asv_media_end_read(struct asv_bytes body, struct asv_err *err)
{
    struct asv_reader reader;
    uint16_t status = 0;
    char text[TEXT_BYTES + 1];
    asv_reader_init(&reader, body.data, body.len);
    if (asv_read_u16(&reader, &status) != ASV_OK || asv_read_text8(&reader, text, sizeof text) != ASV_OK ||
        asv_read_end(&reader) != ASV_OK || !is_its_to_say(status)) {
        return asv_fail(err, ASV_E_MALFORMED, "media: the other end does not speak this protocol");
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, text);
}
