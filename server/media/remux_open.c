/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Opening a recording with libavformat, which is given nothing but its bytes. */
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <stdio.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/media/remux_internal.h"

#define BUFFER_BYTES      65536
#define PROBE_BYTES       (4 << 20)
#define ALLOCATION_MOST   (64u << 20) /* of one piece: a fragment is gathered in one that doubles */
#define FAILURES_IN_A_ROW 64          /* packets that cannot be read, before it is given up */

/* Containers that say of their streams what a muxer has to know; others take a decoder to find it out. Nor do
 * these follow references to other places. */
static const char formats[] = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm";

/* ---- its bytes ---- */

static int on_read(void *opaque, uint8_t *buffer, int size)
{
    struct asv_remux *remux = opaque;
    uint64_t left = remux->at < remux->io->bytes ? remux->io->bytes - remux->at : 0;
    size_t len = (uint64_t)size < left ? (size_t)size : (size_t)left;
    if (remux->failed != ASV_OK) {
        return AVERROR(EIO);
    }
    if (len == 0) {
        return AVERROR_EOF;
    }
    remux->failed = remux->io->read(remux->io->ctx, remux->at, buffer, len, remux->err);
    remux->at += len;
    return remux->failed == ASV_OK ? (int)len : AVERROR(EIO);
}

static int64_t on_seek(void *opaque, int64_t offset, int whence)
{
    struct asv_remux *remux = opaque;
    int64_t size = (int64_t)remux->io->bytes;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return size;
    case SEEK_SET:
        break;
    case SEEK_CUR:
        offset = offset > INT64_MAX - (int64_t)remux->at ? -1 : offset + (int64_t)remux->at;
        break;
    case SEEK_END:
        offset = offset > 0 ? -1 : offset + size;
        break;
    default:
        offset = -1;
        break;
    }
    if (offset < 0) {
        return AVERROR(EINVAL);
    }
    remux->at = (uint64_t)offset;
    return offset;
}

int asv_remux_refuse_to_open(AVFormatContext *context, AVIOContext **io, const char *url, int flags,
                             AVDictionary **options)
{
    (void)context;
    (void)io;
    (void)url;
    (void)flags;
    (void)options;
    return AVERROR(EACCES);
}

/* ---- opening ---- */

void asv_remux_end(struct asv_remux *remux)
{
    if (remux->in != NULL) {
        avformat_close_input(&remux->in);
    }
    if (remux->out != NULL) {
        avformat_free_context(remux->out);
    }
    if (remux->in_io != NULL) {
        av_freep(&remux->in_io->buffer);
        avio_context_free(&remux->in_io);
    }
    if (remux->out_io != NULL) {
        av_freep(&remux->out_io->buffer);
        avio_context_free(&remux->out_io);
    }
}

enum asv_status asv_remux_no_memory(struct asv_remux *remux)
{
    return asv_fail(remux->err, ASV_E_NO_MEMORY, "no memory");
}

enum asv_status asv_remux_fail(struct asv_remux *remux, int code, const char *what)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (remux->failed != ASV_OK) {
        return remux->failed;
    }
    if (code == AVERROR(ENOMEM)) {
        return asv_remux_no_memory(remux);
    }
    (void)av_strerror(code, text, sizeof text);
    return asv_failf(remux->err, ASV_E_MALFORMED, "%s (%s)", what, text);
}

static bool make_io(struct asv_remux *remux)
{
    uint8_t *buffer = av_malloc(BUFFER_BYTES);
    remux->in_io =
        buffer == NULL ? NULL : avio_alloc_context(buffer, BUFFER_BYTES, 0, remux, on_read, NULL, on_seek);
    if (remux->in_io == NULL) {
        av_free(buffer);
    }
    return remux->in_io != NULL;
}

/* No decoder is named "none", so none is opened. */
static bool restrict_input(AVDictionary **options)
{
    return av_dict_set(options, "format_whitelist", formats, 0) >= 0 &&
           av_dict_set(options, "codec_whitelist", "none", 0) >= 0 &&
           av_dict_set(options, "protocol_whitelist", "none", 0) >= 0 &&
           av_dict_set_int(options, "probesize", PROBE_BYTES, 0) >= 0 &&
           av_dict_set_int(options, "max_streams", ASV_REMUX_STREAMS, 0) >= 0;
}

static enum asv_status open_file(struct asv_remux *remux)
{
    AVDictionary *options = NULL;
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(ALLOCATION_MOST);
    remux->in = avformat_alloc_context();
    if (remux->in == NULL || !make_io(remux) || !restrict_input(&options)) {
        av_dict_free(&options);
        return asv_remux_no_memory(remux);
    }
    remux->in->pb = remux->in_io;
    remux->in->io_open = asv_remux_refuse_to_open;
    int code = avformat_open_input(&remux->in, NULL, NULL, &options); /* frees in when it fails */
    av_dict_free(&options);
    if (code < 0) {
        return asv_remux_fail(remux, code, "this is no recording of a kind that can be played");
    }
    if (remux->failed != ASV_OK) {
        return remux->failed;
    }
    return remux->in->nb_streams <= ASV_REMUX_STREAMS
               ? ASV_OK
               : asv_fail(remux->err, ASV_E_LIMIT, "the recording has too many streams");
}

/* The first one that is told of (channel.h). A picture of a sleeve is no video. */
static int first_of(const struct asv_remux *remux, enum AVMediaType type)
{
    for (unsigned i = 0; i < remux->in->nb_streams && i < ASV_MEDIA_STREAMS; i++) {
        const AVStream *stream = remux->in->streams[i];
        if (stream->codecpar->codec_type == type &&
            (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0) {
            return (int)i;
        }
    }
    return -1;
}

enum asv_status asv_remux_open(struct asv_remux *remux)
{
    enum asv_status status = open_file(remux);
    if (status != ASV_OK) {
        return status;
    }
    remux->video = first_of(remux, AVMEDIA_TYPE_VIDEO);
    remux->audio = first_of(remux, AVMEDIA_TYPE_AUDIO);
    remux->lead = remux->video >= 0 ? remux->video : remux->audio;
    remux->decodes = strncmp(remux->in->iformat->name, "mov", 3) == 0;
    return remux->lead >= 0
               ? ASV_OK
               : asv_fail(remux->err, ASV_E_NOT_FOUND, "the recording has neither pictures nor sound");
}

/* ---- packets ---- */

/* M-003: as far as it goes. */
enum asv_status asv_remux_next(struct asv_remux *remux, AVPacket *packet, bool *over)
{
    int code = 0;
    av_packet_unref(packet);
    for (unsigned failures = 0; failures < FAILURES_IN_A_ROW; failures++) {
        code = av_read_frame(remux->in, packet);
        if (remux->failed != ASV_OK || code >= 0 || code == AVERROR_EOF) {
            break;
        }
    }
    *over = code < 0;
    return remux->failed;
}

int64_t asv_remux_place(const struct asv_remux *remux, int stream, int64_t dts, int64_t pts)
{
    int64_t place = remux->decodes ? dts : pts;
    return place == AV_NOPTS_VALUE || stream == remux->lead
               ? place
               : av_rescale_q(place, remux->in->streams[stream]->time_base,
                              remux->in->streams[remux->lead]->time_base);
}
