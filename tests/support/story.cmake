add_library(stemma_support_story STATIC story.cpp)
    target_include_directories(stemma_support_story PUBLIC ${PROJECT_SOURCE_DIR})
        target_link_libraries(
            stemma_support_story PUBLIC stemma::events stemma::reports PRIVATE stemma::options)
