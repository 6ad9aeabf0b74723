# The samples that ship: stories in code, the program that writes them, and the test that holds the committed files against them.
find_package(nlohmann_json REQUIRED)
add_library(stemma_samples STATIC
  samples/activity_log.cpp samples/collection.cpp samples/runs.cpp samples/truth.cpp samples/windows_host.cpp samples/linux_host.cpp
  samples/vm_win01.cpp samples/vm_win02.cpp samples/vm_lnx01.cpp samples/vm_lnx02.cpp samples/readme.cpp)
target_include_directories(stemma_samples PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(stemma_samples
  PUBLIC stemma::evtx_writer stemma_support_audit
  PRIVATE fmt::fmt nlohmann_json::nlohmann_json OpenSSL::Crypto stemma::options)

add_executable(make_samples samples/make_samples.cpp)
target_link_libraries(make_samples PRIVATE stemma_samples stemma::options)

stemma_test(samples_test
  SOURCES samples/samples_test.cpp
  LINK stemma_samples nlohmann_json::nlohmann_json fmt::fmt)
