/*
 * http/scan.h - the byte grammar of a request head and of trailers (RFC 9112 sections 2 to 5),
 * without its leniencies.
 *
 * One step per byte over a table. Refused at the byte where it happens: control characters, a CR or
 * LF that is not part of CRLF, folded header lines, blanks before the colon, more than one blank
 * between the parts of the request line, bytes above 0x7e outside of header values. One empty line
 * before the request line is tolerated (RFC 9112 section 2.2).
 */
#pragma once

#include <stdint.h>

enum http_scan {
    HTTP_SCAN_BAD,
    HTTP_SCAN_START, /* a request starts here */
    HTTP_SCAN_START_LF,
    HTTP_SCAN_FIRST,
    HTTP_SCAN_METHOD,
    HTTP_SCAN_TARGET_FIRST,
    HTTP_SCAN_TARGET,
    HTTP_SCAN_VERSION_FIRST,
    HTTP_SCAN_VERSION,
    HTTP_SCAN_LINE_LF,
    HTTP_SCAN_NAME_FIRST, /* trailers start here */
    HTTP_SCAN_NAME,
    HTTP_SCAN_VALUE,
    HTTP_SCAN_END_LF,
    HTTP_SCAN_END, /* the empty line is complete */
    HTTP_SCAN_COUNT,
};

enum http_scan http_scan_step(enum http_scan state, uint8_t byte);
