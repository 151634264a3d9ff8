-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the credentials.
SELECT digest, record, enrolled_at, revoked_at, revocation_taken, disabled_at
FROM asv.credential_page(
    p_name => $1::text,
    p_digest => $2::bytea,
    p_limit => $3::integer)
