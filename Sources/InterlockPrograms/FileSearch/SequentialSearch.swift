/// One thread searches everything, one folder after the other.
enum SequentialSearch {
  static func search(_ job: SearchJob) {
    job.withSearcher { searcher in
      var folders = searcher.begin()
      while !folders.isEmpty {
        searcher.searchNext(of: &folders)
      }
    }
  }
}
