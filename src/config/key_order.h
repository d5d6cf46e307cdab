/*
 * config/key_order.h - how keys compare: level by level, in the order in which .NET lists children.
 */
#pragma once

/* Numbers (of 32 bits, as .NET's) by value, then names without case, as capitals. Zero only for
 * keys that differ in nothing but case. */
int key_order_compare(const char *a, const char *b);
