-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The bytes of a recipient's card.
SELECT asv.recipient_card_find(
    p_digest => $1::bytea)
