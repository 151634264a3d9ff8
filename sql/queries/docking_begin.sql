-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A session began.
SELECT outcome, enrolled, retired, revoked, number_back, highest_before, emptied_at, word_wanted, unit
FROM asv.docking_begin(
    p_session => $1::bytea,
    p_dock => $2::bytea,
    p_slot => $3::integer,
    p_port => $4::text,
    p_camera => $5::bytea,
    p_began_at => $6::timestamptz,
    p_clock_offset_ms => $7::bigint,
    p_clock_uncertainty_ms => $8::bigint,
    p_camera_wall_at => $9::timestamptz,
    p_camera_mono_ms => $10::bigint,
    p_boot => $11::uuid,
    p_clock_state => $12::smallint,
    p_last_sync_at => $13::timestamptz,
    p_clock_source => $14::smallint,
    p_epoch => $15::uuid,
    p_last_number => $16::bigint,
    p_clips => $17::bigint,
    p_erasures => $18::bigint,
    p_store_bytes => $19::bigint,
    p_free_bytes => $20::bigint,
    p_battery_percent => $21::smallint,
    p_flags => $22::integer,
    p_firmware => $23::text,
    p_firmware_digest => $24::bytea,
    p_bulletin => $25::bigint,
    p_revocations => $26::bigint,
    p_configuration => $27::bigint,
    p_assignment => $28::bigint,
    p_policy => $29::bigint,
    p_assignment_id => $30::uuid)
