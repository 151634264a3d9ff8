#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""A whole shift at once fits into the memory that docs/DOCK.md promises. (With sanitizers this says nothing: what they
keep beside every allocation, and of those that were freed, is resident too.)"""
from rig import LONG, SHORT, main

SLOTS = 20


def twenty_cameras_at_once(rig):
    """Twice, so that what one docking leaves behind counts again."""
    cameras = rig.cameras(SLOTS)
    for _ in range(2):
        for camera in cameras:
            rig.record(camera, 1, SHORT)
            rig.record(camera, 1, LONG)
        rig.plug(*cameras)
        rig.taken_in(*cameras)
        rig.unplug(*cameras)
    print(f"{rig.site.check_dock_memory():.1f} MiB", end=" ")


if __name__ == "__main__":
    main(twenty_cameras_at_once)
