-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One of the people with an account.
SELECT person, name, roles, since, disabled_at, asv.user_credentials(person) AS credentials,
       asv.user_duties(person) AS duties
FROM asv.user_lines(
    p_one => $1::uuid, p_after => NULL, p_limit => 1)
