-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What stands as an approval is none.
SELECT asv.approval_void(
    p_answer => $1::bytea,
    p_why => $2::text,
    p_undo => $3::boolean)
