/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 */
#ifndef ASV_BUS_CTL_H
#define ASV_BUS_CTL_H

/* "asservat-bus ctl": sends each argument as one command and prints the answers. Exit 0 when all were ok, 1
 * when one was an error, 2 when there is no bus. */
int asv_bus_ctl(int argc, char **argv);

/* Connects to the bus at path: its socket, or the serial port that leads to it from within a guest. -1 when
 * there is none; the caller closes it. */
int asv_bus_ctl_open(const char *path);

#endif
