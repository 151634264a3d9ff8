-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the runs of the retention job.
SELECT run, began_at, ended_at, software, exit, erased, held, pending, lapsed, late, failed, open, disagreements, orphans,
       leftovers, uneven, detail, run::text AS after
FROM asv.run_lines(
    p_after => $1::uuid, p_limit => $2::integer)
