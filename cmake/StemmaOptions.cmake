# Warnings and sanitizers for every target of the project, carried by one interface library so that no global flag is set.
add_library(stemma_options INTERFACE)
add_library(stemma::options ALIAS stemma_options)
target_compile_options(stemma_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC bug 105651: g++ 12 sees overlapping copies inside its own std::string::operator+.
  target_compile_options(stemma_options INTERFACE -Wno-restrict)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(stemma_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(STEMMA_SANITIZE)
  target_compile_options(stemma_options INTERFACE
    -fsanitize=${STEMMA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(stemma_options INTERFACE -fsanitize=${STEMMA_SANITIZE})
endif()
if(STEMMA_FUZZ)
  # The libraries too, or the fuzzer sees no further than the target's own lines.
  target_compile_options(stemma_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
