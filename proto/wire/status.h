/*
 * wire/status.h - the result of every codec in proto/.
 *
 * Decoders: WIRE_OK = the value is filled and the cursor stands behind it; WIRE_MORE = the bytes
 * end too early; WIRE_BAD = no further bytes can make it right (or memory ran out). When the caller
 * already has the whole message, WIRE_MORE means as much as WIRE_BAD: it is malformed. Results are
 * written on WIRE_OK only.
 *
 * Encoders: WIRE_OK = written; WIRE_MORE = the writer's buffer is too small; WIRE_BAD = refused:
 * the message would be meaningless, or would kill or cut off a runtime. On anything but WIRE_OK the
 * writer's size is what it was before the call.
 */
#pragma once

enum wire_status {
    WIRE_OK,
    WIRE_MORE,
    WIRE_BAD,
};
