/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Texts in one form: "ü" is one character, or "u" and two dots, and looks the same. What people type is
 * brought into Unicode's NFC before it is signed, stored or looked for.
 */
#ifndef ASV_SERVER_BASE_NORMAL_H
#define ASV_SERVER_BASE_NORMAL_H

#include "firmware-proto/base/status.h"

/* *out: text in NFC, the caller's to free; NULL: it is already. What is not UTF-8 is left as it is: whoever
 * takes texts refuses it. ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_text_normal(const char *text, char **out, struct asv_err *err);

#endif
