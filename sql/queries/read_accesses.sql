-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of who was shown one recording.
SELECT id AS access, at, name, case_number, reason, forget_at, id::text AS after
FROM asv.access_page(
    p_clip => $3::uuid, p_after => $1::uuid, p_limit => $2::integer)
