-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the people with an account.
SELECT person, name, roles, since, disabled_at, person::text AS after
FROM asv.user_lines(
    p_one => NULL, p_after => $1::uuid, p_limit => $2::integer)
