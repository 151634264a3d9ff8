-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Makes a token of whoever is signed in.
SELECT asv.session_token_put(
    p_digest => $1::bytea,
    p_name => $2::text,
    p_scopes => $3::integer,
    p_until_at => $4::timestamptz)
