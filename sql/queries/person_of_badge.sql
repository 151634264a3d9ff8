-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whose badge this is.
SELECT asv.person_of_badge(
    p_badge => $1::bytea)
