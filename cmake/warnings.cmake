# One list of warnings for the whole tree; all of them are errors.
add_compile_options(
  -Wall -Wextra -Werror -Wshadow -Wconversion -Wsign-conversion -Wvla -Wswitch-enum
  -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Wpointer-arith -Wundef -Wcast-qual
  -Wwrite-strings -Wnull-dereference -Wdouble-promotion
  -fno-common -fstack-protector-strong)
# Text that does not fit is cut on purpose (error and log texts): the bound is the point of snprintf.
add_compile_options($<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>)
# NAN and INFINITY are floats in C; gcc, which checks the same, lets them become doubles.
add_compile_options($<$<C_COMPILER_ID:Clang>:-Wno-double-promotion>)
add_compile_definitions(_GNU_SOURCE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
