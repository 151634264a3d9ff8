-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The request that the first digits of its statement's digest name.
SELECT proposal, action, clip, camera, camera_name, from_at, until_at, incident, case_number, ground, superior, requested_at,
       expires_at, outcome, NULL::timestamptz AS ended_at, object
FROM asv.request_find(
    p_what => $1::text)
