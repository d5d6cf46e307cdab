/*
 * ops/file_name.h - what an artifact is called when nobody has said so, as the peer's are.
 */
#pragma once

#include "src/base/clock.h"
#include "src/target/target.h"

enum { ARTIFACT_NAME = CLOCK_STAMP_SIZE + 64 };

/* "STAMP_PID.EXTENSION", the name of most kinds. */
const char *artifact_name(const struct target *t, const char *extension,
                          char name[static ARTIFACT_NAME]);

/* "core_STAMP" */
const char *artifact_core_name(char name[static ARTIFACT_NAME]);
