-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- To whom a camera was issued, or why to nobody.
SELECT asv.issue_put(
    p_which => $1::uuid,
    p_holder => $2::uuid,
    p_reason => $3::text,
    p_by => $4::text,
    p_correct => $5::boolean)
