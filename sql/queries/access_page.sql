-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Who was shown one recording.
SELECT id, at, name, case_number, reason, forget_at
FROM asv.access_page(p_clip => $1::uuid, p_after => $2::uuid, p_limit => $3::integer)
