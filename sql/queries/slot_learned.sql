-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- This slot is this port from now on.
SELECT asv.slot_learned(
    p_dock => $1::bytea,
    p_slot => $2::integer,
    p_port => $3::text)
