-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Keeps a day's balance, if it is another than the last one.
SELECT asv.balance_put(
    p_run => $1::uuid,
    p_day => $2::date,
    p_ingested => $3::bigint,
    p_expired => $4::bigint,
    p_running => $5::bigint,
    p_pending => $6::bigint,
    p_held => $7::bigint,
    p_quarantined => $8::bigint,
    p_erasing => $9::bigint,
    p_erased => $10::bigint)
