/*
 * heap/limits.h - what a heap may take of our memory, whatever its size. Objects are not limited.
 */
#pragma once

enum {
    HEAP_MEMORY = 8 * 1024 * 1024, /* arrays of one heap that lie in memory; the others in files */
    HEAP_RESIDENT = 20 * 1024 * 1024,   /* pages of files in our mappings, program code included */
    HEAP_BREATH = 64,                   /* steps between two looks, and more while there is room */
    HEAP_STEP_MAPS = 64 * 1024,         /* what the kernel maps for one, at most */
    HEAP_STRIDE = 1024,                 /* values of a straight walk that are a step; 2^n */
    HEAP_NAME_BYTES = 64 * 1024 * 1024, /* names of types, modules, static fields, all together */
    HEAP_NAME = 8 * 1024,               /* of one, bytes; generics get long */
    HEAP_TYPES = 1 << 24,               /* in the format a type has 30 bits */
    HEAP_PATH = 24,                     /* objects of a path that are told; the rest is counted */
};
