import Interlock

/// Threads that start threads: one that has folders for two gives some of them to a new thread, and
/// joins it when its own are done.
///
/// There are never more threads than workers: each has a permit. Whoever gets none does the work
/// itself. A thread that has nothing left to do but to join keeps its permit, and so a CPU may be
/// idle while another has much to do: that is the weakness of this variant.
enum ThreadedSearch {
  static func search(_ job: SearchJob) throws {
    let permits = Semaphore(permits: job.workers - 1, name: "threads")
    job.withSearcher { searcher in
      search(searcher.begin(), with: searcher, permits, job)
    }
  }

  private static func search(
    _ folders: FolderStack,
    with searcher: Searcher,
    _ permits: Semaphore,
    _ job: SearchJob
  ) {
    var folders = folders
    var threads: [ThreadHandle<Void, Never>] = []
    while !folders.isEmpty {
      searcher.searchNext(of: &folders)
      guard permits.tryAcquire() else { continue }
      threads.removeAll { $0.isFinished }
      let part = folders.takePart()
      if let part, let thread = start(part, permits, job) {
        threads.append(thread)
      } else {
        permits.release()
        if let part { folders.putBack(part) }
      }
    }
    for thread in threads { thread.join() }
  }

  /// Starts a thread that searches `folders`, unless the system has none to give.
  private static func start(
    _ folders: FolderStack,
    _ permits: Semaphore,
    _ job: SearchJob
  ) -> ThreadHandle<Void, Never>? {
    try? spawn(name: "search") {
      job.withSearcher { searcher in
        search(folders, with: searcher, permits, job)
      }
      permits.release()
    }
  }
}
