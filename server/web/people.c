/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/users: who has an account, and what for; nothing of recordings (LAW L6). */
#include "server/web/reading.h"

void asv_web_users(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_USERS, "users", NULL, 0);
}

void asv_web_user(struct asv_web_call *call)
{
    char person[ASV_WEB_VALUE_BYTES];
    asv_web_path_text(call, 0, person);
    asv_web_show(call, ASV_DB_READ_USER, person);
}
