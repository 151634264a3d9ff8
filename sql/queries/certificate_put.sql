-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Adds a verified certificate.
SELECT asv.certificate_put(
    p_role => $1::smallint,
    p_serial => $2::bytea,
    p_issuer => $3::bytea,
    p_name => $4::text,
    p_model => $5::text,
    p_device_serial => $6::text,
    p_signing_pk => $7::bytea,
    p_kx_pk => $8::bytea,
    p_not_before => $9::timestamptz,
    p_not_after => $10::timestamptz,
    p_encoded => $11::bytea)
