import Interlock

/// Tasks of a thread pool: one that has folders for two submits some of them as another task.
///
/// The pool is the crew and the place for what is shared. A wait group counts the tasks; that there
/// are fewer than workers says that somebody has nothing to do.
enum PoolSearch {
  static func search(_ job: SearchJob) throws {
    let pool = try ThreadPool(workers: job.workers, name: "search")
    let tasks = SearchTasks(pool: pool, job: job)
    job.withSearcher { searcher in
      tasks.submit(searcher.begin())
    }
    tasks.wait()
    pool.close()
    pool.join()
  }
}

/// The tasks of one search.
private final class SearchTasks: Sendable {
  private let pool: ThreadPool
  private let job: SearchJob
  private let group = WaitGroup(name: "tasks")
  private let count = Atomic(0)

  init(pool: ThreadPool, job: SearchJob) {
    self.pool = pool
    self.job = job
  }

  /// Whether a worker has nothing to do.
  ///
  /// Ordering: a hint, and nothing is read because of it; all is relaxed.
  private var isWanted: Bool { count.load(ordering: .relaxed) < job.workers }

  /// Submits a task that searches `folders`.
  func submit(_ folders: FolderStack) {
    group.add()
    count.wrappingAdd(1, ordering: .relaxed)
    do throws(PoolError) {
      try pool.submit(name: "folders") { [self] in
        search(folders)
        count.wrappingSubtract(1, ordering: .relaxed)
        group.done()
      }
    } catch {
      preconditionFailure("an open pool without a limit takes every task: \(error)")
    }
  }

  private func search(_ folders: FolderStack) {
    job.withSearcher { searcher in
      var folders = folders
      while !folders.isEmpty {
        searcher.searchNext(of: &folders)
        if isWanted, let part = folders.takePart() { submit(part) }
      }
    }
  }

  /// Waits until there are none; if the calling thread is cancelled they stop soon.
  func wait() {
    if group.wait(until: .never) { return }
    job.progress.stop()
    group.wait()
  }
}
