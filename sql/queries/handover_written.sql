-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- An output of a hand-over was written to a medium.
SELECT asv.handover_written(
    p_id => $1::uuid,
    p_kind => $2::text,
    p_label => $3::text,
    p_medium => $4::uuid,
    p_digest => $5::bytea)
