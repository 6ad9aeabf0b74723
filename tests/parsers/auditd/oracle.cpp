#include "tests/parsers/auditd/oracle.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

namespace stemma::auditd_test {
namespace {

std::string scalar(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void flatten(const nlohmann::json& value, const std::string& name, FlatDocument& out) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.items())
      flatten(member, name.empty() ? key : name + "." + key, out);
  } else if (value.is_array()) {
    for (const auto& element : value) {
      if (element.is_object()) {
        flatten(element, name, out);
      } else {
        out[name].push_back(scalar(element));
      }
    }
  } else {
    out[name].push_back(scalar(value));
  }
}

std::string join(const std::vector<std::string>& values) {
  std::string all;
  for (const std::string& value : values) all += (all.empty() ? "" : "|") + value;
  return all;
}

}  // namespace

std::vector<FlatDocument> documents(const std::string& path, const std::string& key) {
  const std::string text = read_file(path);
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    json = nlohmann::json::array();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) json.push_back(nlohmann::json::parse(line));
    }
  }
  if (!key.empty()) json = json.at(key);
  std::vector<FlatDocument> all;
  if (!json.is_array()) json = nlohmann::json::array({json});
  for (const auto& document : json) {
    all.emplace_back();
    flatten(document, {}, all.back());
  }
  return all;
}

std::vector<YamlBlock> yaml_blocks(const std::string& path) {
  std::vector<YamlBlock> blocks;
  std::istringstream in(read_file(path));
  for (std::string line; std::getline(in, line);) {
    if (line.size() > 2 && line.compare(0, 2, "  ") == 0 && line[2] != ' ') {
      const std::size_t colon = line.rfind(": |");
      if (colon != std::string::npos) blocks.push_back({line.substr(2, colon - 2), {}});
    } else if (!blocks.empty() && line.compare(0, 4, "    ") == 0) {
      blocks.back().text += line.substr(4) + "\n";
    }
  }
  return blocks;
}

void Differences::compare(const FlatDocument& theirs, const Seen& ours, const FieldPair& pair) {
  const auto expected = theirs.find(pair.theirs);
  if (expected == theirs.end()) return;
  ++compared_;
  const auto found = ours.fields.find(pair.ours);
  if (found != ours.fields.end() && found->second == expected->second) {
    ++equal_;
    return;
  }
  const std::string their_values = join(expected->second);
  const std::string our_values = ours[pair.ours];
  for (std::size_t i = 0; i < deliberate_.size(); ++i) {
    const Deliberate& row = deliberate_[i];
    if (row.field != "*" && row.field != pair.theirs) continue;
    if (row.theirs != "*" && row.theirs != their_values) continue;
    if (row.ours.compare(0, 1, "=") == 0) {
      const auto other = ours.fields.find(row.ours.substr(1));
      if (other == ours.fields.end() || other->second.front() != expected->second.front()) continue;
    } else if (row.ours != "*" && row.ours != our_values) {
      continue;
    }
    ++used_[i];
    return;
  }
  unexplained_ += pair.theirs + " #" + std::to_string(ours.sequence) + ": theirs " + their_values +
                  ", ours " + our_values + "\n";
}

std::string Differences::unused() const {
  std::string all;
  for (std::size_t i = 0; i < deliberate_.size(); ++i) {
    if (used_[i] == 0)
      all += deliberate_[i].field + " " + deliberate_[i].theirs + " " + deliberate_[i].ours + "\n";
  }
  return all;
}

}  // namespace stemma::auditd_test
