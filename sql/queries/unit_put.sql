-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Adds a unit or changes its title.
SELECT asv.unit_put(
    p_code => $1::text,
    p_title => $2::text)
