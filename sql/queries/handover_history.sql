-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What was made of a hand-over, written to media, and written down of it.
SELECT kind, what, digest, bytes, coalesce(count, 0) AS count, at, by
FROM asv.handover_history(
    p_id => $1::uuid)
LIMIT $2::integer
