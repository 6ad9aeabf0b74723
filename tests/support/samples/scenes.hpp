// The stories, one file a machine. Each fills the collection with what a responder would have taken
// from it, and says the truth.
#pragma once

#include "tests/support/samples/collection.hpp"
#include "tests/support/samples/truth.hpp"

namespace stemma::samples {

/// A Windows server with Sysmon, Security auditing with command lines, and PowerShell logging.
void tell_vm_win01(Collection& collection, Truth& truth);
/// A Windows server that only kept its Security log.
void tell_vm_win02(Collection& collection, Truth& truth);
/// A Debian server with auditd.
void tell_vm_lnx01(Collection& collection, Truth& truth);

/// A Debian server whose clock is ahead, with goal states in its agent's log.
void tell_vm_lnx02(Collection& collection, Truth& truth);
/// The activity log of the subscription, and what each run is.
void tell_cloud(Collection& collection, Truth& truth);

/// Everything: the machines, a log that was collected twice, and text that is no evidence.
void tell_all(Collection& collection, Truth& truth);

}  // namespace stemma::samples
