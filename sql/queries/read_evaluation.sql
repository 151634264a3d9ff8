-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The evaluation of some months, of all units or of one, as JSON or CSV.
SELECT asv.evaluation(
    p_from => ($1 || '-01')::date, p_until => ($2 || '-01')::date, p_unit => $3::text, p_format => $4::text)
