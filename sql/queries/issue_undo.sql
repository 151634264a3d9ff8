-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- No camera took it.
SELECT asv.issue_undo(
    p_assignment => $1::uuid)
