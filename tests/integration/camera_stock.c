/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Real H.264 and AAC from ffmpeg, recorded on a camera whose power fails; stock age opens what was signed,
 * and ffprobe and ffmpeg play it. Skipped where one of the three is missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/camera/recorder.h"
#include "tests/sim/camera_rig.h"
#include "tests/unit/test.h"

#define CUTS            7
#define BIRTH           24 /* operations until a clip is there, */
#define ENDING          40 /* and at most so many behind its last picture */
#define PIECE_BYTES     8192
#define FRAMES_FRAGMENT 25

static struct asv_rig rig;
static struct asv_flash_mem base;
static char dir[64];
static uint8_t *video;
static size_t video_len;

/* Runs a command of ours; its exit status, and the first line that it printed. */
static int run(const char *command, char *line, size_t size)
{
    FILE *pipe =
        popen(command, "re"); /* NOLINT(cert-env33-c): fixed commands on our own temporary directory */
    assert_non_null(pipe);
    line[0] = '\0';
    if (fgets(line, (int)size, pipe) == NULL) {
        line[0] = '\0';
    }
    char rest[256];
    while (fgets(rest, sizeof rest, pipe) != NULL) {
    }
    return pclose(pipe);
}

static bool have(const char *program)
{
    char command[128];
    char line[8];
    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    return run(command, line, sizeof line) == 0;
}

static void load_video(void)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof path, "%s/in.mp4", dir);
    assert_int_equal(stat(path, &st), 0);
    video = malloc((size_t)st.st_size);
    FILE *file = fopen(path, "rb");
    assert_true(video != NULL && file != NULL);
    video_len = fread(video, 1, (size_t)st.st_size, file);
    fclose(file);
    assert_int_equal(video_len, st.st_size);
}

static int setup(void **state)
{
    (void)state;
    char command[1024];
    char line[256];
    asv_rig_init(&rig, 81);
    asv_flash_mem_clone(&base, &rig.flash);
    snprintf(dir, sizeof dir, "/tmp/asv-stock-XXXXXX");
    if (mkdtemp(dir) == NULL) {
        return -1;
    }
    snprintf(command, sizeof command,
             "ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x240:rate=25 -f lavfi -i "
             "sine=frequency=440 -t 8 "
             "-c:v libx264 -preset ultrafast -g %d -sc_threshold 0 -b:v 1500k -c:a aac "
             "-movflags frag_keyframe+empty_moov+default_base_moof -f mp4 %s/in.mp4",
             FRAMES_FRAGMENT, dir);
    if (run(command, line, sizeof line) != 0) {
        return -1;
    }
    load_video();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    char line[8];
    free(video);
    asv_flash_mem_free(&base);
    asv_rig_free(&rig);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return run(command, line, sizeof line);
}

/* Boxes of a plaintext: how many fragments are whole in it. */
static unsigned whole_fragments(const uint8_t *plain, size_t len)
{
    unsigned count = 0;
    size_t at = 0;
    while (len - at >= 8) {
        size_t size = asv_load_be32(plain + at);
        if (size < 8 || size > len - at) {
            break;
        }
        count += memcmp(plain + at + 4, "mdat", 4) == 0;
        at += size;
    }
    return count;
}

static void append_file(FILE *out, const char *path, size_t max)
{
    size_t len = 0;
    uint64_t size = 0;
    assert_int_equal(rig.flash.flash.ops->size(&rig.flash, path, &size), ASV_OK);
    size_t some = size < max ? (size_t)size : max;
    uint8_t *data = malloc(some + 1);
    assert_non_null(data);
    assert_int_equal(rig.flash.flash.ops->read(&rig.flash, path, 0, data, some, &len), ASV_OK);
    assert_int_equal(fwrite(data, 1, len, out), len);
    free(data);
}

/* The age file of clip 1 up to its last checkpoint, as the keeper's re-wrapping makes it: header, nonce,
 * chunks, final chunk; and its identity. */
static void write_age_file(const struct asv_rig_verdict *verdict)
{
    uint8_t stanzas[ASV_SEAL_STANZAS_MAX_BYTES];
    uint8_t header[ASV_AGE_HEADER_MAX_BYTES];
    uint8_t identity[ASV_X25519_BYTES];
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    char text[ASV_AGE_IDENTITY_TEXT_BYTES];
    char path[128];
    struct asv_writer writer;
    size_t len = 0;
    assert_int_equal(asv_flash_load(&rig.flash.flash, "clips/1/stanzas", stanzas, sizeof stanzas, &len),
                     ASV_OK);
    asv_rig_key(&rig, verdict->seal.header.stanzas[0].key_id, identity);
    assert_int_equal(
        asv_seal_unwrap(file_key, &verdict->seal.header, (struct asv_bytes){stanzas, len}, identity), ASV_OK);
    asv_writer_init(&writer, header, sizeof header);
    assert_int_equal(asv_age_header_write(&writer, (struct asv_bytes){stanzas, len}, file_key), ASV_OK);
    snprintf(path, sizeof path, "%s/clip.age", dir);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(header, 1, writer.len, file), writer.len);
    assert_int_equal(fwrite(verdict->seal.header.nonce, 1, ASV_NONCE_BYTES, file), ASV_NONCE_BYTES);
    append_file(file, "clips/1/payload", (size_t)verdict->seal.checkpoint.chunks * ASV_CHUNK_CIPHER_BYTES);
    assert_int_equal(fwrite(verdict->seal.checkpoint.final_chunk, 1, ASV_FINAL_CIPHER_BYTES, file),
                     ASV_FINAL_CIPHER_BYTES);
    assert_int_equal(fclose(file), 0);
    asv_age_identity_encode(text, identity);
    snprintf(path, sizeof path, "%s/identity", dir);
    file = fopen(path, "wb");
    assert_non_null(file);
    fprintf(file, "%s\n", text);
    assert_int_equal(fclose(file), 0);
}

