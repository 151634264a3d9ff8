-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- How far the job is with a hand-over.
SELECT asv.handover_progress(
    p_id => $1::uuid,
    p_stage => $2::text,
    p_done => $3::smallint,
    p_bytes => $4::bigint,
    p_error => $5::text,
    p_cause => $6::text)
