import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

@Suite(.timeLimit(.minutes(30))) struct `A file with a matrix` {
  /// A file as NumPy writes it, with any header.
  private func file(_ text: String, _ content: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let size = text.utf8.count + 1
    let lengthSize = version == 1 ? 2 : 4
    let length = (0..<lengthSize).map { UInt8(size >> (8 * $0) & 0xFF) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array("\(text)\n".utf8) + content
  }

  private func header(
    _ type: String = "<i4",
    fortran: String = "False",
    shape: String = "(2, 3)"
  ) -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }"
  }

  private func bytes<Number: BitwiseCopyable>(_ numbers: [Number]) -> [UInt8] {
    unsafe numbers.withUnsafeBytes { unsafe Array($0) }
  }

  private let numbers: [Int32] = [1, 2, 3, -4, -5, -6]
  private let rows: [[Double]] = [[1, 2, 3], [-4, -5, -6]]

  private func read(_ content: [UInt8], isShared: Bool = false) throws -> Matrix {
    let folder = try TemporaryFolder()
    return try Matrix(readingFrom: try folder.write(content, to: "m.npy"), isShared: isShared)
  }

  private func refusal(of content: [UInt8]) throws -> MatrixFileError.Reason? {
    let folder = try TemporaryFolder()
    let path = try folder.write(content, to: "m.npy")
    let error = #expect(throws: MatrixFileError.self) { try Matrix(readingFrom: path) }
    #expect(error?.path == path)
    return error?.reason
  }

  @Test(arguments: [1, 2, 3] as [UInt8], [false, true])
  func `is read in every version of the format`(version: UInt8, isShared: Bool) throws {
    let content = file(header(), bytes(numbers), version: version)
    let matrix = try read(content, isShared: isShared)
    #expect(matrix.type == .i32)
    #expect(matrix.rows() == rows)
  }

  @Test func `is read with numbers of every type, in either order of their bytes`() throws {
    let doubles = rows.joined().map { $0 * 0.1 }
    let little = try read(file(header("<f8"), bytes(doubles)))
    #expect(Array(little.rows().joined()) == doubles)
    let big = try read(file(header(">f8"), bytes(doubles.map(\.bitPattern.byteSwapped))))
    #expect(Array(big.rows().joined()) == doubles)
    let floats = doubles.map { Float($0) }
    let single = try read(file(header(">f4"), bytes(floats.map(\.bitPattern.byteSwapped))))
    #expect(Array(single.rows().joined()) == floats.map { Double($0) })
    let whole = try read(file(header(">i4"), bytes(numbers.map(\.byteSwapped))))
    #expect(whole.rows() == rows)
  }

  @Test(arguments: [(1, 1), (3, 2), (2, 17), (40, 33), (0, 4), (4, 0)])
  func `is read column by column`(rows: Int, columns: Int) throws {
    let text = header(">f8", fortran: "True", shape: "(\(rows), \(columns))")
    let numbers = (0..<rows * columns).map { Double($0).bitPattern.byteSwapped }
    let matrix = try read(file(text, bytes(numbers)))
    #expect(matrix.rowCount == rows && matrix.columnCount == columns)
    for row in 0..<rows {
      for column in 0..<columns { #expect(matrix[row, column] == Double(column * rows + row)) }
    }
  }

  @Test(arguments: [
    "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<i4\"}",
    "  { 'descr' :\t'<i4' , 'fortran_order' : False, 'shape': ( 2 , 3 , ) }   ",
  ])
  func `may have its header written in other ways`(text: String) throws {
    #expect(try read(file(text, bytes(numbers))).rows() == rows)
  }

  @Test(arguments: [
    "", "{", "{}", "{'descr': '<i4', 'shape': (2, 3)}", "('descr',)",
    "{'descr': '<i4', 'fortran_order': 0, 'shape': (2, 3)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3)} x",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
    "{'descr': '<i4', 'descr': '<i4', 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (2, -3)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 99999999999999999999)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': [2, 3]}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (6)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (2 3)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3}",
    "{'descr': '<i4, 'fortran_order': False, 'shape': (2, 3)}", "{'descr': '<i4",
    "{'descr': '<i\\x34', 'fortran_order': False, 'shape': (2, 3)}",
  ])
  func `is refused with a malformed header`(text: String) throws {
    let reason = try refusal(of: file(text, bytes(numbers)))
    guard case .malformedHeader = reason else {
      Issue.record("\(String(describing: reason))")
      return
    }
  }

  @Test func `is refused if it is something else`() throws {
    #expect(try refusal(of: []) == .notNumPy)
    #expect(try refusal(of: Array("PK\u{3}\u{4}, an archive".utf8)) == .notNumPy)
    let good = file(header(), bytes(numbers))
    #expect(try refusal(of: Array(good.prefix(5))) == .notNumPy)
    var future = good
    future[6] = 4
    #expect(try refusal(of: future) == .unknownVersion(major: 4, minor: 0))
    for size in [8, 9, 10, 30] {
      #expect(
        try refusal(of: Array(good.prefix(size))) == .malformedHeader("the file ends in it")
      )
    }
  }

  @Test(arguments: ["<i8", "<u4", "|b1", "<c16", "=f8", "f8", ">f2", "<U5", "|O"])
  func `is refused with numbers of another type, which is named`(type: String) throws {
    #expect(try refusal(of: file(header(type), bytes(numbers))) == .unknownType(type))
  }

  @Test func `is refused with a structure of numbers`() throws {
    let text = "{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (2, 3), }"
    #expect(try refusal(of: file(text, bytes(numbers))) == .unknownType("structure"))
  }

  @Test(arguments: [("()", 0), ("(6,)", 1), ("(1, 2, 3)", 3)])
  func `is refused with other than two dimensions`(shape: String, count: Int) throws {
    let content = file(header(shape: shape), bytes(numbers))
    #expect(try refusal(of: content) == .notTwoDimensional(count))
  }

  @Test func `is refused if it lies about its size`() throws {
    for shape in ["(2, 2)", "(2, 4)", "(0, 3)", "(1000000, 1000000)"] {
      guard case .wrongSize(_, 24) = try refusal(of: file(header(shape: shape), bytes(numbers)))
      else {
        Issue.record("\(shape)")
        continue
      }
    }
    let huge = file(header(shape: "(9223372036854775807, 3)"), bytes(numbers))
    #expect(try refusal(of: huge) == .unmanageable(MatrixError(.tooLarge)))
    // The header itself, whose length has four bytes.
    var long = file(header(), bytes(numbers), version: 2)
    long[11] = 0xFF
    guard case .malformedHeader = try refusal(of: long) else {
      Issue.record("a header of four gigabytes")
      return
    }
  }

  @Test func `may be a stream`() throws {
    var ends: [Int32] = [0, 0]
    try SystemError.check { unsafe pipe(&ends) }
    defer { close(ends[0]) }
    let content = file(header(fortran: "True", shape: "(3, 2)"), bytes(numbers))
    try SystemError.check { unsafe write(ends[1], content, content.count) }
    close(ends[1])
    let matrix = try Matrix(readingFrom: "-", standardInput: ends[0])
    #expect(matrix.rows() == [[1, -4], [2, -5], [3, -6]])
  }

  @Test func `that cannot be read is named`() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: MatrixFileError.self) {
      try Matrix(readingFrom: folder("nowhere"))
    }
    #expect(missing?.description == "\(folder("nowhere")): No such file or directory")
    let directory = #expect(throws: MatrixFileError.self) { try Matrix(readingFrom: folder.path) }
    #expect(directory?.description == "\(folder.path): Is a directory")
  }

  @Test(arguments: MatrixNumber.allCases, [(2, 3), (0, 3), (3, 0), (100, 1)])
  func `is written so that it can be read`(type: MatrixNumber, shape: (Int, Int)) throws {
    let folder = try TemporaryFolder()
    let matrix = try Matrix(zeros: type, rows: shape.0, columns: shape.1, isShared: false)
    var state: UInt64 = 8
    matrix.fillAtRandom(&state)
    let path = folder("m.npy")
    try MatrixFile(at: path).write(matrix)
    let found = try Matrix(readingFrom: path)
    #expect(found.type == type)
    #expect(found.rowCount == shape.0 && found.columnCount == shape.1)
    #expect(found.rows() == matrix.rows())
    #expect(NumPyHeader(for: matrix).bytes.count.isMultiple(of: 64))
  }

  @Test func `has the header that NumPy writes`() throws {
    let text = String(
      decoding: NumPyHeader(for: try Matrix(rows, of: .f64)).bytes.dropFirst(10),
      as: UTF8.self
    )
    #expect(text.hasPrefix("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }  "))
    #expect(text.hasSuffix(" \n"))
  }
}
