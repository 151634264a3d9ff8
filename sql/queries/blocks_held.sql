-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What people have said of the blocks of these clips.
SELECT recording, said, taken FROM asv.blocks_held(p_recordings => $1::uuid[])
