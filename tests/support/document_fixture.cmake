add_library(stemma_support_document STATIC ${CMAKE_CURRENT_LIST_DIR}/document_fixture.cpp)
target_link_libraries(stemma_support_document PUBLIC stemma::reports_document PRIVATE stemma::options)
