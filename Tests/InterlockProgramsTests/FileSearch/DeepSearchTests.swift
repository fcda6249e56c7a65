import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

/// One of each mode, as if the system gave 64 descriptors.
private let frugalVariants = FileSearch.Mode.allCases.map {
  FileSearch(mode: $0, workers: 2, descriptorLimit: 64)
}

@Suite(.serialized, .timeLimit(.minutes(30))) struct `A file search in a deep tree` {
  @Test func `finds its way through 10,000 levels`() throws {
    let tree = try DeepTree(depth: 10_000, isForked: false)
    for search in frugalVariants {
      let outcome = try search.outcome(for: .exactly("e"), in: [tree.folder.path])
      #expect(outcome.report.directories == 10_001, "\(search.testDescription)")
      #expect(outcome.failures.isEmpty)
    }
  }

  @Test(arguments: [("d", 10_000), (String(repeating: "long", count: 60), 1_000)])
  func `finds its way through thousands of levels with two folders each`(
    name: String,
    depth: Int
  ) throws {
    let tree = try DeepTree(depth: depth, name: name, isForked: true)
    for search in frugalVariants {
      let outcome = try search.outcome(for: .exactly("e"), in: [tree.folder.path])
      #expect(outcome.report.directories == 2 * depth + 1, "\(search.testDescription)")
      #expect(outcome.failures.isEmpty)
      #expect(search.budget.taken == 0)
    }
  }

  @Test func `gives the whole path of what is far down`() throws {
    let depth = 2_500
    let tree = try DeepTree(depth: depth, isForked: true)
    let expected = (0..<depth).map { level in
      tree.folder.path + String(repeating: "/d", count: level) + "/" + DeepTree.beside(level)
    }
    for search in frugalVariants {
      let outcome = try search.outcome(for: .containing("beside"), in: [tree.folder.path])
      #expect(outcome.paths.count == depth)
      #expect(Set(outcome.texts) == Set(expected))
    }
  }

  @Test(arguments: FileSearch.variants(descriptorLimit: 64))
  func `keeps few descriptors open`(search: FileSearch) throws {
    var search = search
    search.isPrompt = true
    // The path of the lowest folder is one that the system can tell.
    let tree = try DeepTree(depth: 300, isForked: true)
    let most = Atomic(0)
    let outcome = try withinPatience { [folder = tree.folder.path, search] in
      try search.outcome(for: .containing(""), in: [folder]) { @Sendable _ in
        most.max(openDescriptors(in: folder), ordering: .relaxed)
      }
    }
    #expect(outcome.report.directories == 601)
    let limit = search.budget.limit + 4 * search.workers
    #expect(limit < 64)
    // Several workers may be so fast with what waits that it never becomes much.
    let least = search.workers == 1 ? 8 : 1
    #expect((least...limit).contains(most.load(ordering: .relaxed)))
    #expect(openDescriptors(in: tree.folder.path) == 0)
  }
}
