-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the clips that were recorded on another day than the one of their key.
SELECT recording, camera, epoch, number, header, clip, kind, day, decided_day, due_at, latest_at, committed_at, key_kind, key_date,
       early
FROM asv.rewrap_page(p_after => $1::uuid, p_limit => $2::integer)
