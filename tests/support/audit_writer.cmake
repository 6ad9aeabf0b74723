add_library(stemma_support_audit STATIC audit_writer.cpp)
target_include_directories(stemma_support_audit PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(stemma_support_audit PRIVATE fmt::fmt stemma::options)
