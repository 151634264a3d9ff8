-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whether a hand-over was received or cancelled.
SELECT asv.handover_is_over(
    p_id => $1::uuid)
