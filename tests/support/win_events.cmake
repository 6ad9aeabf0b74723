add_library(stemma_support_win_events STATIC ${CMAKE_CURRENT_LIST_DIR} / win_events.cpp)
    target_include_directories(stemma_support_win_events PUBLIC ${PROJECT_SOURCE_DIR})
        target_link_libraries(stemma_support_win_events PUBLIC stemma::events stemma::winlog PRIVATE
                                  stemma::evtx stemma::options)
