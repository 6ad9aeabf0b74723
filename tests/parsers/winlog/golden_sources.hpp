// The documents of the corpus that say what Elastic's shippers make of a record, each with the
// event we make of the same record.
#pragma once

#include <functional>
#include <string_view>

#include "tests/parsers/winlog/golden.hpp"

namespace stemma::golden {

using OnPair =
    std::function<void(std::string_view family, const Document& expected, const Document& ours)>;

/// Elastic's integrations: the record's XML where the document keeps it, else its parsed form.
/// Returns how many pairs there were.
std::size_t each_integration_document(const OnPair& on_pair);

/// Winlogbeat's goldens whose EVTX file the corpus lacks: from what Winlogbeat itself read of the
/// record.
std::size_t each_collected_document(const OnPair& on_pair);

/// Where a golden's EVTX file lies; empty where the corpus lacks it.
std::string evtx_of_golden(std::string_view module, std::string_view name);

}  // namespace stemma::golden
