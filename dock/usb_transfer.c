/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/usb_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define NO_MEMORY_MS 50 /* until transfers that the kernel had no memory for are tried again */

/* ---- transfer buffers ---- */

static void buffer_free(struct asv_usb_buffer *buffer)
{
    struct asv_usb_camera *camera = buffer->camera;
    struct asv_usb *usb = camera->usb;
    assert(!buffer->posted);
    if (buffer->of_device)
        libusb_dev_mem_free(camera->handle, buffer->frame.data, usb->transfer_bytes);
    else if (buffer->frame.data)
        munmap(buffer->frame.data, usb->transfer_bytes);
    libusb_free_transfer(buffer->transfer);
    for (unsigned i = 0; i < camera->buffer_count; i++)
        if (camera->buffers[i] == buffer) {
            camera->buffers[i] = camera->buffers[--camera->buffer_count];
            usb->used -= usb->transfer_bytes;
            break;
        }
    free(buffer);
}

static void LIBUSB_CALL in_done(struct libusb_transfer *transfer);

/* Mapped, so that a freed one leaves the process; from the device where the kernel can do that, which saves
 * it a copy and a second buffer. */
static struct asv_usb_buffer *buffer_new(struct asv_usb_camera *camera)
{
    struct asv_usb *usb = camera->usb;
    struct asv_usb_buffer *buffer = calloc(1, sizeof *buffer);
    if (!buffer)
        return NULL;
    buffer->camera = camera;
    buffer->transfer = libusb_alloc_transfer(0);
    buffer->frame.data = libusb_dev_mem_alloc(camera->handle, usb->transfer_bytes);
    buffer->of_device = buffer->frame.data != NULL;
    if (!buffer->of_device) {
        buffer->frame.data =
            mmap(NULL, usb->transfer_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (buffer->frame.data == MAP_FAILED)
            buffer->frame.data = NULL;
    }
    if (!buffer->transfer || !buffer->frame.data) {
        buffer_free(buffer);
        return NULL;
    }
    libusb_fill_bulk_transfer(buffer->transfer, camera->handle, camera->in, buffer->frame.data,
                              (int)usb->transfer_bytes, in_done, buffer, 0);
    camera->buffers[camera->buffer_count++] = buffer;
    usb->used += usb->transfer_bytes;
    if (usb->used > usb->peak)
        usb->peak = usb->used;
    return buffer;
}

static unsigned allowed(const struct asv_usb_camera *camera)
{
    unsigned share = asv_usb_share(camera->usb);
    return camera->want < share ? camera->want : share;
}

/* Submitting happens within functions that a slot calls (release, send, want), which must not be called back
 * from there: it may be in the middle of dropping what the frame belonged to. */
static void broke(struct asv_usb_camera *camera, int code)
{
    camera->broken = libusb_error_name(code);
    asv_usb_settle_soon(camera->usb);
}

/* Posts one buffer; frees it when that cannot be. */
static void post(struct asv_usb_buffer *buffer)
{
    struct asv_usb_camera *camera = buffer->camera;
    int code = libusb_submit_transfer(buffer->transfer);
    if (code == 0) {
        buffer->posted = true;
        buffer->order = camera->posts++;
        camera->posted++;
        return;
    }
    buffer_free(buffer);
    if (code != LIBUSB_ERROR_NO_MEM)
        broke(camera, code);
    else if (!asv_timer_is_set(&camera->usb->memory))
        asv_timer_start(camera->usb->config.loop, &camera->usb->memory, NO_MEMORY_MS);
}

static bool usable(const struct asv_usb_camera *camera)
{
    return camera->opened && !camera->closing && !camera->failed && !camera->broken && !camera->halted_in &&
           !camera->halted_out && !camera->blocking.running;
}

void asv_usb_top_up(struct asv_usb_camera *camera)
{
    struct asv_usb *usb = camera->usb;
    while (usable(camera) && camera->buffer_count < allowed(camera) &&
           usb->used + usb->transfer_bytes <= usb->budget) {
        unsigned before = camera->posted;
        struct asv_usb_buffer *buffer = buffer_new(camera);
        if (buffer)
            post(buffer);
        if (camera->posted == before) {
            if (!asv_timer_is_set(&usb->memory))
                asv_timer_start(usb->config.loop, &usb->memory, NO_MEMORY_MS);
            break;
        }
    }
}

/* What one camera gave back may be what another is short of; who is asked first changes each time. */
void asv_usb_top_up_all(struct asv_usb *usb)
{
    usb->turn++;
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++) {
        struct asv_usb_camera *camera = usb->cameras[(usb->turn + i) % ASV_USB_MAX_CAMERAS];
        if (camera)
            asv_usb_top_up(camera);
    }
}

