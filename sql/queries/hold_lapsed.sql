-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The keeper waits for no answer to a request to hold this recording.
SELECT asv.hold_lapsed(p_recording => $1::uuid)
