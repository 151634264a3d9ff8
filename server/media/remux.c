/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/media/remux.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <string.h>

#include "server/base/fail.h"

#define BUFFER_BYTES      65536
#define PROBE_BYTES       (4 << 20)
#define PROBE_US          5000000
#define STREAMS_MOST      16
#define ALLOCATION_MOST   (32u << 20) /* of one piece: above any picture's bytes */
#define FAILURES_IN_A_ROW 64          /* packets that cannot be read, before it is given up */

/* Containers that say of their streams what a muxer has to know; others take a decoder to find it out. Nor do
 * these follow references to other places. */
static const char formats[] = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm";

/* One run. libavformat's callbacks can say -1 alone: what went wrong stays here. */
struct remux {
    const struct asv_remux_io *io;
    struct asv_err *err;
    enum asv_status failed; /* of the caller's read or write */
    uint64_t at;
    AVFormatContext *in, *out;
    AVIOContext *in_io, *out_io;
    int to[STREAMS_MOST];       /* each stream's number in the output; -1: none */
    int64_t last[STREAMS_MOST]; /* decoding time that was written */
};

/* ---- in and out ---- */

static int on_read(void *opaque, uint8_t *buffer, int size)
{
    struct remux *remux = opaque;
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
    struct remux *remux = opaque;
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

static int on_write(void *opaque, uint8_t *data, int size)
{
    struct remux *remux = opaque;
    if (remux->failed == ASV_OK) {
        remux->failed = remux->io->write(remux->io->ctx, data, (size_t)size, remux->err);
    }
    return remux->failed == ASV_OK ? size : AVERROR(EIO);
}

/* M-006: media that names other files or addresses gets none. */
static int refuse_to_open(AVFormatContext *context, AVIOContext **io, const char *url, int flags,
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

static void end(struct remux *remux)
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

static enum asv_status no_memory(struct remux *remux)
{
    return asv_fail(remux->err, ASV_E_NO_MEMORY, "no memory");
}

/* The caller's own failure, or the media's. */
static enum asv_status fail(struct remux *remux, int code, const char *what)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (remux->failed != ASV_OK) {
        return remux->failed;
    }
    if (code == AVERROR(ENOMEM)) {
        return no_memory(remux);
    }
    (void)av_strerror(code, text, sizeof text);
    return asv_failf(remux->err, ASV_E_MALFORMED, "%s (%s)", what, text);
}

static bool make_io(struct remux *remux, AVIOContext **out, bool writes)
{
    uint8_t *buffer = av_malloc(BUFFER_BYTES);
    *out = buffer == NULL
               ? NULL
               : avio_alloc_context(buffer, BUFFER_BYTES, writes ? 1 : 0, remux, writes ? NULL : on_read,
                                    writes ? on_write : NULL, writes ? NULL : on_seek);
    if (*out == NULL) {
        av_free(buffer);
    }
    return *out != NULL;
}

/* No decoder is named "none", so none is opened. */
static bool restrict_input(AVDictionary **options)
{
    return av_dict_set(options, "format_whitelist", formats, 0) >= 0 &&
           av_dict_set(options, "codec_whitelist", "none", 0) >= 0 &&
           av_dict_set(options, "protocol_whitelist", "none", 0) >= 0 &&
           av_dict_set_int(options, "probesize", PROBE_BYTES, 0) >= 0 &&
           av_dict_set_int(options, "analyzeduration", PROBE_US, 0) >= 0 &&
           av_dict_set_int(options, "max_streams", STREAMS_MOST, 0) >= 0;
}

static enum asv_status open_input(struct remux *remux)
{
    AVDictionary *options = NULL;
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(ALLOCATION_MOST);
    remux->in = avformat_alloc_context();
    if (remux->in == NULL || !make_io(remux, &remux->in_io, false) || !restrict_input(&options)) {
        av_dict_free(&options);
        return no_memory(remux);
    }
    remux->in->pb = remux->in_io;
    remux->in->io_open = refuse_to_open;
    int code = avformat_open_input(&remux->in, NULL, NULL, &options); /* frees in when it fails */
    av_dict_free(&options);
    if (code >= 0) {
        code = avformat_find_stream_info(remux->in, NULL);
    }
    if (code < 0) {
        return fail(remux, code, "this is no recording of a kind that can be played");
    }
    if (remux->failed != ASV_OK) {
        return remux->failed;
    }
    return remux->in->nb_streams <= STREAMS_MOST
               ? ASV_OK
               : asv_fail(remux->err, ASV_E_LIMIT, "the recording has too many streams");
}

/* ---- what it is ---- */

static void copy_name(char out[ASV_MEDIA_NAME_BYTES], const char *name)
{
    snprintf(out, ASV_MEDIA_NAME_BYTES, "%.*s", (int)strcspn(name, ","), name);
}

static uint32_t at_least_none(int value)
{
    return value > 0 ? (uint32_t)value : 0;
}

static void tell_stream(const AVStream *stream, struct asv_media_stream *out)
{
    const AVCodecParameters *codec = stream->codecpar;
    out->kind = codec->codec_type == AVMEDIA_TYPE_VIDEO   ? ASV_MEDIA_VIDEO
                : codec->codec_type == AVMEDIA_TYPE_AUDIO ? ASV_MEDIA_AUDIO
                                                          : ASV_MEDIA_OTHER;
    copy_name(out->codec, avcodec_get_name(codec->codec_id));
    out->width = at_least_none(codec->width);
    out->height = at_least_none(codec->height);
    out->rate = at_least_none(codec->sample_rate);
    out->channels = at_least_none(codec->ch_layout.nb_channels);
}

enum asv_status asv_remux_probe(const struct asv_remux_io *io, struct asv_media_facts *out,
                                struct asv_err *err)
{
    struct remux remux = {.io = io, .err = err};
    enum asv_status status = open_input(&remux);
    memset(out, 0, sizeof *out);
    if (status == ASV_OK) {
        copy_name(out->format, remux.in->iformat->name);
        out->duration_us = remux.in->duration > 0 ? (uint64_t)remux.in->duration : 0;
        for (unsigned i = 0; i < remux.in->nb_streams && i < ASV_MEDIA_STREAMS; i++) {
            tell_stream(remux.in->streams[i], &out->streams[out->stream_count++]);
        }
    }
    end(&remux);
    return status;
}

/* ---- fragmented MP4 ---- */

/* The first video and the first sound. */
static enum asv_status add_stream(struct remux *remux, enum AVMediaType type)
{
    for (unsigned i = 0; i < remux->in->nb_streams; i++) {
        const AVStream *from = remux->in->streams[i];
        const AVCodecParameters *codec = from->codecpar;
        if (codec->codec_type != type || (from->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) {
            continue;
        }
        if (avformat_query_codec(remux->out->oformat, codec->codec_id, FF_COMPLIANCE_NORMAL) != 1) {
            return asv_failf(
                remux->err, ASV_E_UNSUPPORTED,
                "%s is not played here: hand the recording over, or have it converted from there",
                avcodec_get_name(codec->codec_id));
        }
        AVStream *to = avformat_new_stream(remux->out, NULL);
        if (to == NULL || avcodec_parameters_copy(to->codecpar, codec) < 0) {
            return no_memory(remux);
        }
        to->codecpar->codec_tag = 0;
        to->time_base = from->time_base;
        remux->to[i] = to->index;
        return ASV_OK;
    }
    return ASV_OK;
}

/* M-007: each fragment's time is the media's own, wherever it begins. */
static enum asv_status open_output(struct remux *remux)
{
    AVDictionary *options = NULL;
    if (avformat_alloc_output_context2(&remux->out, NULL, "mp4", NULL) < 0 ||
        !make_io(remux, &remux->out_io, true)) {
        return no_memory(remux);
    }
    remux->out->pb = remux->out_io;
    remux->out->io_open = refuse_to_open;
    remux->out->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT | AVFMT_FLAG_FLUSH_PACKETS;
    for (size_t i = 0; i < STREAMS_MOST; i++) {
        remux->to[i] = -1;
        remux->last[i] = AV_NOPTS_VALUE;
    }
    enum asv_status status = add_stream(remux, AVMEDIA_TYPE_VIDEO);
    if (status == ASV_OK) {
        status = add_stream(remux, AVMEDIA_TYPE_AUDIO);
    }
    if (status == ASV_OK && remux->out->nb_streams == 0) {
        return asv_fail(remux->err, ASV_E_NOT_FOUND, "the recording has neither pictures nor sound");
    }
    if (status != ASV_OK) {
        return status;
    }
    if (av_dict_set(&options, "movflags", "frag_keyframe+delay_moov+default_base_moof+frag_discont", 0) < 0 ||
        av_dict_set(&options, "use_editlist", "0", 0) < 0 ||
        av_dict_set(&options, "avoid_negative_ts", "disabled", 0) < 0) {
        av_dict_free(&options);
        return no_memory(remux);
    }
    int code = avformat_write_header(remux->out, &options);
    av_dict_free(&options);
    return code >= 0 ? ASV_OK : fail(remux, code, "the recording cannot be made into fragmented MP4");
}

/* Times that go back, or are none, are what a damaged recording has: such a packet is left out. */
static bool has_time(struct remux *remux, AVPacket *packet)
{
    int64_t *last = &remux->last[packet->stream_index];
    if (packet->dts == AV_NOPTS_VALUE) {
        packet->dts = packet->pts;
    }
    if (packet->pts == AV_NOPTS_VALUE) {
        packet->pts = packet->dts;
    }
    if (packet->dts == AV_NOPTS_VALUE || packet->pts < packet->dts ||
        (*last != AV_NOPTS_VALUE && packet->dts <= *last)) {
        return false;
    }
    *last = packet->dts;
    return true;
}

/* Takes what the packet refers to. */
static enum asv_status write_packet(struct remux *remux, AVPacket *packet)
{
    const AVStream *from = remux->in->streams[packet->stream_index];
    const int number = remux->to[packet->stream_index];
    if (number < 0 || !has_time(remux, packet)) {
        av_packet_unref(packet);
        return ASV_OK;
    }
    packet->stream_index = number;
    packet->pos = -1;
    av_packet_rescale_ts(packet, from->time_base, remux->out->streams[number]->time_base);
    int code = av_interleaved_write_frame(remux->out, packet);
    return code >= 0 ? ASV_OK : fail(remux, code, "the recording cannot be made into fragmented MP4");
}

/* M-003: as far as it goes. */
static enum asv_status copy_packets(struct remux *remux, AVPacket *packet)
{
    unsigned failures = 0;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK) {
        int code = av_read_frame(remux->in, packet);
        if (remux->failed != ASV_OK) {
            av_packet_unref(packet);
            return remux->failed;
        }
        if (code == AVERROR_EOF || ++failures > FAILURES_IN_A_ROW) {
            break; /* M-003: as far as it goes */
        }
        if (code >= 0) {
            failures = 0;
            status = (unsigned)packet->stream_index < STREAMS_MOST ? write_packet(remux, packet) : ASV_OK;
        }
    }
    return status;
}

static enum asv_status copy(struct remux *remux, uint64_t from_us)
{
    int64_t start_us = remux->in->start_time != AV_NOPTS_VALUE ? remux->in->start_time : 0;
    AVPacket *packet = av_packet_alloc();
    if (packet == NULL) {
        return no_memory(remux);
    }
    enum asv_status status = ASV_OK;
    if (from_us > 0 && from_us <= (uint64_t)(INT64_MAX - start_us)) {
        int code = av_seek_frame(remux->in, -1, start_us + (int64_t)from_us, AVSEEK_FLAG_BACKWARD);
        status = code >= 0 ? ASV_OK : fail(remux, code, "the recording has nothing at this time");
    }
    if (status == ASV_OK) {
        status = copy_packets(remux, packet);
    }
    av_packet_free(&packet);
    int code = status == ASV_OK ? av_write_trailer(remux->out) : 0;
    return code >= 0 ? status : fail(remux, code, "the recording cannot be made into fragmented MP4");
}

enum asv_status asv_remux_run(const struct asv_remux_io *io, uint64_t from_us, struct asv_err *err)
{
    struct remux remux = {.io = io, .err = err};
    enum asv_status status = open_input(&remux);
    if (status == ASV_OK) {
        status = open_output(&remux);
    }
    if (status == ASV_OK) {
        status = copy(&remux, from_us);
    }
    end(&remux);
    return status;
}
