/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/media/remux.h"

#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/media/remux_internal.h"

#define BUFFER_BYTES 65536
#define EARLY_US     1000000 /* how far sound may lie before the pictures of its time */
#define LATE_US      3000000 /* and how far behind them */
#define HELD_MOST    65536   /* pictures of one fragment */

static const char cannot_be_made[] = "the recording cannot be made into fragmented MP4";

struct held {
    size_t count;
    AVPacket *packets[HELD_MOST]; /* as they are decoded */
    int64_t pts[HELD_MOST];
};

/* ---- the output ---- */

static int on_write(void *opaque, uint8_t *data, int size)
{
    struct asv_remux *remux = opaque;
    if (remux->failed == ASV_OK) {
        remux->failed = remux->io->write(remux->io->ctx, data, (size_t)size, remux->err);
    }
    return remux->failed == ASV_OK ? size : AVERROR(EIO);
}

static bool make_io(struct asv_remux *remux)
{
    uint8_t *buffer = av_malloc(BUFFER_BYTES);
    remux->out_io =
        buffer == NULL ? NULL : avio_alloc_context(buffer, BUFFER_BYTES, 1, remux, NULL, on_write, NULL);
    if (remux->out_io == NULL) {
        av_free(buffer);
    }
    return remux->out_io != NULL;
}

static enum asv_status add_stream(struct asv_remux *remux, int number)
{
    const AVStream *from = remux->in->streams[number];
    const AVCodecParameters *codec = from->codecpar;
    if (avformat_query_codec(remux->out->oformat, codec->codec_id, FF_COMPLIANCE_NORMAL) != 1) {
        return asv_failf(remux->err, ASV_E_UNSUPPORTED,
                         "%s is not played here: hand the recording over, or have it converted from there",
                         avcodec_get_name(codec->codec_id));
    }
    AVStream *to = avformat_new_stream(remux->out, NULL);
    if (to == NULL || avcodec_parameters_copy(to->codecpar, codec) < 0) {
        return asv_remux_no_memory(remux);
    }
    to->codecpar->codec_tag = 0;
    to->time_base = from->time_base;
    remux->to[number] = to->index;
    return ASV_OK;
}

static enum asv_status add_streams(struct asv_remux *remux)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; i < ASV_REMUX_STREAMS; i++) {
        remux->to[i] = -1;
        remux->last[i] = AV_NOPTS_VALUE;
    }
    if (remux->video >= 0) {
        status = add_stream(remux, remux->video);
    }
    return status == ASV_OK && remux->audio >= 0 ? add_stream(remux, remux->audio) : status;
}

/* M-007: a fragment's time is the media's own, wherever it begins; and all that goes out is one fragment. */
static enum asv_status open_output(struct asv_remux *remux)
{
    AVDictionary *options = NULL;
    if (avformat_alloc_output_context2(&remux->out, NULL, "mp4", NULL) < 0 || !make_io(remux)) {
        return asv_remux_no_memory(remux);
    }
    remux->out->pb = remux->out_io;
    remux->out->io_open = asv_remux_refuse_to_open;
    remux->out->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT | AVFMT_FLAG_FLUSH_PACKETS;
    enum asv_status status = add_streams(remux);
    if (status != ASV_OK) {
        return status;
    }
    if (av_dict_set(&options, "movflags",
                    "frag_custom+delay_moov+default_base_moof+frag_discont+skip_trailer", 0) < 0 ||
        av_dict_set(&options, "use_editlist", "0", 0) < 0 ||
        av_dict_set(&options, "avoid_negative_ts", "disabled", 0) < 0) {
        av_dict_free(&options);
        return asv_remux_no_memory(remux);
    }
    int code = avformat_write_header(remux->out, &options);
    av_dict_free(&options);
    return code >= 0 ? ASV_OK : asv_remux_fail(remux, code, cannot_be_made);
}

/* ---- a packet ---- */

/* Times that go back, or are none, are what a damaged recording has: such a packet is left out. */
static bool has_time(struct asv_remux *remux, AVPacket *packet)
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

static enum asv_status write_packet(struct asv_remux *remux, AVPacket *packet)
{
    const AVStream *from = remux->in->streams[packet->stream_index];
    const int number = remux->to[packet->stream_index];
    if (!has_time(remux, packet)) {
        return ASV_OK;
    }
    packet->stream_index = number;
    packet->pos = -1;
    av_packet_rescale_ts(packet, from->time_base, remux->out->streams[number]->time_base);
    int code = av_write_frame(remux->out, packet);
    return code >= 0 ? ASV_OK : asv_remux_fail(remux, code, cannot_be_made);
}

/* ---- pictures without decoding times ---- */

/* Matroska has none, and pictures of which others are made come before those: so the fragment's are held back
 * until all are there. */
static enum asv_status hold(struct asv_remux *remux, struct held *held, const AVPacket *packet)
{
    AVPacket *copy = packet->pts != AV_NOPTS_VALUE ? av_packet_clone(packet) : NULL;
    if (packet->pts == AV_NOPTS_VALUE) {
        return ASV_OK;
    }
    if (copy == NULL) {
        return asv_remux_no_memory(remux);
    }
    if (held->count == HELD_MOST) {
        av_packet_free(&copy);
        return asv_fail(remux->err, ASV_E_LIMIT, "the recording has a key frame too seldom");
    }
    held->pts[held->count] = packet->pts;
    held->packets[held->count++] = copy;
    return ASV_OK;
}

