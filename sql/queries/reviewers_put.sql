-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whom a hold names as its reviewers.
SELECT asv.reviewers_put(
    p_answer => $1::bytea,
    p_reviewers => $2::text)
