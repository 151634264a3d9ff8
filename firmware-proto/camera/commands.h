/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The subcommands of asservat-camera. Each takes its own arguments (argv[0] is its name) and returns the exit
 * status: 0, 1 when it failed, 2 for wrong usage.
 */
#ifndef ASV_CAMERA_COMMANDS_H
#define ASV_CAMERA_COMMANDS_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/camera/flash_posix.h"
#include "firmware-proto/camera/store.h"

int asv_command_init(int argc, char **argv);
int asv_command_install(int argc, char **argv);
int asv_command_format(int argc, char **argv);
int asv_command_set_clock(int argc, char **argv);
int asv_command_record(int argc, char **argv);
int asv_command_serve(int argc, char **argv);
int asv_command_status(int argc, char **argv);
int asv_command_list(int argc, char **argv);
int asv_command_log(int argc, char **argv);
int asv_command_mark(int argc, char **argv);

/* Says "asservat-camera COMMAND: STATUS: text" on stderr; 1. */
int asv_command_failed(const char *command, enum asv_status status, const struct asv_err *err);

/* Says how a command is used; 2. */
int asv_command_usage(const char *usage);

/* Says what was wrong (err) before it; 2. */
int asv_command_wrong(const char *command, const struct asv_err *err, const char *usage);

/* A camera directory, its store open. */
struct asv_command_store {
    struct asv_world world;
    struct asv_flash_posix flash;
    struct asv_store *store;
};

/* world NULL: the operating system's, with the kernel's boot id; else boot is drawn from it. */
ASV_MUST_CHECK enum asv_status asv_command_open(struct asv_command_store *out, const char *dir,
                                                enum asv_flash_lock lock, const struct asv_world *world,
                                                struct asv_err *err);
void asv_command_close(struct asv_command_store *open);

/* A whole file of at most max bytes; heap. */
ASV_MUST_CHECK enum asv_status asv_command_load(const char *path, size_t max, uint8_t **data, size_t *len,
                                                struct asv_err *err);

/* A decimal number that is all of text, at most max. */
ASV_MUST_CHECK enum asv_status asv_command_number(const char *text, uint64_t max, uint64_t *out);

/* "79.44 GB", "3.88 MB" */
#define ASV_COMMAND_BYTES_SIZE 32
void asv_command_bytes(char out[ASV_COMMAND_BYTES_SIZE], uint64_t bytes);

/* "2026-01-05T06:00:00Z" */
#define ASV_COMMAND_TIME_SIZE 32
void asv_command_time(char out[ASV_COMMAND_TIME_SIZE], int64_t wall_ms);

#endif
