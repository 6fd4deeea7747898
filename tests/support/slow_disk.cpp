#include "slow_disk.h"

#include <cstdlib>
#include <filesystem>

#ifdef HAVE_FUSE
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <fcntl.h>
#include <fuse.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#endif

namespace tributary::test {

#ifdef HAVE_FUSE
struct SlowDisk::Mount {
  std::string backing;
  fuse* handle = nullptr;
  std::thread loop;
  std::mutex mutex;
  std::condition_variable changed;
  Trouble trouble;

  /// Returns when the disk answers: 0, or what a write of so many bytes gives.
  int waitTurn(size_t written) {
    std::unique_lock lock(mutex);
    if (written > 0 && trouble.bytesPerSecond > 0) {
      const std::chrono::duration<double> time(static_cast<double>(written) / trouble.bytesPerSecond);
      changed.wait_for(lock, time, [this] { return trouble.bytesPerSecond == 0; });
    }
    changed.wait(lock, [this] { return !trouble.dead; });
    return written > 0 ? -trouble.error : 0;
  }

  static Mount& self() { return *static_cast<Mount*>(fuse_get_context()->private_data); }
  static std::string at(const char* path) {
    self().waitTurn(0);
    return self().backing + path;
  }
  static int told(ssize_t result) { return result < 0 ? -errno : static_cast<int>(result); }
  static int fd(const fuse_file_info* file) { return static_cast<int>(file->fh); }
  static fuse_operations operations();
};

fuse_operations SlowDisk::Mount::operations() {
  fuse_operations calls{};
  calls.init = [](fuse_conn_info*, fuse_config*) -> void* { return fuse_get_context()->private_data; };
  calls.getattr = [](const char* path, struct stat* out, fuse_file_info*) {
    return told(::lstat(at(path).c_str(), out));
  };
  calls.mkdir = [](const char* path, mode_t mode) { return told(::mkdir(at(path).c_str(), mode)); };
  calls.unlink = [](const char* path) { return told(::unlink(at(path).c_str())); };
  calls.rmdir = [](const char* path) { return told(::rmdir(at(path).c_str())); };
  calls.rename = [](const char* from, const char* to, unsigned) {
    return told(::rename(at(from).c_str(), at(to).c_str()));
  };
  calls.truncate = [](const char* path, off_t size, fuse_file_info*) {
    return told(::truncate(at(path).c_str(), size));
  };
  calls.create = [](const char* path, mode_t mode, fuse_file_info* file) {
    const int opened = ::open(at(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode);
    file->fh = static_cast<uint64_t>(opened);
    return opened < 0 ? -errno : 0;
  };
  calls.open = [](const char* path, fuse_file_info* file) {
    const int opened = ::open(at(path).c_str(), (file->flags & O_ACCMODE) | O_CLOEXEC);
    file->fh = static_cast<uint64_t>(opened);
    return opened < 0 ? -errno : 0;
  };
  calls.read = [](const char*, char* out, size_t size, off_t offset, fuse_file_info* file) {
    self().waitTurn(0);
    return told(::pread(fd(file), out, size, offset));
  };
  calls.write = [](const char*, const char* bytes, size_t size, off_t offset, fuse_file_info* file) {
    const int error = self().waitTurn(size);
    return error != 0 ? error : told(::pwrite(fd(file), bytes, size, offset));
  };
  calls.flush = [](const char*, fuse_file_info*) { return self().waitTurn(0); };
  calls.fsync = [](const char*, int, fuse_file_info*) { return self().waitTurn(0); };
  calls.release = [](const char*, fuse_file_info* file) { return told(::close(fd(file))); };
  calls.statfs = [](const char* path, struct statvfs* out) { return told(::statvfs(at(path).c_str(), out)); };
  calls.readdir = [](const char* path, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info*,
                     fuse_readdir_flags) {
    for (const auto& entry : std::filesystem::directory_iterator(at(path)))
      fill(buffer, entry.path().filename().c_str(), nullptr, 0, {});
    return 0;
  };
  return calls;
}

SlowDisk::SlowDisk() {
  char name[] = "/tmp/tributary-slow-disk-XXXXXX";
  const std::string base = mkdtemp(name);
  backing_ = base;
  const std::string place = base + "/disk";
  mount_ = std::make_unique<Mount>();
  mount_->backing = base + "/backing";
  std::filesystem::create_directories(place);
  std::filesystem::create_directories(mount_->backing);
  char program[] = "slow-disk";
  char* arguments[] = {program, nullptr};
  fuse_args args = FUSE_ARGS_INIT(1, arguments);
  const fuse_operations calls = Mount::operations();
  mount_->handle = fuse_new(&args, &calls, sizeof calls, mount_.get());
  fuse_opt_free_args(&args);
  if (mount_->handle == nullptr || fuse_mount(mount_->handle, place.c_str()) != 0) return;
  path_ = place;
  mount_->loop = std::thread([this] { fuse_loop_mt(mount_->handle, 0); });
}

SlowDisk::~SlowDisk() {
  set({});
  if (mount_->handle != nullptr) {
    fuse_exit(mount_->handle);
    fuse_unmount(mount_->handle);
    if (mount_->loop.joinable()) mount_->loop.join();
    fuse_destroy(mount_->handle);
  }
  std::error_code ignored;
  std::filesystem::remove_all(backing_, ignored);
}

void SlowDisk::set(const Trouble& trouble) {
  const std::lock_guard lock(mount_->mutex);
  mount_->trouble = trouble;
  mount_->changed.notify_all();
}
#else
struct SlowDisk::Mount {};
SlowDisk::SlowDisk() = default;
SlowDisk::~SlowDisk() = default;
void SlowDisk::set(const Trouble&) {}
#endif

}  // namespace tributary::test
