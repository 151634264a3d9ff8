/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * alert.conf: to whom mails go and through which server, and from when on something is late.
 */
#ifndef ASV_SERVER_ALERT_SETTINGS_H
#define ASV_SERVER_ALERT_SETTINGS_H

#include "server/base/mail.h"

struct asv_alert_settings {
    char mail_to[ASV_MAIL_ADDRESSES *
                 ASV_MAIL_ADDRESS_BYTES]; /* with commas between; empty: the journal alone */
    char mail_from[ASV_MAIL_ADDRESS_BYTES];
    char smtp_url[512];
    char smtp_ca[512];    /* file; empty: the system's */
    char smtp_login[512]; /* file; empty: none */
    uint64_t smtp_timeout_ms;
    uint64_t undocked_ms; /* a camera that is out for longer is late */
    uint64_t backup_ms;   /* a backup that is older is too old */

    /* What mail_to says: points into it. */
    const char *to[ASV_MAIL_ADDRESSES];
    size_t to_count;
};

/* A file that is not there is as good as an empty one. ASV_E_USAGE with the line, or for settings that do not
 * go together. *out must stay where it is. */
ASV_MUST_CHECK enum asv_status asv_alert_settings_read(struct asv_alert_settings *out, const char *path,
                                                       struct asv_err *err);

#endif
