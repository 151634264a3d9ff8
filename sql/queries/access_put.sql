-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Somebody is about to be shown a recording.
SELECT asv.access_put(
    p_id => $1::uuid,
    p_proposal => $2::bytea,
    p_at => $3::timestamptz,
    p_reason => $4::text,
    p_forget_at => $5::timestamptz)
