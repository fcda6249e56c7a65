import Interlock

/// A fixed crew of threads that share their folders.
///
/// A wait group counts the parts of the work that are not done: the first is all, and whoever gives
/// a part of its own to others adds one. When none is left the crew may go. Nobody joins anybody
/// before, and no CPU is idle while there is something to share.
enum WaitGroupSearch {
  static func search(_ job: SearchJob) throws {
    let parts = WaitGroup(name: "parts")
    let shared = SharedFolders()
    try withThreads { threads in
      for number in 1...job.workers {
        try threads.spawn(name: "search \(number)") { @Sendable in
          job.withSearcher { searcher in
            while var folders = shared.take() {
              while !folders.isEmpty {
                searcher.searchNext(of: &folders)
                if shared.isWanted, let part = folders.takePart() {
                  parts.add()
                  shared.put(part)
                }
              }
              parts.done()
            }
          }
        }
      }
      job.withSearcher { searcher in
        parts.add()
        shared.put(searcher.begin())
      }
      // If the calling thread is cancelled the others stop soon.
      if !parts.wait(until: .never) {
        job.progress.stop()
        parts.wait()
      }
      shared.close()
    }
  }
}
