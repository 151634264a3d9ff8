/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the input of the fuzz targets for the two machines means: a byte that says where to begin, then steps.
 * The fuzzer knows no keys, so that it says what is to be encrypted and the target encrypts it.
 */
#ifndef ASV_TESTS_FUZZ_WIRE_SCRIPT_H
#define ASV_TESTS_FUZZ_WIRE_SCRIPT_H

enum wire_start {
    WIRE_START_IDLE = 0,
    WIRE_START_HELLO = 1,
    WIRE_START_SHAKE = 2, /* the other end's last handshake message is awaited */
    WIRE_START_OPEN = 3,
    WIRE_STARTS = 4,
};

enum wire_step {
    WIRE_STEP_RAW = 0,     /* len u16, a whole transfer */
    WIRE_STEP_CONTROL = 1, /* len u16, a message, encrypted by the other end */
    WIRE_STEP_CHUNKS = 2,  /* request u8, first u16, count u8: a CHUNKS frame (to the dock) */
    WIRE_STEP_SEND = 3,    /* u8: the dock asks as this sample does; to the camera: the dock's next HELLO */
    WIRE_STEP_OUTPUT = 4,  /* the machine's next frame */
    WIRE_STEP_TIME = 5,    /* u8: a deadline passes; the camera's device fails in this way from now on */
    WIRE_STEP_RESTART = 6,
    WIRE_STEP_ABORT = 7, /* u8: code */
    WIRE_STEPS = 8,
};

#endif
