-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The keeper waits for no answer to this request to hold this recording, or has refused it.
SELECT asv.hold_lapsed(p_recording => $1::uuid, p_proposal => $2::bytea, p_ended => $3::boolean)