static void recycle(struct asv_usb_buffer *buffer)
{
    struct asv_usb_camera *camera = buffer->camera;
    struct asv_usb *usb = camera->usb;
    if (usable(camera) && camera->buffer_count <= allowed(camera)) {
        post(buffer);
        return;
    }
    buffer_free(buffer);
    if (!usable(camera))
        asv_usb_settle_soon(usb);
    else
        asv_usb_top_up_all(usb);
}

void asv_usb_memory_fire(struct asv_timer *timer)
{
    asv_usb_top_up_all(asv_usb_of(timer, offsetof(struct asv_usb, memory)));
}

void asv_usb_release(struct asv_usb_frame *frame)
{
    recycle((struct asv_usb_buffer *)(void *)frame);
}

void asv_usb_want(struct asv_usb_camera *camera, unsigned transfers)
{
    assert(transfers >= 1 && transfers <= ASV_USB_MAX_WINDOW);
    camera->want = transfers;
    /* Too many are posted: take back the last ones. Data can only be arriving in the first. */
    unsigned keep = allowed(camera);
    for (unsigned excess = camera->posted > keep ? camera->posted - keep : 0; excess; excess--) {
        struct asv_usb_buffer *last = NULL;
        for (unsigned i = 0; i < camera->buffer_count; i++) {
            struct asv_usb_buffer *buffer = camera->buffers[i];
            if (buffer->posted && buffer->order != UINT64_MAX && (!last || buffer->order > last->order))
                last = buffer;
        }
        if (!last)
            break;
        last->order = UINT64_MAX; /* cancelled, not yet reaped */
        libusb_cancel_transfer(last->transfer);
    }
    asv_usb_top_up(camera);
}

unsigned asv_usb_share(const struct asv_usb *usb)
{
    unsigned open = 0;
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++)
        open += usb->cameras[i] && usb->cameras[i]->handle;
    size_t share = usb->budget / usb->transfer_bytes / (open ? open : 1);
    return share < 1 ? 1 : share > ASV_USB_MAX_WINDOW ? ASV_USB_MAX_WINDOW : (unsigned)share;
}

/* ---- receiving ---- */

void asv_usb_cancel_all(struct asv_usb_camera *camera)
{
    for (unsigned i = 0; i < camera->buffer_count; i++)
        if (camera->buffers[i]->posted)
            libusb_cancel_transfer(camera->buffers[i]->transfer);
    if (camera->out_posted)
        libusb_cancel_transfer(camera->out_transfer);
}

static void stalled(struct asv_usb_camera *camera, bool *halted)
{
    if (*halted)
        return;
    *halted = true;
    if (++camera->stalls > ASV_USB_MAX_STALLS)
        asv_usb_camera_fail(camera, ASV_E_LIMIT, "the camera stalls its endpoint again and again");
    asv_usb_cancel_all(camera);
    asv_usb_settle_soon(camera->usb);
}

static void LIBUSB_CALL in_done(struct libusb_transfer *transfer)
{
    struct asv_usb_buffer *buffer = transfer->user_data;
    struct asv_usb_camera *camera = buffer->camera;
    struct asv_usb *usb = camera->usb;
    buffer->posted = false;
    camera->posted--;
    if (transfer->status == LIBUSB_TRANSFER_COMPLETED && camera->opened && !camera->closing &&
        !camera->failed) {
        buffer->frame.len = (size_t)transfer->actual_length;
        usb->config.ops.received(usb->config.ops.ctx, camera, &buffer->frame);
        return;
    }
    if (transfer->status == LIBUSB_TRANSFER_STALL)
        stalled(camera, &camera->halted_in);
    else if (transfer->status == LIBUSB_TRANSFER_OVERFLOW)
        asv_usb_camera_fail(camera, ASV_E_LIMIT, "the camera sent more than a frame may hold");
    else if (transfer->status == LIBUSB_TRANSFER_CANCELLED && transfer->actual_length > 0)
        asv_usb_camera_fail(camera, ASV_E_IO, "a frame was cut off");
    else if (transfer->status != LIBUSB_TRANSFER_CANCELLED && transfer->status != LIBUSB_TRANSFER_COMPLETED)
        asv_usb_camera_fail(camera, ASV_E_AWAY, "the camera went away");
    buffer_free(buffer);
    asv_usb_settle_soon(usb);
}

/* ---- sending: one frame at a time, so that a stalled one can be sent again in its place ---- */

