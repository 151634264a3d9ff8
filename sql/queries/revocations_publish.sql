-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Adds a signed, verified revocation list.
SELECT asv.revocations_publish(
    p_number => $1::bigint,
    p_signer => $2::bytea,
    p_issued_at => $3::timestamptz,
    p_serials => $4::text[],
    p_object => $5::bytea)
