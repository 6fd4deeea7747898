#pragma once

#include <memory>
#include <string>

namespace tributary::test {

/// A file system of the test's own (FUSE) that can be made slow, dead or broken while it is in use. Whoever
/// touches it while it is dead waits, so a test must not.
class SlowDisk {
 public:
  SlowDisk();
  /// Lets go of all that waits, then unmounts.
  ~SlowDisk();

  /// Where it is mounted; empty when this machine lets nobody mount, or there was no libfuse.
  const std::string& path() const { return path_; }

  /// What writing gives from now on.
  struct Trouble {
    int bytesPerSecond = 0;  ///< 0: no limit
    bool dead = false;       ///< nothing is answered, reading neither
    int error = 0;           ///< errno of every write
  };
  void set(const Trouble& trouble);

 private:
  struct Mount;

  std::string path_;
  std::string backing_;
  std::unique_ptr<Mount> mount_;
};

}  // namespace tributary::test
