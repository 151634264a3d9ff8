-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Keeps what the keeper signed about a day whose keys are destroyed.
SELECT asv.day_ended(
    p_day => $1::date,
    p_object => $2::bytea,
    p_digest => $3::bytea,
    p_keeper => $4::bytea,
    p_issued_at => $5::timestamptz,
    p_due_at => $6::timestamptz,
    p_slots => $7::bytea,
    p_confirmed => $8::integer,
    p_open => $9::integer,
    p_copies => $10::integer)
