-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the next nights would erase.
SELECT night, recordings, marked
FROM asv.night_lines(
    p_nights => $1::integer)
