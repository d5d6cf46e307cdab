/*
 * egress/filesystem.h - artifacts into a folder (CONTRACT 20.2).
 *
 * All work on files is done by the thread pool, one job at a time, with bytes and descriptors of
 * its own. An artifact has no name in its folder before it is whole, and a failed one leaves
 * nothing.
 */
#pragma once

#include "src/egress/provider.h"

extern const struct provider_type provider_filesystem;
