// Roles that the row view reads beside Qt's own, and how glyphs say what colour alone must not.
#pragma once

#include <QString>
#include <Qt>

namespace stemma::ui {

/// Small values, as all roles.
enum Role : int {
  kDepthRole = Qt::UserRole + 1,  ///< int: indentation of the row; only of the tree's column
  kExpandRole,                    ///< int: 0 has nothing below, 1 is closed, 2 is open
  kMarkRole,                      ///< int: Mark, drawn before the text
  kStrongRole,                    ///< bool: the row matters
  kDimRole,                       ///< bool: the row is there for context
  kPillsRole,                     ///< QString: `label count` pairs, each ended by a tab
  kFieldRole,      ///< QString: ECS field that the column shows; empty where it is none
  kRawRole,        ///< QString: the value for filtering, where it is not the text shown
  kSpanRole,       ///< bool: the tree column's text runs over all columns behind it
  kHitRole,        ///< bool: the row matches what is highlighted
  kParentRowRole,  ///< int: the row that this one lies below, -1 for none; where the model knows it
                   ///< without walking
};

/// What a row is, told by shape.
enum class Mark : int {
  none,
  seen,      ///< ● its start was seen
  inferred,  ///< ◌ known only from what others say of it
  finding,   ///< ⚑ something was found about it
  run,       ///< ▶ the root of a remote run
  host,      ///< ▣
  more,      ///< ⋯ stands for others
};

}  // namespace stemma::ui
