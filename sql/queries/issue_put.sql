-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- To whom a camera was issued.
SELECT asv.issue_put(
    p_assignment => $1::uuid,
    p_holder => $2::uuid,
    p_by => $3::text,
    p_correct => $4::boolean)
