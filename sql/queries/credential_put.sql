-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Adds a credential record that nobody has enrolled yet.
SELECT asv.credential_put(
    p_agency => $1::bytea,
    p_person => $2::uuid,
    p_badge => $3::bytea,
    p_name => $4::text,
    p_roles => $5::integer,
    p_units => $6::text,
    p_valid_from => $7::timestamptz,
    p_valid_until => $8::timestamptz,
    p_key => $9::bytea,
    p_record => $10::bytea,
    p_by => $11::text)
