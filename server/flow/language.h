/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * In which language people are told something.
 */
#ifndef ASV_SERVER_FLOW_LANGUAGE_H
#define ASV_SERVER_FLOW_LANGUAGE_H

enum asv_language { ASV_ENGLISH, ASV_GERMAN, ASV_LANGUAGES };

#endif
