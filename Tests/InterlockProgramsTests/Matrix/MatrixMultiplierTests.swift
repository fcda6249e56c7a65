import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

@Suite(.timeLimit(.minutes(30))) struct `Multiplying matrices` {
  /// Everything that has to be the same in all modes.
  private struct Outcome: Equatable {
    let rounds: Int
    let checksum: MatrixChecksum
    let bytes: [UInt8]

    init(_ report: MatrixReport) {
      rounds = report.rounds
      checksum = report.checksum
      bytes = unsafe report.product.memory.withUnsafeMutableBytes { unsafe Array($0) }
    }
  }

  private func random(
    _ rows: Int,
    _ columns: Int,
    _ type: MatrixNumber,
    seed: UInt64
  ) throws
    -> Matrix
  {
    let matrix = try Matrix(zeros: type, rows: rows, columns: columns, isShared: false)
    var state = seed
    matrix.fillAtRandom(&state)
    return matrix
  }

  @Test(arguments: MatrixMultiplier.Mode.allCases, MatrixNumber.allCases)
  func `gives what a hand would write down`(
    mode: MatrixMultiplier.Mode,
    type: MatrixNumber
  ) throws {
    let left = try Matrix([[1, 2, 3], [4, 5, 6]], of: type)
    let right = try Matrix([[7, -8], [9, 10], [-11, 12]], of: type)
    let report = try MatrixMultiplier(mode: mode, workers: 3).multiply(left, by: right)
    #expect(report.product.rows() == [[-8, 48], [7, 90]])
    #expect(report.checksum == (type == .i32 ? .whole(137) : .real(137)))
    #expect(report.rounds == 1)
    #expect(report.operations == 24)
    #expect(!report.wasStopped)
  }

  @Test(arguments: MatrixNumber.allCases)
  func `gives the same bits in every mode, however many work`(type: MatrixNumber) throws {
    func outcome(_ mode: MatrixMultiplier.Mode, _ workers: Int?) throws -> Outcome {
      let multiplier = MatrixMultiplier(mode: mode, workers: workers)
      return Outcome(
        try multiplier.multiplyAtRandom(size: 61, type: type, rounds: 3, seed: 4)
      )
    }
    let expected = try outcome(.sequential, nil)
    #expect(expected.rounds == 3)
    for mode in [MatrixMultiplier.Mode.threads, .processes] {
      for workers in [1, 2, 3, 9] {
        let found = try outcome(mode, workers)
        let isSame = found == expected
        #expect(isSame, "\(mode) with \(workers) workers")
      }
    }
  }

  @Test(arguments: MatrixMultiplier.Mode.allCases)
  func `multiplies what is not square`(mode: MatrixMultiplier.Mode) throws {
    for (rows, depth, columns) in [(1, 5, 1), (50, 1, 3), (3, 40, 70), (33, 7, 25), (2, 600, 2)] {
      let left = try random(rows, depth, .i32, seed: 1)
      let right = try random(depth, columns, .i32, seed: 2)
      let found = try MatrixMultiplier(mode: mode, workers: 2).multiply(left, by: right).product
      #expect(found.rowCount == rows && found.columnCount == columns)
      let (a, b) = (left.rows(), right.rows())
      for row in 0..<rows {
        for column in 0..<columns {
          let sum = (0..<depth).reduce(0 as Int32) { sum, k in
            sum &+ Int32(a[row][k]) &* Int32(b[k][column])
          }
          #expect(found[row, column] == Double(sum))
        }
      }
    }
  }

  @Test(arguments: MatrixMultiplier.Mode.allCases)
  func `multiplies what is empty`(mode: MatrixMultiplier.Mode) throws {
    let multiplier = MatrixMultiplier(mode: mode, workers: 2)
    for (rows, depth, columns) in [(0, 0, 0), (0, 3, 2), (2, 3, 0), (2, 0, 3)] {
      let report = try multiplier.multiply(
        try random(rows, depth, .f64, seed: 1),
        by: try random(depth, columns, .f64, seed: 2)
      )
      #expect(report.product.rowCount == rows && report.product.columnCount == columns)
      #expect(report.product.rows().joined().allSatisfy { $0 == 0 })
      #expect(report.checksum == .real(0))
      #expect(report.gigaflops == 0)
    }
    let none = try multiplier.multiplyAtRandom(size: 0, rounds: 2)
    #expect(none.rounds == 2)
  }

  @Test func `gives other matrices in every round, and the same for the same seed`() throws {
    let multiplier = MatrixMultiplier(mode: .sequential)
    func outcome(_ rounds: Int, _ seed: UInt64) throws -> Outcome {
      Outcome(
        try multiplier.multiplyAtRandom(size: 5, type: .i32, rounds: rounds, seed: seed)
      )
    }
    let first = try outcome(1, 1)
    let again = try outcome(1, 1)
    let second = try outcome(2, 1)
    let other = try outcome(1, 2)
    #expect(first == again)
    #expect(first.bytes != second.bytes)
    #expect(first.bytes != other.bytes)
  }

  @Test func `fills with the sequence of the seed, number after number`() throws {
    var random = SplitMix64(seed: 3)
    let words = (0..<4).map { _ in random.next() }
    let report = try MatrixMultiplier().multiplyAtRandom(size: 2, type: .i32, rounds: 1, seed: 3)
    let numbers = words.flatMap { word in
      [Int32(truncatingIfNeeded: word), Int32(truncatingIfNeeded: word >> 32)]
    }
    let (a, b) = (numbers.prefix(4), Array(numbers.suffix(4)))
    #expect(report.product[1, 0] == Double(a[2] &* b[0] &+ a[3] &* b[2]))
  }

  @Test(arguments: [1, 2, 3, 7, 40])
  func `shares all rows out, and each once`(workers: Int) throws {
    for rows in [0, 1, 5, 8, 9, 64, 100, 1_001] {
      let left = try random(rows, 1, .f32, seed: 1)
      let right = try random(1, 1, .f32, seed: 1)
      let product = try MatrixProduct(of: left, and: right, into: left)
      let shares = product.shares(for: workers)
      #expect(shares.count == workers)
      #expect(shares.flatMap { Array($0) } == Array(0..<rows))
      let sizes = shares.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 2 * MatrixNumber.rowStep)
    }
  }

  @Test(arguments: MatrixMultiplier.Mode.allCases)
  func `refuses shapes and types that do not fit, and says which`(
    mode: MatrixMultiplier.Mode
  ) throws {
    let multiplier = MatrixMultiplier(mode: mode, workers: 1)
    let shapes = #expect(throws: MatrixError.self) {
      try multiplier.multiply(
        try random(2, 3, .f64, seed: 1),
        by: try random(4, 5, .f64, seed: 1)
      )
    }
    #expect(shapes?.reason == .shapesDiffer(leftColumns: 3, rightRows: 4))
    let types = #expect(throws: MatrixError.self) {
      try multiplier.multiply(
        try random(2, 3, .f64, seed: 1),
        by: try random(3, 5, .i32, seed: 1)
      )
    }
    #expect(types?.reason == .typesDiffer(left: .f64, right: .i32))
  }

  @Test(arguments: MatrixMultiplier.Mode.allCases)
  func `says when there is no memory`(mode: MatrixMultiplier.Mode) throws {
    let multiplier = MatrixMultiplier(mode: mode, workers: 1)
    for size in [1 << 27, 1 << 40] {
      #expect(throws: MatrixError.self) { try multiplier.multiplyAtRandom(size: size) }
    }
  }

  @Test(arguments: MatrixMultiplier.Mode.allCases)
  func `ends between rounds when it is told to`(mode: MatrixMultiplier.Mode) throws {
    let progress = MatrixProgress()
    let rounds = 1_000_000_000
    let report = try withinPatience {
      let watcher = try spawn { () throws(Never) in
        while progress.rounds < 3 { CurrentThread.yield() }
        progress.stop()
      }
      defer { watcher.join() }
      return try MatrixMultiplier(mode: mode, workers: 2).multiplyAtRandom(
        size: 10,
        rounds: rounds,
        progress: progress
      )
    }
    #expect(report.wasStopped)
    #expect(report.rounds >= 3 && report.rounds < rounds)
  }
}
