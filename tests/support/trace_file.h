/*
 * support/trace_file.h - what is in a .nettrace stream, and how many sessions a runtime has left.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRACE_PROVIDERS = 64, TRACE_NAME = 96 };

#define TRACE_RUNDOWN "Microsoft-Windows-DotNETRuntimeRundown"

struct trace_file {
    int result; /* of nettrace_finish(): 0 when it ended properly */
    uint64_t events, lost;
    uint64_t requests; /* answered by ASP.NET Core, told by DiagnosticSource */
    uint64_t process_id;
    char error[200];
    size_t provider_count;
    struct {
        char name[TRACE_NAME];
        uint64_t events;
    } providers[TRACE_PROVIDERS];
};

/* Lives until the test has ended. */
const struct trace_file *trace_file_of(const void *data, size_t size);

/* Its events of this provider. */
uint64_t trace_file_count(const struct trace_file *t, const char *provider);

/* For labels: providers with their numbers. */
const char *trace_file_text(const struct trace_file *t);

/* Starts sessions over the socket until one is refused, stops them all, and tells how many there
 * were: 64 when nobody else has one. */
int trace_free_sessions(const char *socket);

/* All sessions that are free, until they are given back; returns how many they were. */
struct trace_taken *trace_take_sessions(const char *socket);
int trace_give_back(struct trace_taken *taken);
