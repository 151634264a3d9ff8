-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whose account of the server this is.
SELECT asv.login_put(
    p_person => $1::uuid,
    p_login => $2::text,
    p_by => $3::text)
