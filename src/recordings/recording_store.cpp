#include "recordings/recording_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tributary {
namespace {

constexpr int deepest = 5;
constexpr size_t longestRead = 64 << 20;  // a manifest of a day's call is a few MiB

tl::unexpected<Error> failed(const std::string& doing) {
  const int error = errno;
  return fail(error == ENOENT ? ErrorCode::notFound : ErrorCode::internal,
              doing + ": " + std::strerror(error));
}

std::string leafOf(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

Result<void> writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("writing beside the recording");
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

/// False: the disk has not said all.
bool listInto(int folder, const std::string& prefix, int depth, std::vector<std::string>& out) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(copy >= 0 ? fdopendir(copy) : nullptr, closedir);
  if (!dir) return false;
  bool whole = true;
  errno = 0;
  while (const dirent* entry = readdir(dir.get())) {
    const std::string name = entry->d_name;
    struct stat status {};
    if (name.empty() || name.front() == '.') continue;
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      whole = whole && errno == ENOENT;
      errno = 0;
      continue;
    }
    if (S_ISREG(status.st_mode)) out.push_back(prefix + name);
    if (!S_ISDIR(status.st_mode) || depth == 0) continue;
    const UniqueFd inner(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    whole = inner && listInto(inner.get(), prefix + name + "/", depth - 1, out) && whole;
    errno = 0;
  }
  return whole && errno == 0;
}

}  // namespace

Result<void> RecordingStore::open() {
  if (g_mkdir_with_parents(folder_.c_str(), 0700) != 0) return failed("the folder " + folder_);
  UniqueFd root(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return failed("the folder " + folder_);
  auto opened = std::make_shared<UniqueFd>(std::move(root));
  const std::lock_guard lock(mutex_);
  root_.swap(opened);
  return {};
}

std::shared_ptr<UniqueFd> RecordingStore::root() const {
  const std::lock_guard lock(mutex_);
  return root_;
}

bool RecordingStore::wantsOpening() const {
  const auto known = root();
  struct stat now {};
  struct stat then {};
  const bool isThere = ::stat(folder_.c_str(), &now) == 0;
  if (!*known || ::fstat(known->get(), &then) != 0) return true;
  return isThere && (now.st_dev != then.st_dev || now.st_ino != then.st_ino);
}

Result<UniqueFd> RecordingStore::openAt(const std::string& path, uint64_t flags, uint64_t mode) const {
  if (path.find('\0') != std::string::npos) return fail(ErrorCode::notFound, "there is no such file");
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long fd = ::syscall(SYS_openat2, root()->get(), path.c_str(), &how, sizeof how);
  if (fd < 0) return failed(path);
  return UniqueFd(static_cast<int>(fd));
}

Result<UniqueFd> RecordingStore::parentOf(const std::string& path, bool make) const {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return openAt(".", O_RDONLY | O_DIRECTORY);
  const std::string folder = path.substr(0, slash);
  if (make && !openAt(folder, O_PATH | O_DIRECTORY)) {
    const auto above = parentOf(folder, true);
    if (!above) return tl::unexpected(above.error());
    if (::mkdirat(above->get(), leafOf(folder).c_str(), 0700) != 0 && errno != EEXIST) return failed(folder);
  }
  return openAt(folder, O_RDONLY | O_DIRECTORY);
}

Result<UniqueFd> RecordingStore::create(const std::string& path) {
  if (auto opened = open(); !opened) return tl::unexpected(opened.error());
  if (const auto parent = parentOf(path, true); !parent) return tl::unexpected(parent.error());
  return openAt(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
}

Result<UniqueFd> RecordingStore::openToRead(const std::string& path) const {
  // O_NONBLOCK: whatever a stranger may have put there is not waited for.
  return openAt(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
}

Result<UniqueFd> RecordingStore::openToWrite(const std::string& path) const {
  return openAt(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
}

Result<std::string> RecordingStore::read(const std::string& path) const {
  const auto fd = openToRead(path);
  if (!fd) return tl::unexpected(fd.error());
  std::string out;
  char piece[65536];
  for (;;) {
    const ssize_t count = ::read(fd->get(), piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path);
    if (count == 0) return out;
    out.append(piece, static_cast<size_t>(count));
    if (out.size() > longestRead) return fail(ErrorCode::tooLarge, path + " is too long");
  }
}

Result<void> RecordingStore::writeAtomically(const std::string& path, const std::string& bytes) {
  const auto parent = parentOf(path, true);
  if (!parent) return tl::unexpected(parent.error());
  const std::string leaf = leafOf(path);
  const std::string temporary = "." + leaf + ".new";
  {
    const UniqueFd fd(::openat(parent->get(), temporary.c_str(),
                               O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return failed(path);
    if (auto written = writeAll(fd.get(), bytes); !written) {
      ::unlinkat(parent->get(), temporary.c_str(), 0);
      return written;
    }
    if (::fdatasync(fd.get()) != 0) return failed(path);
  }
  if (::renameat(parent->get(), temporary.c_str(), parent->get(), leaf.c_str()) != 0) return failed(path);
  return {};
}

Result<void> RecordingStore::rename(const std::string& from, const std::string& to) {
  const auto source = parentOf(from, false);
  if (!source) return tl::unexpected(source.error());
  const auto target = parentOf(to, true);
  if (!target) return tl::unexpected(target.error());
  if (::renameat(source->get(), leafOf(from).c_str(), target->get(), leafOf(to).c_str()) != 0)
    return failed(from);
  ::fsync(target->get());
  return {};
}

Result<void> RecordingStore::remove(const std::string& path) {
  const auto parent = parentOf(path, false);
  if (!parent && parent.error().code == ErrorCode::notFound) return {};
  if (!parent) return tl::unexpected(parent.error());
  if (::unlinkat(parent->get(), leafOf(path).c_str(), 0) != 0 && errno != ENOENT) return failed(path);
  return {};
}

bool RecordingStore::exists(const std::string& path) const {
  return openAt(path, O_PATH | O_NOFOLLOW).has_value();
}

RecordingStore::Listing RecordingStore::list() const {
  Listing out;
  const auto from = root();
  out.whole = *from && listInto(from->get(), "", deepest, out.paths);
  return out;
}

int64_t RecordingStore::freeBytes() const {
  struct statvfs status {};
  const auto at = root();
  if (!*at || ::fstatvfs(at->get(), &status) != 0) return -1;
  return static_cast<int64_t>(status.f_bavail) * static_cast<int64_t>(status.f_frsize);
}

Result<std::string> sha256Of(int fd, const std::function<void(double)>& progress) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return failed("looking at the recording");
  const std::unique_ptr<GChecksum, decltype(&g_checksum_free)> sum(g_checksum_new(G_CHECKSUM_SHA256),
                                                                   g_checksum_free);
  std::vector<char> piece(1 << 20);
  off_t at = 0;
  for (;;) {
    const ssize_t count = ::pread(fd, piece.data(), piece.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("reading the recording");
    if (count == 0) return std::string(g_checksum_get_string(sum.get()));
    g_checksum_update(sum.get(), reinterpret_cast<const guchar*>(piece.data()), count);
    at += count;
    if (progress && status.st_size > 0)
      progress(static_cast<double>(at) / static_cast<double>(status.st_size));
  }
}

}  // namespace tributary
