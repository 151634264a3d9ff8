-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The keeper holds this recording, as was decided before it docked.
SELECT asv.held_ahead(
    p_header => $1::bytea,
    p_proposal => $2::bytea)
