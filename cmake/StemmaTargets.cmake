# stemma_library(NAME HEADERS … SOURCES … LINK … PRIVATE_LINK …): one static library a folder, alias stemma::NAME,
# includes written from the project's root.
function(stemma_library name)
  cmake_parse_arguments(ARG "" "" "HEADERS;SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(stemma_${name} STATIC)
  add_library(stemma::${name} ALIAS stemma_${name})
  target_sources(stemma_${name}
    PRIVATE ${ARG_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  target_link_libraries(stemma_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK} stemma::options)
  set_target_properties(stemma_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${STEMMA_VERIFY_HEADERS})
endfunction()
option(STEMMA_VERIFY_HEADERS "Compile every public header alone" OFF)

# stemma_test(NAME SOURCES … LINK … [LABELS …]): one GoogleTest executable, one CTest entry. Tests learn where the
# project and the corpus lie from the environment, so that no path of a machine is compiled in.
function(stemma_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main stemma::options)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES
    LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "STEMMA_ROOT=${PROJECT_SOURCE_DIR};STEMMA_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

# The same test once more under the label `slow`, with ten times as many generated cases.
function(stemma_slow_test name)
  add_test(NAME ${name}_slow COMMAND ${name})
  set_tests_properties(${name}_slow PROPERTIES
    LABELS slow TIMEOUT 7200
    ENVIRONMENT "STEMMA_ROOT=${PROJECT_SOURCE_DIR};STEMMA_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};STEMMA_GENERATED=10"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