/* Stock tools on it; the number of frames that ffprobe decodes. */
static unsigned long play(const struct asv_rig_verdict *verdict)
{
    char command[512];
    char line[256];
    char path[128];
    struct stat st;
    write_age_file(verdict);
    snprintf(command, sizeof command, "age -d -i %s/identity -o %s/out.mp4 %s/clip.age", dir, dir, dir);
    assert_int_equal(run(command, line, sizeof line), 0);
    snprintf(path, sizeof path, "%s/out.mp4", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, verdict->plain_len + ASV_FINAL_PLAIN_BYTES);
    snprintf(command, sizeof command, "ffmpeg -nostdin -v fatal -i %s/out.mp4 -f null - 2>&1", dir);
    assert_int_equal(run(command, line, sizeof line), 0);
    snprintf(
        command, sizeof command,
        "ffprobe -v fatal -count_frames -select_streams v:0 -show_entries stream=nb_read_frames -of csv=p=0 "
        "%s/out.mp4",
        dir);
    assert_int_equal(run(command, line, sizeof line), 0);
    unsigned long frames = strtoul(line, NULL, 10);
    snprintf(command, sizeof command, "rm -f %s/out.mp4 %s/clip.age", dir, dir);
    assert_int_equal(run(command, line, sizeof line), 0);
    return frames;
}

static uint64_t record_until(uint64_t cut)
{
    asv_flash_mem_free(&rig.flash);
    asv_flash_mem_clone(&rig.flash, &base);
    asv_rig_boot(&rig);
    rig.flash.operations = 0;
    rig.flash.cut_at = cut;
    rig.flash.cut_byte = 30000;
    enum asv_status status = asv_rig_record(&rig, video, video_len, PIECE_BYTES, 20);
    assert_true(cut != 0 || status == ASV_OK);
    assert_int_equal(rig.flash.off, cut != 0);
    uint64_t operations = rig.flash.operations;
    asv_rig_crash(&rig, ASV_FLASH_MEM_KEEP, 0);
    asv_rig_boot(&rig);
    return operations;
}

static void a_whole_recording_plays_in_stock_tools(void **state)
{
    (void)state;
    struct asv_rig_verdict verdict;
    record_until(0);
    assert_true(asv_rig_judge(&rig, 1, &verdict));
    assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_VALID);
    assert_non_null(strstr(verdict.seal.header.codecs, "avc1."));
    assert_non_null(strstr(verdict.seal.header.codecs, ",mp4a.40.2"));
    assert_int_equal(play(&verdict), 8 * FRAMES_FRAGMENT);
    asv_rig_verdict_free(&verdict);
    asv_rig_shut(&rig);
}

static void what_a_power_cut_leaves_plays_in_stock_tools(void **state)
{
    (void)state;
    uint64_t operations = record_until(0);
    unsigned long last = 0;
    asv_rig_shut(&rig);
    for (uint64_t i = 1; i <= CUTS; i++) {
        struct asv_rig_verdict verdict;
        record_until(BIRTH + (operations - BIRTH - ENDING) * i / CUTS);
        assert_true(asv_rig_judge(&rig, 1, &verdict));
        assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_TRUNCATED);
        assert_memory_equal(verdict.plain, video, verdict.plain_len);
        unsigned whole = whole_fragments(verdict.plain, verdict.plain_len);
        if (whole != 0) {
            unsigned long frames = play(&verdict);
            assert_true(frames >= (unsigned long)whole * FRAMES_FRAGMENT);
            assert_true(frames >= last);
            last = frames;
        }
        print_message("cut %u: %u chunks signed, %u bytes of tail, %u fragments, %lu frames\n", (unsigned)i,
                      (unsigned)verdict.verdict.chunks, (unsigned)verdict.verdict.tail_bytes, whole, last);
        asv_rig_verdict_free(&verdict);
        asv_rig_shut(&rig);
    }
    assert_true(last > 4 * FRAMES_FRAGMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_recording_plays_in_stock_tools),
        cmocka_unit_test(what_a_power_cut_leaves_plays_in_stock_tools),
    };
    if (!have("ffmpeg") || !have("ffprobe") || !have("age")) {
        asv_skip_program("no ffmpeg, ffprobe or age");
    }
    return cmocka_run_group_tests(tests, setup, teardown);
}
