#include "tests/support/story.hpp"

#include <fmt/format.h>

#include "events/paths.hpp"
#include "reports/tree_text.hpp"

namespace stemma::support {
namespace {

constexpr std::int64_t kEpoch = 1'767'225'600LL * kNsPerSecond;  // 2026-01-01T00:00:00Z

std::string edge_name(ParentEdge edge) {
  switch (edge) {
    case ParentEdge::none:
      return "none";
    case ParentEdge::guid:
      return "guid";
    case ParentEdge::pid_lifetime:
      return "pid";
    case ParentEdge::record_fields:
      return "record";
  }
  return "?";
}

}  // namespace

Story::Story() {
  next_file();
}

Story& Story::next_file() {
  Artifact artifact;
  artifact.path = fmt::format("file{}", artifacts_.size() + 1);
  artifacts_.push_back(artifact);
  batches_.emplace_back();
  offset_ = 0;
  return *this;
}

Story& Story::add(SourceKind kind, ProcessAct act, const Happening& h) {
  const bool windows = is_windows(kind);
  event_.reset(projection_);
  event_.time = h.at ? *h.at : Timestamp{kEpoch + h.at_ms * 1'000'000};
  event_.time_digits = 3;
  event_.source_kind = kind;
  event_.sequence = h.sequence != 0 ? h.sequence : ++serial_;
  event_.source = {ArtifactId::from_index(artifacts_.size() - 1), 100, offset_};
  offset_ += 100;
  event_.process.act = act;
  event_.process.child_has_callers_parent = h.child_has_callers_parent;
  if (h.child_pid != kNoPid) event_.process.child_pid = static_cast<std::uint32_t>(h.child_pid);
  const auto text = [&](FieldId field, const std::string& value) {
    if (!value.empty()) event_.set(field, value);
  };
  text(field::host_name, h.host);
  text(field::event_category, h.category);
  text(field::winlog_channel, h.channel);
  text(field::event_code, h.code);
  text(field::user_name, h.user);
  if (h.pid != kNoPid) event_.set(field::process_pid, h.pid);
  if (h.parent_pid != kNoPid) event_.set(field::process_parent_pid, h.parent_pid);
  text(field::process_entity_id, h.guid);
  text(field::process_parent_entity_id, h.parent_guid);
  text(field::process_executable, h.executable);
  if (!h.executable.empty()) {
    text(field::process_name,
         std::string(windows ? windows_base_name(h.executable) : posix_base_name(h.executable)));
  }
  text(field::process_command_line, h.command_line);
  for (const std::string& arg : h.args) event_.add(field::process_args, arg);
  for (const std::string& id : h.ancestry) event_.add(field::process_ext_ancestry, id);
  text(field::process_parent_executable, h.parent_executable);
  text(field::process_parent_command_line, h.parent_command_line);
  batches_.back().add(event_);
  contents_[{event_.source.artifact, event_.source.offset}] = event_.content_hash();
  return *this;
}

std::shared_ptr<CaseSnapshot> Story::freeze() {
  CaseBuilder builder(artifacts_);
  for (const IndexBatch& batch : batches_) builder.add(batch);
  return builder.freeze([&](const StringPool&, std::span<CopyCandidate> candidates) {
    for (CopyCandidate& candidate : candidates) {
      candidate.content_hash = contents_.at({candidate.source.artifact, candidate.source.offset});
      candidate.hashed = true;
    }
  });
}

std::string tree_names(const CaseSnapshot& snapshot) {
  std::string text;
  TreeTextOptions options;
  options.names_only = true;
  append_tree(snapshot, {snapshot.tree.roots().begin(), snapshot.tree.roots().end()}, options,
              text);
  return text;
}

std::string edges(const CaseSnapshot& snapshot) {
  std::string text;
  const auto name = [&](ImageId image) {
    return image ? std::string(snapshot.strings.view(snapshot.tree.image(image).name))
                 : std::string("?");
  };
  for (std::size_t i = 0; i < snapshot.tree.entities().size(); ++i) {
    const ProcessEntity& entity = snapshot.tree.entities()[i];
    for (std::uint32_t k = 0; k < entity.image_count; ++k) {
      const ImageId id = ImageId::from_index(entity.first_image + k);
      const ProcessImage& image = snapshot.tree.image(id);
      if (image.parent)
        text += fmt::format("{} > {} ({})\n", name(image.parent_image), name(id),
                            edge_name(image.edge));
    }
  }
  return text;
}

}  // namespace stemma::support
