-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The carrier of a hand-over in its parts.
SELECT part, parts, digest
FROM asv.handover_carriers(
    p_id => $1::uuid)
