-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A password that the administrator chose.
SELECT asv.password_put(
    p_person => $1::uuid,
    p_name => $2::text,
    p_salt => $3::bytea,
    p_key => $4::bytea,
    p_passes => $5::smallint,
    p_memory_kib => $6::integer,
    p_by => $7::text)
