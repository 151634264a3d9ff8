-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The camera proved that it erased a recording.
SELECT asv.erasure_proven(
    p_session => $1::bytea,
    p_camera => $2::bytea,
    p_epoch => $3::uuid,
    p_number => $4::bigint,
    p_header => $5::bytea,
    p_cause => $6::smallint,
    p_cause_digest => $7::bytea,
    p_erased_at => $8::timestamptz,
    p_mono_ms => $9::bigint,
    p_boot => $10::uuid,
    p_method => $11::smallint,
    p_object => $12::bytea)
