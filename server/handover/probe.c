/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/probe.h"

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/media/ask.h"

#define IDLE_MS 5000 /* M-005 */
#define MOST_MS 20000

static enum asv_status ask(struct asv_playback *playback, const char *socket_path,
                           const struct asv_world *world, struct asv_media_facts *out, struct asv_err *err)
{
    struct asv_media_program program = {
        .idle_ms = IDLE_MS, .world = world, .until_ms = asv_world_mono_ms(world) + MOST_MS};
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_media_call(socket_path, &fd, err);
    program.fd = fd;
    return status == ASV_OK ? asv_media_tell(&program, playback, out, err) : status;
}

/* By a reading of its own: the program asks for what it likes. */
enum asv_status asv_probe_recording(struct asv_vault *vault, const struct asv_exhibit_name *name,
                                    const struct asv_recording *recording, const char *socket_path,
                                    const struct asv_world *world, struct asv_media_facts *out,
                                    struct asv_err *err)
{
    struct asv_exhibit *exhibit = NULL;
    struct asv_playback *playback = NULL;
    if (!recording->has_key) {
        return asv_fail(err, ASV_E_STATE, "it is not opened");
    }
    enum asv_status status = asv_exhibit_open_seal(vault, name, &exhibit, err);
    if (status == ASV_OK) {
        status = asv_playback_open_take(exhibit, recording->file_key, &playback, err);
    }
    if (status == ASV_OK) {
        status = ask(playback, socket_path, world, out, err);
    }
    asv_playback_close(playback);
    return status;
}
