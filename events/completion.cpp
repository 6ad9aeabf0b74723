#include "events/completion.hpp"

#include "events/command_line.hpp"

namespace stemma {
namespace {

class Completion {
 public:
  Completion(const CaseSnapshot& snapshot, Event& event) : snapshot_(snapshot), event_(event) {}

  // The case's strings outlive every event that is completed from it.
  void text(FieldId field, StringId value) {
    if (value && !event_.has(field))
      event_.set_lasting(field, snapshot_.strings.view(value), Origin::synthesised);
  }

  void args(FieldId list, FieldId count, const ProcessImage& image) {
    if (event_.has(list) || (!event_.wants(list) && !event_.wants(count))) return;
    std::int64_t number = 0;
    if (image.args.count != 0) {
      for (const StringId arg : snapshot_.tree.args(image.args)) {
        event_.add_lasting(list, snapshot_.strings.view(arg), Origin::synthesised);
        ++number;
      }
    } else {
      ArgumentReader arguments(snapshot_.strings.view(image.command_line));
      for (; arguments.next(); ++number) {
        if (arguments.made()) {
          event_.add(list, arguments.text(), Origin::synthesised);
        } else {
          event_.add_lasting(list, arguments.text(), Origin::synthesised);
        }
      }
    }
    if (number != 0 && !event_.has(count)) event_.set(count, number, Origin::synthesised);
  }

  void own(const ProcessImage& image) {
    text(field::process_executable, image.executable);
    text(field::process_name, image.name);
    text(field::process_command_line, image.command_line);
    text(field::process_working_directory, image.working_directory);
    args(field::process_args, field::process_args_count, image);
  }

  void parent(EntityId parent, ImageId parent_image) {
    const ProcessEntity& entity = snapshot_.tree.entity(parent);
    text(field::process_parent_entity_id, entity.entity_id);
    if (entity.pid != kNoPid && !event_.has(field::process_parent_pid)) {
      event_.set(field::process_parent_pid, entity.pid, Origin::synthesised);
    }
    if (!parent_image) return;
    const ProcessImage& image = snapshot_.tree.image(parent_image);
    if (event_.source_kind == SourceKind::sysmon_linux && image.event && image.command_line) {
      const std::string_view whole = snapshot_.strings.view(image.command_line);
      if (event_.has(field::process_parent_command_line) &&
          event_.text(field::process_parent_command_line) != whole) {
        event_.set_lasting(field::process_parent_command_line, whole, Origin::synthesised);
        event_.remove(field::process_parent_args);
        event_.remove(field::process_parent_args_count);
      }
    }
    text(field::process_parent_executable, image.executable);
    text(field::process_parent_name, image.name);
    text(field::process_parent_command_line, image.command_line);
    text(field::process_parent_working_directory, image.working_directory);
    args(field::process_parent_args, field::process_parent_args_count, image);
  }

 private:
  const CaseSnapshot& snapshot_;
  Event& event_;
};

}  // namespace

void want_completion_inputs(Projection& projection) {
  for (const FieldId id :
       {field::process_entity_id, field::process_executable, field::process_name,
        field::process_command_line, field::process_working_directory, field::process_args,
        field::process_args_count, field::process_parent_entity_id, field::process_parent_pid,
        field::process_parent_executable, field::process_parent_name,
        field::process_parent_command_line, field::process_parent_working_directory,
        field::process_parent_args, field::process_parent_args_count,
        field::process_ext_ancestry}) {
    projection.want(id);
  }
}

void complete(const CaseSnapshot& snapshot, EventId id, Event& event) {
  const EntityId entity = snapshot.events.entity(id);
  if (!entity) return;
  Completion completion(snapshot, event);
  completion.text(field::process_entity_id, snapshot.tree.entity(entity).entity_id);
  if (const ProcessStart* start = snapshot.tree.start_of(id)) {
    const ProcessImage& image = snapshot.tree.image(start->image);
    completion.own(image);
    if (image.parent) completion.parent(image.parent, image.parent_image);
  }
  if (event.wants(field::process_ext_ancestry) && !event.has(field::process_ext_ancestry)) {
    for (const EntityId ancestor : ancestors(snapshot.tree, entity, kAncestryLimit)) {
      event.add_lasting(field::process_ext_ancestry,
                        snapshot.strings.view(snapshot.tree.entity(ancestor).entity_id),
                        Origin::synthesised);
    }
  }
}

}  // namespace stemma
