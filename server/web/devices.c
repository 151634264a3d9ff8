/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/cameras, /docks, /alarms: machines of the register, without recordings, and what needs a person. */
#include "server/web/reading.h"

void asv_web_cameras(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_CAMERAS, "cameras", NULL, 0);
}

/* */
void asv_web_cameras_out(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_CAMERAS_OUT, "cameras", NULL, 0);
}

void asv_web_camera(struct asv_web_call *call)
{
    char camera[ASV_WEB_VALUE_BYTES];
    asv_web_path_text(call, 0, camera);
    asv_web_show(call, ASV_DB_READ_CAMERA, camera);
}

void asv_web_docks(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_DOCKS, "docks", NULL, 0);
}

void asv_web_alarms(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_ALARMS, "alarms", NULL, 0);
}
