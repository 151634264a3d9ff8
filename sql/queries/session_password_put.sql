-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Somebody signed in with a password and a code.
SELECT asv.session_password_put(
    p_digest => $1::bytea,
    p_person => $2::uuid,
    p_key => $3::bytea,
    p_step => $4::bigint,
    p_until_at => $5::timestamptz,
    p_idle_s => $6::integer)
