-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the clips in one state, behind the recording that ended the page before.
SELECT recording, camera, epoch, number, header, clip, kind, day, decided_day, due_at, latest_at, committed_at, key_kind, key_date,
       early
FROM asv.retention_page(
    p_state => $1::text, p_due_before => $2::timestamptz, p_after => $3::uuid, p_limit => $4::integer)
