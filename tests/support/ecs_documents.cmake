# Elastic documents and the files that hold them.
find_package(nlohmann_json REQUIRED)
add_library(stemma_support_ecs STATIC ecs_documents.cpp)
target_include_directories(stemma_support_ecs PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(stemma_support_ecs
  PUBLIC stemma::evtx_writer nlohmann_json::nlohmann_json PRIVATE stemma::options)
