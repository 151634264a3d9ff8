-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of what one of these cameras recorded in those numbers.
SELECT number, fate, twice, clip, link
FROM asv.handover_links(
    p_id => $1::uuid,
    p_camera => $2::bytea,
    p_epoch => $3::uuid,
    p_after => $4::bigint,
    p_limit => $5::integer)
