// Rows that a query gave, as JSON lines, CSV or a table for people. Pure functions; the events are
// decoded by whoever asks.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "detection/match/pipes.hpp"
#include "events/case_snapshot.hpp"
#include "events/event.hpp"
#include "events/shape.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// Which fields a result shows; empty: a document shows all, a table time, host and summary.
struct ResultColumns {
  std::vector<FieldId> fields;

  /// What has to be decoded for it.
  [[nodiscard]] Projection projection(bool table) const;
  /// Names over a table's columns.
  [[nodiscard]] std::vector<std::string> header() const;
};

/// One event as a JSON object with the chosen fields, or with all of them as `stemma events` has
/// it. No line end.
void append_result_event(const CaseSnapshot& snapshot, const ResultColumns& columns, Event& event,
                         ShapeTable& shapes, std::string& out, Secrets secrets = Secrets::redacted);

/// One row as a JSON line. A row of one event is that event's object; of several:
/// `{"join_keys":…,"events":[…]}` as Elasticsearch names them, `{"missing":true}` where an event is
/// missing; of a count: `{"key":…,"count":…,"percent":…}`.
/// @param events  the objects of the row's events, in order; empty where one is missing
void append_result_line(const ResultRow& row, std::span<const std::string> events, std::string& out,
                        Secrets secrets = Secrets::redacted);

/// One event as cells of a table: several values joined by `; `, raw text.
std::vector<std::string> result_cells(const CaseSnapshot& snapshot, const ResultColumns& columns,
                                      EventId id, Event& event, ShapeTable& shapes,
                                      Secrets secrets = Secrets::redacted);

/// Lines of cells under each other, made visible; columns as wide as their cells, cut at `limit`
/// but the last.
/// @param width  of the terminal; 0: lines are not cut
std::string align(std::span<const std::vector<std::string>> lines, std::size_t limit,
                  std::size_t width);

}  // namespace stemma
