-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of what the vault must hold, behind the recording that ended the page before.
SELECT recording, camera, epoch, number, header, clip, kind, day, latest_at
FROM asv.custody_list(p_after => $1::uuid, p_limit => $2::integer)