void asv_usb_out_pop(struct asv_usb_camera *camera)
{
    struct asv_usb_out *frame = camera->out_head;
    camera->out_head = frame->next;
    if (!camera->out_head)
        camera->out_tail = &camera->out_head;
    camera->out_count--;
    free(frame);
}

static void LIBUSB_CALL out_done(struct libusb_transfer *transfer);

static void out_next(struct asv_usb_camera *camera)
{
    if (!usable(camera) || camera->out_posted || !camera->out_head)
        return;
    struct asv_usb_out *frame = camera->out_head;
    libusb_fill_bulk_transfer(camera->out_transfer, camera->handle, camera->out, frame->data, (int)frame->len,
                              out_done, camera, camera->usb->config.send_timeout_ms);
    int code = libusb_submit_transfer(camera->out_transfer);
    if (code == 0)
        camera->out_posted = true;
    else
        broke(camera, code);
}

static void LIBUSB_CALL out_done(struct libusb_transfer *transfer)
{
    struct asv_usb_camera *camera = transfer->user_data;
    struct asv_usb *usb = camera->usb;
    camera->out_posted = false;
    switch (transfer->status) {
    case LIBUSB_TRANSFER_COMPLETED:
        if (transfer->actual_length != transfer->length) {
            asv_usb_camera_fail(camera, ASV_E_IO, "the camera took only part of a frame");
            break;
        }
        asv_usb_out_pop(camera);
        out_next(camera);
        if (!camera->closing && !camera->failed)
            usb->config.ops.sent(usb->config.ops.ctx, camera);
        break;
    case LIBUSB_TRANSFER_STALL:
        stalled(camera, &camera->halted_out);
        break;
    case LIBUSB_TRANSFER_TIMED_OUT:
        asv_usb_camera_fail(camera, ASV_E_TIMEOUT, "the camera does not take a frame");
        break;
    case LIBUSB_TRANSFER_CANCELLED: /* closing, or IN stalled: the frame is sent again after that */
        if (transfer->actual_length > 0)
            asv_usb_camera_fail(camera, ASV_E_IO, "a frame was cut off");
        break;
    default:
        asv_usb_camera_fail(camera, ASV_E_AWAY, "the camera went away");
    }
    asv_usb_settle_soon(usb);
}

enum asv_status asv_usb_send(struct asv_usb_camera *camera, const void *data, size_t len, struct asv_err *err)
{
    if (!camera->opened || camera->closing || camera->failed)
        return asv_fail(err, ASV_E_AWAY, "the camera is not open");
    if (camera->out_count >= ASV_USB_OUT_FRAMES)
        return asv_fail(err, ASV_E_BUSY, "too many frames wait to be sent to this camera");
    struct asv_usb_out *frame = malloc(sizeof *frame + len);
    if (!frame)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for a frame");
    frame->next = NULL;
    frame->len = len;
    memcpy(frame->data, data, len);
    *camera->out_tail = frame;
    camera->out_tail = &frame->next;
    camera->out_count++;
    out_next(camera);
    return ASV_OK;
}

/* ---- what blocks, on a worker ---- */

static void blocking_run(struct asv_job *job)
{
    struct asv_usb_blocking *blocking = (struct asv_usb_blocking *)(void *)job;
    libusb_device_handle *handle = blocking->camera->handle;
    blocking->result = 0;
    if (blocking->reset)
        blocking->result = libusb_reset_device(handle);
    for (size_t i = 0; i < blocking->halted_count && blocking->result == 0; i++)
        blocking->result = libusb_clear_halt(handle, blocking->halted[i]);
}

static void blocking_done(struct asv_job *job)
{
    struct asv_usb_blocking *blocking = (struct asv_usb_blocking *)(void *)job;
    struct asv_usb_camera *camera = blocking->camera;
    bool was_reset = blocking->reset;
    blocking->running = blocking->reset = false;
    blocking->halted_count = 0;
    camera->halted_in = camera->halted_out = false;
    if (blocking->result)
        asv_usb_camera_fail(camera, ASV_E_AWAY, libusb_error_name(blocking->result));
    else if (was_reset && !camera->closing && !camera->failed)
        asv_usb_camera_opened(camera);
    asv_usb_top_up(camera);
    out_next(camera);
    asv_usb_settle_soon(camera->usb);
}

void asv_usb_blocking_start(struct asv_usb_camera *camera)
{
    camera->blocking.job = (struct asv_job){.run = blocking_run, .done = blocking_done};
    camera->blocking.camera = camera;
    camera->blocking.running = true;
    asv_pool_submit(camera->usb->config.pool, camera->usb->config.lane, &camera->blocking.job);
}
