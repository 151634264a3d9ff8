-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A run ended.
SELECT asv.retention_end(
    p_run => $1::uuid,
    p_exit => $2::smallint,
    p_erased => $3::bigint,
    p_held => $4::bigint,
    p_pending => $5::bigint,
    p_lapsed => $6::bigint,
    p_late => $7::bigint,
    p_failed => $8::bigint,
    p_open => $9::bigint,
    p_disagreements => $10::bigint,
    p_orphans => $11::bigint,
    p_leftovers => $12::bigint,
    p_uneven => $13::bigint,
    p_detail => $14::text)
