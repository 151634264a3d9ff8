/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat-camera: the reference firmware as a program. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/camera/commands.h"

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *does;
};

static const struct command commands[] = {
    {"init", asv_command_init, "make a camera's keys and its enrolment request"},
    {"install", asv_command_install, "give it its certificate, its agency's root and its bulletin"},
    {"record", asv_command_record, "record fragmented MP4 from a file or pipe"},
    {"serve", asv_command_serve, "be a USB device for the dock (FunctionFS)"},
    {"status", asv_command_status, "what it holds, what is wrong, how much room is left"},
    {"list", asv_command_list, "the recordings it holds"},
    {"log", asv_command_log, "its device log"},
    {"mark", asv_command_mark, "press a button: marker, display, announcement, dwelling, start, stop"},
    {"set-clock", asv_command_set_clock, "set its clock from this machine's, without a dock"},
    {"format", asv_command_format, "begin a new epoch in an empty store"},
};

static void help(FILE *out)
{
    fprintf(out, "usage: asservat-camera COMMAND DIR ...\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].does);
    }
    fprintf(out, "\nA command without arguments says how it is used.\n");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("asservat-camera %s\n", ASV_VERSION);
        return 0;
    }
    if (asv_crypto_init() != ASV_OK) {
        fprintf(stderr, "asservat-camera: the crypto library cannot start\n");
        return 1;
    }
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a write that fails, and no end of everything */
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "asservat-camera: no command \"%s\"\n", argv[1]);
    help(stderr);
    return 2;
}
