-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The credential with this digest, or with this key.
SELECT digest, record, enrolled_at, revoked_at, revocation_taken, disabled_at
FROM asv.credential_find(
    p_digest => $1::bytea,
    p_key => $2::bytea)
