/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording on its way from the vault into a package (docs/HANDOVER.md 2): each of its files as a source.
 * What is read is compared once more with what the camera and the dock signed (LAW H3), chunk by chunk, so
 * that nothing wrong is handed over whatever the vault's disk does meanwhile.
 */
#ifndef ASV_SERVER_HANDOVER_RECORDING_H
#define ASV_SERVER_HANDOVER_RECORDING_H

#include "server/handover/excerpt.h"
#include "server/incident/open.h"
#include "server/package/source.h"

enum asv_recording_file {
    ASV_RECORDING_SEAL,
    ASV_RECORDING_CHAIN,
    ASV_RECORDING_LINK,
    ASV_RECORDING_COMMIT,
    ASV_RECORDING_RECEIPT,
    ASV_RECORDING_TAIL,   /* what nothing signs */
    ASV_RECORDING_SEALED, /* an age file: its header for the recipients, then the payload as it was written */
    ASV_RECORDING_PLAYABLE, /* what that opens to, byte for byte */
    ASV_RECORDING_KEY,      /* the file key in hexadecimal, and a line end */
    ASV_RECORDING_EXCERPT,  /* what a range of it shows */
    ASV_RECORDING_PROOF,    /* that the camera signed that */
    ASV_RECORDING_FILES,
};

/* "sealed.age": its name below the recording's directory; static. */
const char *asv_recording_file_name(enum asv_recording_file file);

struct asv_recording {
    struct asv_exhibit *exhibit;
    struct asv_commit commit;
    uint8_t commit_digest[ASV_SHA256_BYTES], receipt_digest[ASV_SHA256_BYTES]; /* as they were compared */
    uint64_t sizes[ASV_RECORDING_FILES];                                       /* 0: there is none */
    uint8_t age_header[ASV_AGE_HEADER_MAX_BYTES];
    size_t age_header_len;
    bool has_key;
    uint8_t file_key[ASV_FILE_KEY_BYTES]; /* secret */
    struct asv_excerpt *excerpt;          /* NULL: none was chosen */
    /* Asked before each chunk: whatever it says but ASV_OK ends the reading. From any thread; NULL: nobody.
     */
    enum asv_status (*go_on)(void *ctx, struct asv_err *err);
    void *go_on_ctx; /* borrowed */
};

/* Reads the seal and the records beside it, and compares them. *out is the caller's to close; on the heap,
 * locked as far as the limits allow. ASV_E_NOT_FOUND: the vault does not have it, or nothing of it is signed.
 * Otherwise as asv_exhibit_open_seal, and ASV_E_MISMATCH for a commit record of another recording. */
ASV_MUST_CHECK enum asv_status asv_recording_open(struct asv_vault *vault,
                                                  const struct asv_exhibit_name *name,
                                                  struct asv_recording **out, struct asv_err *err);

/* Wipes it; NULL is fine. */
void asv_recording_close(struct asv_recording *recording);

static inline void asv_cleanup_recording(struct asv_recording **recording)
{
    asv_recording_close(*recording);
}
#define asv_auto_recording __attribute__((cleanup(asv_cleanup_recording)))

/* The age header that the keeper wrapped for the recipients: text, from the version line to the MAC. Copied.
 * ASV_E_MALFORMED, and ASV_E_DIGEST when its MAC is not that of the key that was given before. */
ASV_MUST_CHECK enum asv_status asv_recording_set_header(struct asv_recording *recording,
                                                        struct asv_bytes header, struct asv_err *err);

/* The file key, without which there is no playable file. Copied. ASV_E_DIGEST when it is another's. */
ASV_MUST_CHECK enum asv_status asv_recording_set_key(struct asv_recording *recording,
                                                     const uint8_t file_key[ASV_FILE_KEY_BYTES],
                                                     struct asv_err *err);

/* Chooses what of it shows this range of media time: the key must be there. asv_excerpt_facts of
 * recording->excerpt says what it is. Errors as asv_excerpt_choose. */
ASV_MUST_CHECK enum asv_status asv_recording_choose(struct asv_recording *recording, uint32_t from_ms,
                                                    uint32_t until_ms, struct asv_err *err);

/* Forgets the key and the excerpt again. */
void asv_recording_wipe_key(struct asv_recording *recording);

/* One file that is being read; on the heap, wiped when it is closed. */
struct asv_recording_reader;

/* ASV_E_NOT_FOUND when the recording has no such file, ASV_E_STATE without the key or the header that it
 * takes. One at a time: the recording is the reader's until it is closed. What was read counts when the end
 * was (LAW H3): ASV_E_DIGEST, with what differs. */
ASV_MUST_CHECK enum asv_status asv_recording_read(struct asv_recording *recording,
                                                  enum asv_recording_file file,
                                                  struct asv_recording_reader **reader,
                                                  struct asv_source *out, struct asv_err *err);
void asv_recording_reader_close(struct asv_recording_reader *reader); /* NULL is fine */

#endif
