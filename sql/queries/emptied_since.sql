-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whether a docking after that instant left nothing on the camera.
SELECT asv.emptied_since(p_camera => $1::bytea, p_at => $2::timestamptz)
