import Glibc
import Testing

@testable import InterlockPrograms

@Suite struct `A name pattern` {
  private func matches(_ pattern: NamePattern, _ name: String) -> Bool {
    let matcher = NameMatcher(pattern)
    return unsafe matcher.matches(Array(name.utf8CString), length: name.utf8.count)
  }

  @Test func `finds a text anywhere in a name`() {
    #expect(matches(.containing("b"), "abc"))
    #expect(matches(.containing("abc"), "abc"))
    #expect(matches(.containing(""), "abc"))
    #expect(matches(.containing("*"), "a*c"))
    #expect(!matches(.containing("*"), "abc"))
    #expect(!matches(.containing("B"), "abc"))
    #expect(!matches(.containing("abcd"), "abc"))
    #expect(!matches(.containing("a/b"), "a"))
  }

  @Test func `finds a name and no other`() {
    #expect(matches(.exactly("abc"), "abc"))
    #expect(!matches(.exactly("ab"), "abc"))
    #expect(!matches(.exactly("abc"), "ab"))
    #expect(!matches(.exactly("abc"), "Abc"))
    #expect(!matches(.exactly(""), "a"))
  }

  @Test func `finds names as a shell does`() {
    #expect(matches(.glob("*.swift"), "a.swift"))
    #expect(matches(.glob("*"), ".hidden"))
    #expect(matches(.glob("?hidden"), ".hidden"))
    #expect(matches(.glob("[a-c]?"), "b1"))
    #expect(matches(.glob("[!a]"), "b"))
    #expect(matches(.glob("\\*"), "*"))
    #expect(matches(.glob("[a-c]*"), "a/b"))
    #expect(!matches(.glob("*.swift"), "a.swift.old"))
    #expect(!matches(.glob("a"), "ab"))
    #expect(!matches(.glob("\\*"), "a"))
    #expect(!matches(.glob("A*"), "ab"))
    #expect(!matches(.glob(""), "a"))
    // One byte for each question mark, whatever the text is.
    #expect(matches(.glob("??"), "\u{E9}"))
  }
}

@Suite struct `Folders that wait` {
  private func names(_ batch: WaitingFolders?) -> [String] {
    guard var batch else { return [] }
    var names: [String] = []
    while !batch.isEmpty {
      names.append(String(decoding: batch.first.dropLast(), as: UTF8.self))
      batch.removeFirst()
    }
    return names
  }

  private func batch(_ names: String..., in folder: SearchFolder? = nil) -> WaitingFolders {
    WaitingFolders(Array(names.map { "\($0)\0" }.joined().utf8)[...], in: folder)
  }

  @Test func `come in the order in which they were listed`() {
    #expect(names(batch("a", "bb", "ccc")) == ["a", "bb", "ccc"])
    #expect(names(batch()) == [])
  }

  @Test func `are halved wherever the middle is`() {
    func halves(_ names: String...) -> [[String]] {
      var first = WaitingFolders(Array(names.map { "\($0)\0" }.joined().utf8)[...], in: nil)
      let second = first.split()
      return [self.names(first), self.names(second)]
    }
    #expect(halves("a") == [["a"], []])
    #expect(halves("a", "b") == [["a"], ["b"]])
    #expect(halves("a", "bbbbbbbb") == [["a"], ["bbbbbbbb"]])
    #expect(halves("aaaaaaaa", "b") == [["aaaaaaaa"], ["b"]])
    #expect(halves("a", "b", "c", "d") == [["a", "b", "c"], ["d"]])
    #expect(halves("a", "b", "c", "d", "e", "f") == [["a", "b", "c", "d"], ["e", "f"]])
  }

  @Test func `are given away from the root on`() {
    var stack = FolderStack(batch("a", "b"))
    stack.push(batch("c"))
    stack.push(batch())
    #expect(names(stack.takePart()?.top) == ["a", "b"])
    #expect(stack.takePart() == nil)
    #expect(names(stack.top) == ["c"])
    stack.removeFirst()
    #expect(stack.isEmpty)
    #expect(stack.takePart() == nil)
  }

