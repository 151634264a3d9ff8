-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The job begins again with a hand-over.
SELECT asv.handover_again(
    p_id => $1::uuid)
