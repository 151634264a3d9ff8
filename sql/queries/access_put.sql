-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Somebody is about to be shown a recording.
SELECT asv.access_put(
    p_id => $1::uuid,
    p_shown => $2::bytea,
    p_reason => $3::text)