  @Test func `come back if nobody else could search them`() throws {
    var stack = FolderStack(batch("a", "b"))
    stack.push(batch("c"))
    let part = stack.takePart()
    stack.putBack(try #require(part))
    #expect(names(stack.top) == ["c"])
    stack.removeFirst()
    #expect(names(stack.top) == ["a", "b"])
  }

  @Test func `keep their folder open until the last one was opened`() throws {
    let budget = DescriptorBudget(limit: 64)
    let folder = SearchFolder(
      name: [1, 0],
      in: nil,
      descriptor: try descriptor(budget),
      identity: nil,
      budget: budget
    )
    var stack = FolderStack(batch("a", "b", "c", "d", in: folder))
    let given = stack.takePart()
    var part = try #require(given)
    for _ in 0..<3 {
      #expect(folder.descriptor != nil)
      stack.removeFirst()
    }
    #expect(folder.descriptor != nil)
    #expect(budget.taken == 1)
    part.removeFirst()
    #expect(folder.descriptor == nil)
    #expect(budget.taken == 0)
    #expect(folder.claimIfOpen() == nil)
    #expect(!folder.isMissed)
    #expect(!folder.install(0))
  }

  @Test func `find their folder again once`() throws {
    let budget = DescriptorBudget(limit: 64)
    let folder = SearchFolder(
      name: [1, 0],
      in: nil,
      descriptor: nil,
      identity: nil,
      budget: budget
    )
    #expect(folder.isMissed)
    #expect(folder.install(try descriptor(budget)))
    #expect(!folder.install(0))
    #expect(!folder.isMissed)
    #expect(folder.claimIfOpen() == folder.descriptor)
    for _ in 0..<3 {
      #expect(budget.taken == 1)
      folder.release()
    }
    #expect(budget.taken == 0)
  }

  private func descriptor(_ budget: DescriptorBudget) throws -> Int32 {
    #expect(budget.take())
    return try SystemError.check { unsafe open("/", O_RDONLY | O_CLOEXEC) }
  }

  @Test func `may be far down when everybody forgets about them`() {
    let budget = DescriptorBudget(limit: 64)
    var folder: SearchFolder?
    for _ in 0..<1_000_000 {
      folder = SearchFolder(
        name: [1, 0],
        in: folder,
        descriptor: nil,
        identity: nil,
        budget: budget
      )
    }
    weak let last = folder
    folder = nil
    #expect(last == nil)
  }
}

@Suite struct `A list of paths` {
  @Test func `is made of bytes`() {
    var list = PathList()
    #expect(list.map(Array.init) == [])
    unsafe ([0xFF, 0] as [UInt8]).withUnsafeBytes { unsafe list.append([47], $0) }
    unsafe ([10, 65, 0] as [UInt8]).withUnsafeBytes { unsafe list.append([], $0) }
    #expect(list.map(Array.init) == [[47, 0xFF], [10, 65]])
    #expect(list.count == 2)
    #expect(list.bytes(terminatedBy: 10) == [47, 0xFF, 10, 10, 65, 10])
  }
}

@Suite struct `A descriptor budget` {
  @Test func `ends where the system's limit says`() {
    let budget = DescriptorBudget(limit: 64)
    var count = 0
    while budget.take() { count += 1 }
    #expect(count == 8)
    while budget.takeReserve() { count += 1 }
    #expect(count == budget.limit)
    #expect(budget.limit + 4 * budget.workerLimit + 8 <= 64)
    #expect(!budget.take())
    #expect(budget.taken == count)
    budget.give()
    #expect(budget.takeReserve())
  }

  @Test func `leaves descriptors to every worker, however few there are`() {
    #expect(DescriptorBudget(limit: 0).workerLimit == 1)
    #expect(FileSearch(mode: .pool, workers: 100, descriptorLimit: 64).workers == 6)
    #expect(FileSearch(mode: .sequential, workers: 7).workers == 1)
  }
}
