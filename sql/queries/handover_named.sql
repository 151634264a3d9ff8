-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whether custody knows that medium, or another one by that name.
SELECT asv.handover_named(
    p_id => $1::uuid,
    p_kind => $2::text,
    p_label => $3::text,
    p_medium => $4::uuid)
