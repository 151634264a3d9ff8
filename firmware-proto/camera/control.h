/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The buttons of a camera that records: "asservat-camera mark" speaks to the recording process through the
 * socket DIR/control. One command is one packet of text, its answer one packet: "ok", or why not.
 */
#ifndef ASV_CAMERA_CONTROL_H
#define ASV_CAMERA_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/camera/recorder.h"

#define ASV_CONTROL_TEXT_MAX 127

struct asv_control {
    int dir_fd;
    int listen_fd;
};

/* Makes the socket. ASV_E_IO. The directory stays locked by the caller, so nobody else listens there. */
ASV_MUST_CHECK enum asv_status asv_control_open(struct asv_control *control, const char *dir,
                                                struct asv_err *err);
void asv_control_close(struct asv_control *control);

/* Takes one waiting command, if there is one, into text[ASV_CONTROL_TEXT_MAX + 1], and its connection in *fd,
 * which asv_control_answer closes. ASV_E_AGAIN when there is none. */
ASV_MUST_CHECK enum asv_status asv_control_take(struct asv_control *control, char *text, int *fd);
void asv_control_answer(int fd, const char *text);

/* What a command does: marker, display-on, display-off, announced [REASON WHY NOT], dwelling
 * [ordered|danger], start, stop. ASV_E_USAGE for anything else; the rest as the recorder's functions. */
ASV_MUST_CHECK enum asv_status asv_control_apply(struct asv_recorder *recorder, const char *text,
                                                 struct asv_err *err);

/* ASV_E_USAGE unless text is a command; *records: whether it starts or stops a recording, which takes
 * somebody who records. */
ASV_MUST_CHECK enum asv_status asv_control_check(const char *text, bool *records, struct asv_err *err);

/* Sends one command to who records in dir; answer[ASV_CONTROL_TEXT_MAX + 1]. ASV_E_AWAY when nobody does. */
ASV_MUST_CHECK enum asv_status asv_control_send(const char *dir, const char *text, char *answer);

#endif
