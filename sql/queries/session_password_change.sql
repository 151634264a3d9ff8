-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whoever is signed in has another password.
SELECT asv.session_password_change(
    p_salt => $1::bytea,
    p_key => $2::bytea,
    p_passes => $3::smallint,
    p_memory_kib => $4::integer)
