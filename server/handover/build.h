/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Makes what two people decided to hand over (docs/HANDOVER.md 2): the carrier and the filing, in one
 * directory. Whoever begins again after a crash goes on; what was finished is not read again. Where
 * recordings lie, who gives keys and what else is known comes from the caller.
 */
#ifndef ASV_SERVER_HANDOVER_BUILD_H
#define ASV_SERVER_HANDOVER_BUILD_H

#include "server/handover/names.h"
#include "server/package/carrier.h"
#include "server/statement/plan.h"

#define ASV_BUILD_CARRIER "carrier.zip" /* of one part; see asv_build_carrier */
#define ASV_BUILD_FILING  "filing"
#define ASV_BUILD_WORK    "work" /* of an unfinished one: nothing of a recording */

#define ASV_BUILD_NAME_BYTES 32
#define ASV_BUILD_ROW        12 /* recordings that the keeper is asked for at once, at most */

/* A carrier of its own, of some of the plan's recordings (HO-085). */
struct asv_build_part {
    uint16_t number, of;   /* from 1 */
    uint16_t first, count; /* clips[first..]: the plan's numbers of its recordings, from 0 */
    const uint16_t *clips; /* all of the plan's, by time */
};

/* How a plan's recordings are divided among carriers. Large: on the heap. */
struct asv_build_parts {
    uint16_t of;
    uint16_t clips[ASV_PLAN_CLIPS_MAX];
    uint16_t first[ASV_PLAN_CLIPS_MAX + 1]; /* of each part, and of the one behind the last */
};

/* number: from 1. */
struct asv_build_part asv_build_part(const struct asv_build_parts *parts, uint16_t number);

/* What it is called in the directory of a hand-over; its extras, below ASV_BUILD_WORK. */
const char *asv_build_carrier(char out[ASV_BUILD_NAME_BYTES], uint16_t number, uint16_t of);
const char *asv_build_extras(char out[ASV_BUILD_NAME_BYTES], const struct asv_build_part *part);

/* A recording whose files are in. */
struct asv_build_clip {
    uint16_t clip;   /* its number in the plan */
    unsigned number; /* of its directory, from 1 */
    struct asv_plan_clip plan;
    const struct asv_recording *recording;
    const struct asv_handover_file *files; /* [ASV_RECORDING_FILES]; name "": it has none */
};

/* Everything else. */
struct asv_build_said {
    const struct asv_handover_naming *naming;
    const struct asv_build_part *part;         /* of a filing: all of it */
    int64_t made_ms;                           /* of the first run */
    const struct asv_handover_file *documents; /* [ASV_HANDOVER_DOCUMENTS], without bytes and digest */
    const struct asv_handover_file *files;
    size_t file_count;
};

struct asv_build_progress {
    enum asv_handover_output output;
    uint16_t clips, clip; /* how many; the one that is being read, from 0, in the order of all parts */
    uint64_t bytes;       /* of the vault that were read by this run */
};

/* What the caller does. Each may fail; the run ends with that. */
struct asv_build_ops {
    void *ctx;
    /* Asks the keeper for clips[0]: sets the recording's header and, unless its form is SEALED, its key. The
     * others, count - 1, go sealed as it does and come behind it: their headers may be asked for with it. */
    enum asv_status (*keys)(void *ctx, const uint16_t *clips, unsigned count, struct asv_recording *recording,
                            struct asv_err *err);
    /* Writes what lies below data/ besides, such as ledger/ and trust/, into an empty directory; of the
     * part's recordings alone. */
    enum asv_status (*extras)(void *ctx, const struct asv_build_part *part, const char *path,
                              struct asv_err *err);
    /* Told of each recording, in their order in a part; the first one begins anew. */
    enum asv_status (*clip)(void *ctx, const struct asv_build_clip *clip, struct asv_err *err);
    /* The facts: text is the caller's to free. */
    enum asv_status (*facts)(void *ctx, const struct asv_build_said *said, char **text, size_t *len,
                             struct asv_err *err);
    /* Asked before each piece of a recording. NULL: nobody. */
    enum asv_status (*go_on)(void *ctx, const struct asv_build_progress *progress, struct asv_err *err);
};

/* All borrowed. */
struct asv_build {
    int dir;          /* of this hand-over alone */
    const char *path; /* the same */
    struct asv_bytes plan, proposal, approval;
    struct asv_vault *vault;
    const struct asv_exhibit_name *names; /* where the plan's recordings lie, in its order */
    const uint64_t *sizes;                /* about how long their payloads are */
    uint64_t
        medium; /* a carrier has at most so many bytes, as the first run of this directory has it; 0: any */
    const struct asv_package_signer *signer;
    struct asv_bytes release; /* of XJustiz, for a filing */
    const char *organisation; /* for bag-info.txt */
    const char *version;      /* of the program that makes it */
    const char *documents;    /* the program that makes those */
    int64_t now_ms;
    const struct asv_build_ops *ops;
};

/* Makes what the plan asks for and is not there yet; whole on the medium, names included, when it is ASV_OK.
 * The process is in its time zone. ASV_E_BUSY: another process makes it. ASV_E_NO_SPACE:
 * say it again when there is room. ASV_E_AGAIN: a carrier came out larger than a medium, and the next run
 * divides them anew (HO-143). ASV_E_LIMIT: a recording is larger than a medium. Otherwise what a source,
 * the package or the caller fails with. */
ASV_MUST_CHECK enum asv_status asv_build_run(const struct asv_build *build, struct asv_err *err);

/* How asv_build_run divides them, or did. ASV_E_LIMIT: a recording is larger than a medium. */
ASV_MUST_CHECK enum asv_status asv_build_divide(const struct asv_build *build, struct asv_build_parts *out,
                                                struct asv_err *err);

#endif
