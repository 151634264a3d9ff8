-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A session ended.
SELECT asv.docking_end(
    p_session => $1::bytea,
    p_ended_at => $2::timestamptz,
    p_reason => $3::smallint,
    p_stored => $4::bigint,
    p_quarantined => $5::bigint,
    p_expired => $6::bigint,
    p_remaining => $7::bigint,
    p_bytes => $8::bigint,
    p_detail => $9::text,
    p_inventory => $10::bytea)
