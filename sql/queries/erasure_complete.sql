-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Keys and files of these clips are gone.
SELECT asv.erasure_complete(
    p_run => $1::uuid,
    p_recordings => $2::uuid[],
    p_keepers => $3::bytea[],
    p_orders => $4::bytea[],
    p_issued_ms => $5::bigint[],
    p_reasons => $6::bigint[],
    p_details => $7::text[])
