-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The credentials of who asks.
SELECT digest, record, enrolled_at, revoked_at, revocation_taken, disabled_at
FROM asv.credential_mine(
    p_authenticators => $1::boolean,
    p_limit => $2::integer)
