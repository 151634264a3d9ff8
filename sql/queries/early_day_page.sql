-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of clips that two people erased early, one for each camera and day of its key.
SELECT recording, camera, epoch, number, header, clip, kind, day, decided_day, due_at, latest_at, committed_at, key_kind, key_date,
       early
FROM asv.early_day_page(p_now => $1::timestamptz, p_after => $2::uuid, p_limit => $3::integer)
