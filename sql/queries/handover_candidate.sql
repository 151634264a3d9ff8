-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What stands in a plan about a recording.
SELECT incident, header, held, bytes, span_ms
FROM asv.handover_clip_next(
    p_case => $1::text,
    p_clip => $2::uuid)
