import Glibc
import Testing

@testable import Interlock

@Suite struct `Memory between processes` {
  @Test func `is the same for all who have it`() throws {
    let pool = try ProcessPool(workers: 2)
    let array = try SharedArray(repeating: 0, count: 1000)
    try pool.forEach((0..<10).map { (number: $0, array: array) }.map(Part.init), batch: 1) { part in
      for index in part.array.indices where index % 10 == part.number {
        part.array[index] = index * index
      }
    }
    #expect(array.elementsEqual((0..<1000).map { $0 * $0 }))
  }

  private struct Part: Codable, Sendable {
    let number: Int
    let array: SharedArray<Int>

    init(_ part: (number: Int, array: SharedArray<Int>)) {
      number = part.number
      array = part.array
    }
  }

  @Test func `may come from a worker`() throws {
    let pool = try ProcessPool(workers: 1)
    let array = try pool.run(5) { try SharedArray((0..<$0).map { Double($0) / 2 }) }
    #expect(Array(array) == [0, 0.5, 1, 1.5, 2])
    try pool.run(array) { $0[1] = 7 }
    #expect(array[1] == 7)
    // Its maker may be gone.
    pool.close()
    pool.join()
    #expect(array[4] == 2)
  }

  @Test func `goes through several hands`() throws {
    let pool = try ProcessPool(workers: 1)
    let array = try SharedArray(repeating: Int32(1), count: 10)
    try pool.run(array) { array in
      let inner = try ProcessPool(workers: 1)
      try inner.run(array) { array in
        array.withMutableSpan { span in
          for index in span.indices { span[index] += 1 }
        }
      }
    }
    #expect(array.withSpan { span in span.indices.allSatisfy { span[$0] == 2 } })
  }

  @Test func `may stand in a message often, and in many`() throws {
    let pool = try ProcessPool(workers: 1)
    let arrays = try (0..<200).map { try SharedArray(repeating: $0, count: 3) }
    for _ in 0..<5 {
      let firsts = try pool.run(arrays + arrays) { $0.map { $0[0] } }
      #expect(firsts == Array(0..<200) + Array(0..<200))
    }
  }

  @Test func `is refused where there is too much of it`() throws {
    let pool = try ProcessPool(workers: 1)
    let arrays = try (0..<251).map { try SharedArray(repeating: $0, count: 1) }
    #expect(throws: ProcessError.self) { try pool.run(arrays) { $0.count } }
    #expect(try pool.run(1) { $0 } == 1)
  }

  private struct Wide: BitwiseCopyable, Codable, Sendable {
    var a = 0.5
    var b = 3
  }

  @Test func `is what it was made as, and nothing else`() throws {
    let memory = try SharedMemory(.array, of: Wide.self, count: 4)
    #expect(try memory.count(.array, of: Wide.self) == 4)
    #expect(throws: SharingError.self) { try memory.count(.array, of: Double.self) }
    #expect(throws: SharingError.self) { try memory.count(.array, of: (Double, Int).self) }
    #expect(throws: SharingError.self) { try memory.count(.value, of: Wide.self) }
    #expect(throws: SharingError.self) {
      try SharedMemory(byteCount: 200).count(.array, of: Int.self)
    }
    #expect(throws: SharingError.self) {
      try SharedMemory(byteCount: 3).count(.array, of: Int8.self)
    }
  }

  @Test func `may be empty`() throws {
    let pool = try ProcessPool(workers: 1)
    let empty = try SharedArray([Int]())
    #expect(try pool.run(empty) { $0.count } == 0)
    #expect(try pool.run(try SharedMemory(byteCount: 0)) { $0.byteCount } == 0)
  }

  @Test func `cannot be made larger than there are addresses`() {
    #expect(throws: SharingError.self) { try SharedMemory(byteCount: .max) }
    #expect(throws: SharingError.self) { try SharedArray(repeating: 0.0, count: .max / 4) }
  }

  @Test func `leaves nothing behind`() throws {
    let pool = try ProcessPool(workers: 1)
    let isTraceless = try pool.run(100) { rounds in
      let inner = try ProcessPool(workers: 1)
      _ = try inner.run(0) { $0 }
      let before = Belongings()
      for number in 0..<rounds {
        let array = try inner.run(number) { try SharedArray(repeating: $0, count: 100_000) }
        guard array[99_999] == number else { return false }
        // The process that has it dies.
        _ = try? inner.run(array) { _ in _ = kill(getpid(), SIGKILL) }
      }
      _ = try inner.run(0) { $0 }
      try eventually { Belongings().areWithin(before) }
      return true
    }
    #expect(isTraceless)
  }
}
