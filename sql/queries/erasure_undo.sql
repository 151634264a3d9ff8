-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What is said to be erased early, and the keeper has not.
SELECT asv.erasure_undo(p_recordings => $1::uuid[])
