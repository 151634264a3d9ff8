/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * For each test of whole dockings a rig and two cameras of its agency, and what such tests do again and
 * again. RIG_LOG=1 in the environment shows the dock's log.
 */
#ifndef ASV_TESTS_UNIT_DOCK_KIT_H
#define ASV_TESTS_UNIT_DOCK_KIT_H

#include "tests/unit/dock/rig.h"
#include "tests/unit/test.h"

#define KIT_PATH_BYTES 256

extern struct rig *rig;
extern struct fake_camera *camera, *second;

int kit_setup(void **state);
int kit_setup_mirrored(void **state); /* its vault has two roots */
int kit_teardown(void **state);

#define KIT_TEST(test) cmocka_unit_test_setup_teardown(test, kit_setup, kit_teardown)

/* A program's argument is a pattern of the names of the tests to be run. */
void filter_tests(int argc, char **argv);

/* ---- dockings ---- */

/* Docked in slot 0, done with, and taken out again. */
void dock_once(void);

/* In custody; its camera was taken out of slot 0 before it could be told. */
void store_without_the_camera(void);

/* The dock ends when the vault has what the database has not been told. */
void crash_before_custody(void);

/* What the camera's recording was committed as; 0: it was not. */
unsigned kind_of(uint64_t number);

/* ---- moments, for rig_run ---- */

bool some_chunks(struct rig *r);        /* of a longer recording are pulled from the camera */
bool all_staged(struct rig *r);         /* what is in slot 0, which waits */
bool settled_in_waiting(struct rig *r); /* slot 0, and nothing is going to be tried */

/* ---- files of the vault ---- */

const char *root_dir(int root); /* 0 or 1 */

/* The one file or directory in a root that matches; empty: none. */
void find_file(char out[KIT_PATH_BYTES], int root, const char *pattern);

/* Changes a bit of the byte there; less than 0: from the file's end. */
void flip_byte(int root, const char *pattern, off_t at);

#endif
