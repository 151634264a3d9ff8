-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Writes down who is in charge, deputises or appraises.
SELECT asv.duty_put(
    p_person => $1::uuid,
    p_kind => $2::text,
    p_unit => $3::text,
    p_appraised => $4::uuid,
    p_from => $5::timestamptz,
    p_until => $6::timestamptz,
    p_by => $7::text)
