// The events that an incident document refers to. Used by build_document.cpp alone.
#pragma once

#include "reports/build_document.hpp"

namespace stemma::document_events {

/// Lists every event that some evidence of the document names, in the order of time, puts their
/// positions in the place of their ids, and has as many decoded as there is room for, those first
/// that findings, notes and orders rest on. The last step: evidence that is added later stays ids.
void name_events(const DocumentInput& input, IncidentDocument& document,
                 const DecodeEvents& decode);

}  // namespace stemma::document_events
