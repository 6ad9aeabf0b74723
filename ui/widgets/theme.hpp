// Light and dark colours, or those of the system.
#pragma once

namespace stemma::ui {

enum class Theme { system, light, dark };

/// Sets the application's palette. `system` is what the platform gave at the start.
void apply_theme(Theme theme);

}  // namespace stemma::ui
