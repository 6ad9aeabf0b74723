// samples/README.md as text: what the samples are, and the hash of every file.
#pragma once

#include <string>

#include "tests/support/samples/collection.hpp"

namespace stemma::samples {

/// Everything that lies below samples/: the collection, its truth, the trees, and this README.
Collection all_samples();

}  // namespace stemma::samples
