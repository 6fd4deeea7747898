// `bench-baseline limit|textbook|textbook-guess|quality SENDERS VIEWERS SECONDS`: prints one JSON object.
#include <gst/gst.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string_view>

#include "baseline.h"

using namespace tributary;

namespace {

int usage() {
  std::fprintf(stderr,
               "usage: bench-baseline limit|textbook|textbook-guess|quality SENDERS VIEWERS SECONDS\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 5) return usage();
  bench::Room room;
  room.senders = std::atoi(argv[2]);
  room.viewers = std::atoi(argv[3]);
  room.seconds = std::atof(argv[4]);
  const std::map<std::string_view, std::function<Json(const bench::Room&)>> known = {
      {"limit", bench::measureLimit},
      {"textbook", bench::measureTextbook},
      {"textbook-guess",
       [](const bench::Room& of) {
         return Json::object({{"cores", bench::textbookCores(of)}});
       }},
      {"quality", bench::measureQuality}};
  const auto measure = known.find(argv[1]);
  if (measure == known.end()) return usage();
  const Json out = measure->second(room);
  std::puts(out.dump(true).c_str());
  return out.has("error") ? 1 : 0;
}
