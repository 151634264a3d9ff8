-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Which of these sessions still count.
SELECT at, roles
FROM asv.session_standing(
    p_digests => $1::bytea[])
