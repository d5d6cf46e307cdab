/*
 * cli/heap.h - `portside heap FILE [--format F] [--sort S] [-n N] [-o OUT]` and
 * `portside heapdiff BEFORE AFTER [--format F] [-n N] [-o OUT]`.
 */
#pragma once

/* `argv` begins behind the command. The exit code: 0, 1 bad arguments, 255 could not. */
int heap_main(int argc, char **argv);
int heapdiff_main(int argc, char **argv);
