# PORTSIDE_SANITIZE=address,undefined | thread: applied to every target alike.
if(PORTSIDE_SANITIZE)
  add_compile_options(-fsanitize=${PORTSIDE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PORTSIDE_SANITIZE})
  # The fortified libc calls hide errors from the sanitizers' interceptors.
  add_compile_options(-U_FORTIFY_SOURCE)
endif()
if(PORTSIDE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
