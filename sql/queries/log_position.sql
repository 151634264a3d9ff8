-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Where the stored device log of a camera ends.
SELECT next, after
FROM asv.log_position(
    p_camera => $1::bytea)
