-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the clips that are said to be erased early, and that no run has taken over.
SELECT recording, camera, epoch, number, header, clip, kind, day, decided_day, due_at, latest_at, committed_at, key_kind, key_date,
       early
FROM asv.erasure_claims(p_after => $1::uuid, p_limit => $2::integer)
