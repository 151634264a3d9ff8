-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What is to be signed of a picture of a recording.
SELECT incident, case_number, header, there
FROM asv.incident_still_next(
    p_clip => $1::uuid,
    p_at_ms => $2::bigint,
    p_picture => $3::bytea)
