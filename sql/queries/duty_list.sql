-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the duties that are not over.
SELECT id, person, name, kind, unit, appraised, appraised_name, from_at, until_at
FROM asv.duty_list(
    p_after => $1::uuid,
    p_limit => $2::integer)
