/*
 * cli/convert.h - `portside convert FILE --format F [--kind K] [--threads] [-n N] [-o OUT]`.
 */
#pragma once

/* `argv` begins behind "convert". The exit code: 0, 1 bad arguments, 255 could not. */
int convert_main(int argc, char **argv);
