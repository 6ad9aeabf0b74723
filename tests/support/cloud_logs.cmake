# Logs of clouds in the forms that exports have.
find_package(nlohmann_json REQUIRED)
add_library(stemma_support_cloud_logs STATIC activity_log_forms.cpp trail_records.cpp)
target_include_directories(stemma_support_cloud_logs PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(stemma_support_cloud_logs
  PUBLIC nlohmann_json::nlohmann_json PRIVATE stemma::options)
