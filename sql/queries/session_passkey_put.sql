-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Somebody signed in with a passkey.
SELECT asv.session_passkey_put(
    p_digest => $1::bytea,
    p_credential => $2::bytea,
    p_challenge => $3::bytea,
    p_client_data => $4::bytea,
    p_authenticator_data => $5::bytea,
    p_signature => $6::bytea,
    p_until_at => $7::timestamptz,
    p_idle_s => $8::integer)
