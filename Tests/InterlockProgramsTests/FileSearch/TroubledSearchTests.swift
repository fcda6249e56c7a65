import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

/// Searches that hand over what they find in a folder before they go on.
private let promptVariants = FileSearch.variants().map { search in
  var search = search
  search.isPrompt = true
  return search
}

// What happens to a folder between the moment when its name is read and the one when it is opened:
// the tests act when the search hands over what it has found beside it.
@Suite(.timeLimit(.minutes(30))) struct `A file search in trouble` {
  @Test(arguments: promptVariants)
  func `reports a folder that vanishes, and goes on`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let victim = try folder.makeFolder("victim")
    try folder.makeFolder("other")
    let found = [try folder.write("", to: "trigger"), try folder.write("", to: "other/trigger")]
    let outcome = try search.outcome(for: .exactly("trigger"), in: [folder.path]) { _ in
      unsafe rmdir(victim)
    }
    #expect(outcome.texts == found.sorted())
    #expect(
      outcome.failures == [InputFailure(input: victim, reason: "No such file or directory")]
    )
    #expect(outcome.report.errors == 1)
    #expect(search.budget.taken == 0)
  }

  @Test(arguments: promptVariants)
  func `does not follow a link that takes a folder's place`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let other = try TemporaryFolder()
    try other.write("", to: "trigger")
    let elsewhere = other.path
    let victim = try folder.makeFolder("victim")
    let trigger = try folder.write("", to: "trigger")
    let outcome = try search.outcome(for: .exactly("trigger"), in: [folder.path]) { _ in
      unsafe rmdir(victim)
      unsafe symlink(elsewhere, victim)
    }
    #expect(outcome.texts == [trigger])
    #expect(outcome.failures.map(\.input) == [victim])
  }

  @Test(
    .enabled(if: geteuid() != 0, "the superuser may read everything"),
    arguments: promptVariants
  )
  func `reports a folder that may not be read, and goes on`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let closed = try folder.makeFolder("closed")
    let file = try folder.write("", to: "file")
    unsafe chmod(closed, 0)
    defer { unsafe chmod(closed, 0o755) }
    let outcome = try search.outcome(for: .containing(""), in: [folder.path])
    #expect(outcome.texts == [folder.path, closed, file].sorted())
    #expect(outcome.failures == [InputFailure(input: closed, reason: "Permission denied")])
  }

  @Test(arguments: FileSearch.Mode.allCases)
  func `does not search another folder that has taken the place of its own`(
    mode: FileSearch.Mode
  ) throws {
    // Without descriptors to spare, the outer folder is closed while the inner one is searched.
    var search = FileSearch(mode: mode, workers: 1, descriptorLimit: 0)
    search.isPrompt = true
    let folder = try TemporaryFolder()
    let outer = try folder.makeFolder("outer")
    for name in ["1", "2"] {
      try folder.makeFolder("outer/\(name)")
      try folder.makeFolder("outer/\(name)/a")
      try folder.makeFolder("outer/\(name)/b")
      try folder.write("", to: "outer/\(name)/trigger")
    }
    let outcome = try search.outcome(for: .exactly("trigger"), in: [folder.path]) { _ in
      guard unsafe rename(outer, "\(outer) moved") == 0 else { return }
      unsafe mkdir(outer, 0o755)
      unsafe mkdir("\(outer)/1", 0o755)
      unsafe mkdir("\(outer)/2", 0o755)
    }
    #expect(outcome.paths.count == 1)
    #expect(outcome.failures.count == 1)
    #expect(outcome.failures.first?.reason == "Stale file handle")
  }

  @Test(arguments: promptVariants)
  func `stops when it is told to, and leaves nothing open`(search: FileSearch) throws {
    let tree = try DeepTree(depth: 500, isForked: true)
    let progress = SearchProgress()
    let outcome = try search.outcome(
      for: .containing(""),
      in: [tree.folder.path],
      progress: progress
    ) { _ in
      if progress.directories > 20 { progress.stop() }
    }
    #expect(outcome.report.wasStopped)
    #expect(outcome.report.directories < 500)
    #expect(search.budget.taken == 0)
    #expect(openDescriptors(in: tree.folder.path) == 0)
  }

  @Test(arguments: promptVariants)
  func `stops when the thread that waits for it is cancelled`(search: FileSearch) throws {
    let tree = try DeepTree(depth: 500, isForked: true)
    let root = tree.folder.path
    let progress = SearchProgress()
    let isCancelled = Event()
    let thread = try spawn {
      try search.outcome(for: .containing(""), in: [root], progress: progress) { _ in
        isCancelled.wait()
      }
    }
    thread.cancel()
    isCancelled.set()
    let outcome = try #require(try thread.join(for: patience))
    #expect(outcome.report.wasStopped)
    #expect(search.budget.taken == 0)
  }

  @Test(
    .enabled(if: hasOtherFileSystem, "/dev/pts is no file system of its own here"),
    arguments: FileSearch.variants()
  )
  func `stays on a file system if it is told to`(search: FileSearch) throws {
    var search = search
    let everywhere = try search.outcome(for: .glob("*pt*"), in: ["/dev"]).texts
    search.staysOnFileSystem = true
    let here = try search.outcome(for: .glob("*pt*"), in: ["/dev"]).texts
    #expect(everywhere.contains("/dev/pts/ptmx"))
    #expect(!here.contains("/dev/pts/ptmx"))
    #expect(here.contains("/dev/pts"))
    #expect(try search.outcome(for: .exactly("ptmx"), in: ["/dev/pts"]).texts == ["/dev/pts/ptmx"])
  }

  private static let hasOtherFileSystem: Bool = {
    var (outer, inner) = (stat(), stat())
    guard unsafe stat("/dev", &outer) == 0, unsafe stat("/dev/pts/ptmx", &inner) == 0 else {
      return false
    }
    return outer.st_dev != inner.st_dev
  }()
}
