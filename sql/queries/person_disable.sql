-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Nothing is done with this account any more.
SELECT asv.person_disable(
    p_person => $1::uuid,
    p_reason => $2::text,
    p_by => $3::text)