static int compare(const void *one, const void *other)
{
    int64_t a = *(const int64_t *)one;
    int64_t b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

/* The times at which they are shown, in order, and as much earlier as makes none of them late. */
static enum asv_status write_held(struct asv_remux *remux, struct held *held)
{
    enum asv_status status = ASV_OK;
    int64_t early = 0;
    qsort(held->pts, held->count, sizeof *held->pts, compare);
    for (size_t i = 0; i < held->count; i++) {
        int64_t late = held->pts[i] - held->packets[i]->pts;
        early = late > early ? late : early;
    }
    for (size_t i = 0; status == ASV_OK && i < held->count; i++) {
        held->packets[i]->dts = held->pts[i] - early;
        status = write_packet(remux, held->packets[i]);
    }
    return status;
}

static void drop_held(struct held *held)
{
    for (size_t i = 0; held != NULL && i < held->count; i++) {
        av_packet_free(&held->packets[i]);
    }
    free(held);
}

/* ---- a fragment ---- */

/* What is cut out: [from, until) in the lead's time base. */
struct cut {
    int64_t from, until;
    bool begun;         /* the lead's first key frame was there */
    bool full, sounded; /* all of the pictures, or of the sound, that belong to it */
};

/* Whether the packet belongs to it. Sound may come somewhat later than its pictures. */
static bool is_in(const struct asv_remux *remux, struct cut *cut, const AVPacket *packet)
{
    const int stream = packet->stream_index;
    int64_t place = asv_remux_place(remux, stream, packet->dts, packet->pts);
    if (stream != remux->lead) {
        cut->sounded = cut->sounded || (place != AV_NOPTS_VALUE && place >= cut->until);
        return place != AV_NOPTS_VALUE && place >= cut->from && place < cut->until;
    }
    if ((packet->flags & AV_PKT_FLAG_KEY) != 0 && place != AV_NOPTS_VALUE && place >= cut->from) {
        cut->begun = true;
        cut->full = cut->full || place >= cut->until;
    }
    if (cut->full && place != AV_NOPTS_VALUE) {
        const AVRational base = remux->in->streams[stream]->time_base;
        cut->sounded = cut->sounded || av_rescale_q(place - cut->until, base, AV_TIME_BASE_Q) > LATE_US;
    }
    return cut->begun && !cut->full;
}

/* held: NULL when the recording has decoding times. */
static enum asv_status copy_packets(struct asv_remux *remux, struct cut *cut, AVPacket *packet,
                                    struct held *held)
{
    bool over = false;
    cut->sounded = remux->audio < 0 || remux->audio == remux->lead;
    enum asv_status status = asv_remux_next(remux, packet, &over);
    while (status == ASV_OK && !over) {
        const int stream = packet->stream_index;
        if ((stream == remux->video || stream == remux->audio) && is_in(remux, cut, packet)) {
            status = held != NULL && stream == remux->video ? hold(remux, held, packet)
                                                            : write_packet(remux, packet);
        }
        over = cut->full && cut->sounded;
        if (status == ASV_OK && !over) {
            status = asv_remux_next(remux, packet, &over);
        }
    }
    return status;
}

/* In Matroska the sound of a picture may lie before it: its index leads to pictures alone. */
static enum asv_status go_to(struct asv_remux *remux, int64_t from)
{
    const AVRational base = remux->in->streams[remux->lead]->time_base;
    int64_t before = remux->decodes ? 0 : av_rescale_q(EARLY_US, AV_TIME_BASE_Q, base);
    if (from == INT64_MIN) {
        return ASV_OK;
    }
    int64_t at = from < INT64_MIN + before ? INT64_MIN : from - before;
    int code = av_seek_frame(remux->in, remux->lead, at, AVSEEK_FLAG_BACKWARD);
    return code >= 0 ? ASV_OK : asv_remux_fail(remux, code, "the recording has nothing at this time");
}

static enum asv_status copy(struct asv_remux *remux, struct cut *cut, AVPacket *packet, struct held *held)
{
    enum asv_status status = go_to(remux, cut->from);
    if (status == ASV_OK) {
        status = copy_packets(remux, cut, packet, held);
    }
    if (status == ASV_OK && held != NULL) {
        status = write_held(remux, held);
    }
    int code = status == ASV_OK ? av_write_trailer(remux->out) : 0;
    return code >= 0 ? status : asv_remux_fail(remux, code, cannot_be_made);
}

static enum asv_status cut_out(struct asv_remux *remux, int64_t from, int64_t until)
{
    struct cut cut = {.from = from, .until = until};
    AVPacket *packet = av_packet_alloc();
    struct held *held = remux->decodes ? NULL : calloc(1, sizeof *held);
    enum asv_status status = packet != NULL && (remux->decodes || held != NULL)
                                 ? copy(remux, &cut, packet, held)
                                 : asv_remux_no_memory(remux);
    drop_held(held);
    av_packet_free(&packet);
    return status;
}

enum asv_status asv_remux_run(const struct asv_remux_io *io, int64_t from, int64_t until, struct asv_err *err)
{
    struct asv_remux remux = {.io = io, .err = err};
    enum asv_status status = asv_remux_open(&remux);
    if (status == ASV_OK) {
        status = open_output(&remux);
    }
    if (status == ASV_OK) {
        status = cut_out(&remux, from, until);
    }
    asv_remux_end(&remux);
    return status;
}
