#include "tests/support/win_events.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "parsers/evtx/chunk_decoder.hpp"
#include "parsers/evtx/chunk_scan.hpp"
#include "parsers/evtx/layout.hpp"

namespace stemma {

namespace fs = std::filesystem;

std::string_view WinEvents::copy(std::string_view text) {
  return texts_.copy(text);
}

void WinEvents::keep(const WinEvent& event) {
  WinEvent own = event;
  for (std::string_view* text :
       {&own.provider_name, &own.provider_guid, &own.event_source_name, &own.time_created_text,
        &own.activity_id, &own.related_activity_id, &own.channel, &own.computer, &own.user_id,
        &own.user_data_name, &own.rendered_message}) {
    *text = copy(*text);
  }
  for (auto* items : {&own.event_data, &own.user_data}) {
    for (WinDataItem& item : *items) {
      const auto [name, is_new] = names_.try_emplace(std::string(item.name));
      if (is_new) name->second = copy(item.name);
      item = {name->second, copy(item.value)};
    }
  }
  events_.push_back(std::move(own));
}

void WinEvents::read(const std::string& path) {
  std::vector<std::string> files;
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file() && entry.path().extension() == ".evtx")
        files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
  } else if (fs::exists(path)) {
    files.push_back(path);
  }
  const auto decoder = evtx::make_libevtx_decoder();
  WinEvent event;
  for (const std::string& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    const evtx::Bytes bytes = std::as_bytes(std::span(content));
    const evtx::FileHeader header = evtx::read_file_header(bytes);
    for (const evtx::Slot& slot : evtx::slots(bytes)) {
      if (!slot.chunk || slot.length < evtx::kChunkHeaderSize) continue;
      const evtx::Bytes chunk = bytes.subspan(slot.offset, slot.length);
      evtx::ChunkScan scan;
      evtx::scan_chunk(chunk, false, scan);
      decoder->begin({chunk, slot.offset, &header, &scan});
      for (const evtx::RecordPlace& place : scan.live) {
        if (decoder->decode(place, event)) keep(event);
      }
    }
  }
}

}  // namespace stemma
