-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Somebody signed in with a passkey.
SELECT asv.session_passkey_put(
    p_digest => $1::bytea,
    p_credential => $2::bytea,
    p_challenge => $3::bytea,
    p_until_at => $4::timestamptz,
    p_idle_s => $5::integer)
