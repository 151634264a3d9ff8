/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What asservat-media, which reads foreign media with libavformat, and who asks it say to each other over one
 * stream socket (docs/PLAYBACK.md 3). The program has nothing else: the recording comes piece by piece, as it
 * asks for it, and what it made of it goes back the same way. Both distrust the other's lengths.
 *
 *   asker             program
 *   START      ──►
 *              ◄──    READ      offset, bytes
 *   DATA       ──►              as many bytes, which are there
 *              ◄──    FACTS     of ASV_MEDIA_LOOK and ASV_MEDIA_TELL
 *              ◄──    INDEX     of ASV_MEDIA_LOOK; behind FACTS
 *              ◄──    OUT       fragmented MP4, of ASV_MEDIA_REMUX
 *              ◄──    END       status and why; last
 */
#ifndef ASV_SERVER_MEDIA_CHANNEL_H
#define ASV_SERVER_MEDIA_CHANNEL_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/world.h"

#define ASV_MEDIA_PIECE_BYTES 131072 /* of DATA and OUT, at most */
#define ASV_MEDIA_STREAMS     8      /* that are told of */
#define ASV_MEDIA_NAME_BYTES  32     /* of a format or codec, with its NUL */
#define ASV_MEDIA_PARTS       6000   /* of an index: what one frame holds */
#define ASV_MEDIA_PART_BYTES  (32u << 20)

enum asv_media_frame {
    ASV_MEDIA_START = 1,
    ASV_MEDIA_READ = 2,
    ASV_MEDIA_DATA = 3,
    ASV_MEDIA_OUT = 4,
    ASV_MEDIA_FACTS = 5,
    ASV_MEDIA_END = 6,
    ASV_MEDIA_INDEX = 7,
};

enum asv_media_what {
    ASV_MEDIA_LOOK = 1,
    ASV_MEDIA_REMUX = 2,
    ASV_MEDIA_TELL = 3, /* LOOK without its index, for which a recording is read through */
};

struct asv_media_start {
    uint8_t what;        /* enum asv_media_what */
    uint64_t bytes;      /* of the recording */
    int64_t from, until; /* REMUX: as the index has it; from INT64_MIN, until INT64_MAX: all of it */
};

enum asv_media_kind { ASV_MEDIA_OTHER, ASV_MEDIA_VIDEO, ASV_MEDIA_AUDIO };

struct asv_media_stream {
    uint8_t kind; /* enum asv_media_kind */
    char codec[ASV_MEDIA_NAME_BYTES];
    char type[ASV_MEDIA_NAME_BYTES]; /* RFC 6381; empty: none that browsers know */
    uint32_t width, height;          /* pixels, of video */
    uint32_t rate, channels;         /* of sound; rate in Hz */
};

struct asv_media_facts {
    char format[ASV_MEDIA_NAME_BYTES];
    uint64_t duration_us; /* 0: not known */
    uint8_t stream_count;
    struct asv_media_stream streams[ASV_MEDIA_STREAMS];
};

/* What one fragment is made of: it begins with a key frame. */
struct asv_media_part {
    int64_t at;     /* where it begins: the program's own number, rising */
    uint64_t ms;    /* media time of that key frame */
    uint32_t bytes; /* of the fragment, at most */
};

struct asv_media_index {
    size_t count;
    struct asv_media_part parts[ASV_MEDIA_PARTS];
};

/* One frame as it comes: its bytes lie in the channel until the next one. */
struct asv_media_channel {
    int fd;                        /* borrowed; blocking */
    int idle_ms;                   /* for how long the other may say, or take, nothing */
    const struct asv_world *world; /* NULL: it may take as long as it likes in all */
    uint64_t until_ms;             /* otherwise monotonic; idle_ms later at the latest */
    uint8_t type;
    size_t len;
    uint8_t body[ASV_MEDIA_PIECE_BYTES];
};

/* ASV_E_AWAY: the other went away. ASV_E_TIMEOUT. ASV_E_MALFORMED: no frame of this protocol. */
ASV_MUST_CHECK enum asv_status asv_media_receive(struct asv_media_channel *channel, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_media_send(const struct asv_media_channel *channel,
                                              enum asv_media_frame type, const void *body, size_t len,
                                              struct asv_err *err);

/* The bodies. Readers: ASV_E_MALFORMED for anything else than what the writer writes. */
void asv_media_start_write(struct asv_writer *out, const struct asv_media_start *start);
ASV_MUST_CHECK enum asv_status asv_media_start_read(struct asv_media_start *out, struct asv_bytes body);
void asv_media_facts_write(struct asv_writer *out, const struct asv_media_facts *facts);
ASV_MUST_CHECK enum asv_status asv_media_facts_read(struct asv_media_facts *out, struct asv_bytes body);
void asv_media_index_write(struct asv_writer *out, const struct asv_media_index *index);
ASV_MUST_CHECK enum asv_status asv_media_index_read(struct asv_media_index *out, struct asv_bytes body);

/* What END says: a status, and its text in err. ASV_OK only when the program said that. */
void asv_media_end_write(struct asv_writer *out, enum asv_status status, const char *text);
ASV_MUST_CHECK enum asv_status asv_media_end_read(struct asv_bytes body, struct asv_err *err);

#endif
