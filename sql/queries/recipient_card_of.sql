-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The card that a key was registered with.
SELECT asv.recipient_card_of(
    p_key => $1::bytea)
