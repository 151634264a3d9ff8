-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Until when a version of this time of an incident that was forgotten was kept.
SELECT asv.ledger_record_term(
    p_incident => $1::uuid,
    p_at => $2::timestamptz)
