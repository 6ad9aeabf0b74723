# The EVTX writer and the checker that holds its files against the format's rules.
add_library(stemma_evtx_writer STATIC)
add_library(stemma::evtx_writer ALIAS stemma_evtx_writer)
target_sources(stemma_evtx_writer
  PRIVATE evtx_value.cpp evtx_record.cpp evtx_chunk.cpp evtx_writer.cpp evtx_events.cpp evtx_check.cpp evtx_random.cpp
  PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES
    evtx_value.hpp evtx_record.hpp evtx_layout.hpp evtx_chunk.hpp evtx_writer.hpp evtx_events.hpp evtx_check.hpp evtx_random.hpp)
target_link_libraries(stemma_evtx_writer PUBLIC stemma::events PRIVATE fmt::fmt ZLIB::ZLIB stemma::options)

stemma_test(evtx_writer_test
  SOURCES evtx_writer_test.cpp evtx_damage_test.cpp evtx_real_logs_test.cpp
  LINK stemma::evtx_writer PkgConfig::LIBEVTX pugixml::pugixml fmt::fmt ZLIB::ZLIB)
