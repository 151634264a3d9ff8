-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Adds a record of who asks, with an authenticator's key.
SELECT asv.credential_offer(
    p_valid_from => $1::timestamptz,
    p_valid_until => $2::timestamptz,
    p_key => $3::bytea,
    p_record => $4::bytea)
