-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Which of these clips run still, although they are due.
SELECT recording FROM asv.erasure_left(p_recordings => $1::uuid[])
