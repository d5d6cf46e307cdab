/*
 * cli/report.h - `portside report FILE topn [-n N] [--inclusive]`, `portside report FILE events`.
 */
#pragma once

/* `argv` begins behind "report". The exit code: 0, 1 bad arguments, 255 could not. */
int report_main(int argc, char **argv);
