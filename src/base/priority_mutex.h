#pragma once

#include <pthread.h>

namespace tributary {

/// A mutex whose holder runs at the priority of whoever waits for it (PTHREAD_PRIO_INHERIT), for what threads
/// of different priority share: the mixers must not wait until a decoder that holds a lock gets its turn.
/// For std::lock_guard. Thread: any.
class PriorityMutex {
 public:
  PriorityMutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    // Refused only by kernels without the futex for it.
    if (pthread_mutex_init(&mutex_, &attributes) != 0) pthread_mutex_init(&mutex_, nullptr);
    pthread_mutexattr_destroy(&attributes);
  }
  ~PriorityMutex() { pthread_mutex_destroy(&mutex_); }
  PriorityMutex(const PriorityMutex&) = delete;
  PriorityMutex& operator=(const PriorityMutex&) = delete;

  void lock() { pthread_mutex_lock(&mutex_); }
  bool try_lock() { return pthread_mutex_trylock(&mutex_) == 0; }
  void unlock() { pthread_mutex_unlock(&mutex_); }
  /// For pthread_cond_wait().
  pthread_mutex_t* native() { return &mutex_; }

 private:
  pthread_mutex_t mutex_{};
};

}  // namespace tributary
