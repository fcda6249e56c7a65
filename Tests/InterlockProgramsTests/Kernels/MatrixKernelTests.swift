import CInterlockKernels
import Glibc
import InterlockPrograms
import Testing

/// A way to multiply matrices, as Swift sees it.
@safe
struct MatrixKernel: CustomTestStringConvertible, @unchecked Sendable {
  let testDescription: String
  // SAFETY: it points to constants and functions of the kernel library.
  let variant: interlock_matrix_variant

  /// All that this machine can run.
  static let supported: [MatrixKernel] = {
    var count = 0
    guard let first = unsafe interlock_matrix_variants(&count) else { return [] }
    return unsafe UnsafeBufferPointer(start: first, count: count)
      .filter { unsafe $0.is_supported() }
      .map { unsafe MatrixKernel(testDescription: String(cString: $0.name), variant: $0) }
  }()
}

/// A type of numbers with its loops.
private protocol KernelNumber: BitwiseCopyable, Equatable, Sendable {
  static func functions(of kernel: MatrixKernel) -> interlock_matrix_functions
  /// A small number, with which no type rounds.
  init(_ number: Int32)
  func plus(_ left: Self, times right: Self) -> Self
}

extension Double: KernelNumber {
  static func functions(of kernel: MatrixKernel) -> interlock_matrix_functions {
    unsafe kernel.variant.f64
  }
  func plus(_ left: Double, times right: Double) -> Double { self + left * right }
}

extension Float: KernelNumber {
  static func functions(of kernel: MatrixKernel) -> interlock_matrix_functions {
    unsafe kernel.variant.f32
  }
  func plus(_ left: Float, times right: Float) -> Float { self + left * right }
}

extension Int32: KernelNumber {
  static func functions(of kernel: MatrixKernel) -> interlock_matrix_functions {
    unsafe kernel.variant.i32
  }
  func plus(_ left: Int32, times right: Int32) -> Int32 { self &+ left &* right }
}

/// Numbers behind which there is memory that cannot be touched, and before which there is some that
/// tells whether it was.
@safe
private final class GuardedNumbers<Number: KernelNumber> {
  static var margin: Int { 256 }
  static var mark: UInt8 { 0xA5 }

  let count: Int
  private let size: Int
  // SAFETY: mapped in `init`, unmapped in `deinit`; the last page cannot be touched, and the numbers
  // end where it begins.
  private let base: UnsafeMutableRawPointer
  let start: UnsafeMutablePointer<Number>

  init(_ numbers: [Number]) throws {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    count = numbers.count
    let used = count * MemoryLayout<Number>.stride
    let usable = (used + Self.margin + page - 1) / page * page
    size = usable + page
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0)
    unsafe base = try #require(memory)
    try unsafe #require(base != MAP_FAILED)
    unsafe mprotect(base + usable, page, PROT_NONE)
    unsafe memset(base, Int32(Self.mark), usable)
    unsafe start = (base + usable - used).bindMemory(to: Number.self, capacity: count)
    unsafe start.initialize(from: numbers, count: count)
  }

  deinit {
    unsafe munmap(base, size)
  }

  var numbers: [Number] { unsafe Array(UnsafeBufferPointer(start: start, count: count)) }

  var isMarginUntouched: Bool {
    let margin = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(start) - Self.margin,
      count: Self.margin
    )
    return unsafe margin.allSatisfy { $0 == Self.mark }
  }
}

/// Multiplies as it is defined, one number after the other.
private func naiveProduct<Number: KernelNumber>(
  _ rows: Int,
  _ depth: Int,
  _ columns: Int,
  _ left: [Number],
  _ right: [Number]
) -> [Number] {
  var product = [Number](repeating: Number(0 as Int32), count: rows * columns)
  for row in 0..<rows {
    for k in 0..<depth {
      for column in 0..<columns {
        let place = row * columns + column
        product[place] = product[place].plus(
          left[row * depth + k],
          times: right[k * columns + column]
        )
      }
    }
  }
  return product
}

private func kernelProduct<Number: KernelNumber>(
  _ kernel: MatrixKernel,
  _ rows: Int,
  _ depth: Int,
  _ columns: Int,
  _ left: [Number],
  _ right: [Number]
) throws -> [Number] {
  let left = try GuardedNumbers(left)
  let right = try GuardedNumbers(right)
  let product = try GuardedNumbers([Number](repeating: Number(77 as Int32), count: rows * columns))
  let size = Int(INTERLOCK_MATRIX_ROOM)
  let alignment = Int(INTERLOCK_MATRIX_ALIGNMENT)
  let room = UnsafeMutableRawBufferPointer.allocate(byteCount: size + 64, alignment: alignment)
  defer { unsafe room.deallocate() }
  // What it finds there are numbers that would spoil any sum.
  _ = unsafe room.initializeMemory(as: UInt8.self, repeating: 0xFF)
  let functions = Number.functions(of: kernel)
  unsafe functions.multiply(
    rows,
    depth,
    columns,
    left.start,
    right.start,
    product.start,
    room.baseAddress
  )
  #expect(product.isMarginUntouched)
  #expect(unsafe room.suffix(64).allSatisfy { $0 == 0xFF })
  return product.numbers
}

@Suite(.timeLimit(.minutes(30))) struct `Every variant of the matrix kernel` {
  /// Small whole numbers: no sum of their products is rounded.
  private func smallNumbers<Number: KernelNumber>(
    _ count: Int,
    _ random: inout SplitMix64
  ) -> [Number] {
    (0..<count).map { _ in Number(Int32.random(in: -9...9, using: &random)) }
  }

  private func check<Number: KernelNumber>(
    _ type: Number.Type,
    _ kernel: MatrixKernel,
    _ shapes: [(rows: Int, depth: Int, columns: Int)]
  ) throws {
    var random = SplitMix64(seed: 5)
    for (rows, depth, columns) in shapes {
      let left: [Number] = smallNumbers(rows * depth, &random)
      let right: [Number] = smallNumbers(depth * columns, &random)
      let product = try kernelProduct(kernel, rows, depth, columns, left, right)
      let isRight = product == naiveProduct(rows, depth, columns, left, right)
      #expect(isRight, "\(rows) × \(depth) times \(depth) × \(columns) of \(type)")
    }
  }

  private func checkAll(
    _ kernel: MatrixKernel,
    _ shapes: [(rows: Int, depth: Int, columns: Int)]
  ) throws {
    try check(Double.self, kernel, shapes)
    try check(Float.self, kernel, shapes)
    try check(Int32.self, kernel, shapes)
  }

  @Test func `is the portable one, or faster`() {
    #expect(MatrixKernel.supported.last?.testDescription == "portable")
    #expect(MatrixKernel.supported.allSatisfy { unsafe $0.variant.row_step > 0 })
  }

  @Test(arguments: MatrixKernel.supported)
  func `multiplies matrices of every odd shape, and touches nothing else`(
    kernel: MatrixKernel
  ) throws {
    let columns = [0, 1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 47, 48, 49, 97]
    var shapes: [(rows: Int, depth: Int, columns: Int)] = []
    for rows in [0, 1, 2, 5, 6, 7, 8, 9, 17] {
      for depth in [0, 1, 2, 7] { shapes += columns.map { (rows, depth, $0) } }
    }
    try checkAll(kernel, shapes)
  }

  @Test(arguments: MatrixKernel.supported)
  func `multiplies matrices that are deeper or wider than what fits into a cache`(
    kernel: MatrixKernel
  ) throws {
    let depths = [511, 512, 513, 1_023, 1_024, 1_025, 2_100]
    let widths = [143, 144, 145, 288, 301]
    try checkAll(
      kernel,
      depths.map { (9, $0, 25) } + widths.map { (9, 30, $0) } + [(7, 1_100, 145)]
    )
  }

  @Test(arguments: MatrixKernel.supported)
  func `wraps whole numbers`(kernel: MatrixKernel) throws {
    var random = SplitMix64(seed: 6)
    let (rows, depth, columns) = (13, 70, 51)
    let left = (0..<rows * depth).map { _ in
      Int32.random(in: Int32.min...Int32.max, using: &random)
    }
    let right = (0..<depth * columns).map { _ in
      Int32.random(in: Int32.min...Int32.max, using: &random)
    }
    let product = try kernelProduct(kernel, rows, depth, columns, left, right)
    let isRight = product == naiveProduct(rows, depth, columns, left, right)
    #expect(isRight)
  }

  @Test(arguments: MatrixKernel.supported)
  func `rounds no more than adding one after the other does`(kernel: MatrixKernel) throws {
    var random = SplitMix64(seed: 7)
    let (rows, depth, columns) = (19, 1_300, 31)
    let left = (0..<rows * depth).map { _ in Double.random(in: -1...1, using: &random) }
    let right = (0..<depth * columns).map { _ in Double.random(in: -1...1, using: &random) }
    let exact = naiveProduct(rows, depth, columns, left, right)
    // No sum of absolute values is greater than the depth.
    let bound = Double(depth * depth)
    let doubles = try kernelProduct(kernel, rows, depth, columns, left, right)
    #expect(zip(doubles, exact).allSatisfy { abs($0 - $1) <= bound * Double.ulpOfOne })
    let floats = try kernelProduct(
      kernel,
      rows,
      depth,
      columns,
      left.map { Float($0) },
      right.map { Float($0) }
    )
    let floatBound = bound * Double(Float.ulpOfOne)
    #expect(zip(floats, exact).allSatisfy { abs(Double($0) - $1) <= floatBound })
  }

  @Test(arguments: MatrixKernel.supported)
  func `lets what is no number stay where it is`(kernel: MatrixKernel) throws {
    // Panels are filled up with zeros, and zero times infinity is no number.
    var left = [Double](repeating: 1, count: 9 * 3)
    left[0] = .infinity
    var right = [Double](repeating: 1, count: 3 * 25)
    right[2 * 25 + 24] = .nan
    let product = try kernelProduct(kernel, 9, 3, 25, left, right)
    for row in 0..<9 {
      for column in 0..<25 {
        let number = product[row * 25 + column]
        let isRight =
          column == 24 ? number.isNaN : number == (row == 0 ? Double.infinity : 3)
        #expect(isRight, "row \(row), column \(column)")
      }
    }
  }

  @Test(arguments: MatrixKernel.supported)
  func `sums rows of every length`(kernel: MatrixKernel) {
    for columns in [0, 1, 2, 31, 32, 33, 63, 64, 100] {
      let count = 3 * columns
      let doubles = (0..<count).map { Double($0) }
      let expected = (0..<3).map { row in
        doubles.dropFirst(row * columns).prefix(columns).reduce(0, +)
      }
      var sums = [-1.0, -1, -1]
      unsafe kernel.variant.f64.sum_rows(3, columns, doubles, &sums)
      #expect(sums == expected)
      unsafe kernel.variant.f32.sum_rows(3, columns, doubles.map { Float($0) }, &sums)
      #expect(sums == expected)
      var wholeSums: [Int64] = [-1, -1, -1]
      let whole = (0..<count).map { Int32.min + Int32($0) }
      unsafe kernel.variant.i32.sum_rows(3, columns, whole, &wholeSums)
      #expect(wholeSums == expected.map { Int64($0) + Int64(columns) * Int64(Int32.min) })
    }
  }

  @Test(arguments: MatrixKernel.supported)
  func `fills with the numbers of SplitMix64, and goes on where it stopped`(
    kernel: MatrixKernel
  ) {
    for count in [0, 1, 2, 127, 128, 129, 300] {
      var random = SplitMix64(seed: 9)
      let words = (0..<(count + 1) / 2).map { _ in random.next() }
      let halves = words.flatMap { word in
        [Int32(truncatingIfNeeded: word), Int32(truncatingIfNeeded: word >> 32)]
      }
      let bits = halves.prefix(count)

      var whole = [Int32](repeating: 0, count: count)
      let end = unsafe kernel.variant.i32.fill(9, count, &whole)
      #expect(whole == Array(bits))
      var doubles = [Double](repeating: 0, count: count)
      unsafe _ = kernel.variant.f64.fill(9, count, &doubles)
      #expect(doubles == bits.map { Double($0) / 0x1p31 })
      var floats = [Float](repeating: 0, count: count)
      unsafe _ = kernel.variant.f32.fill(9, count, &floats)
      #expect(floats == bits.map { Float($0 >> 8) / 0x1p23 })
      #expect(doubles.allSatisfy { -1..<1 ~= $0 } && floats.allSatisfy { -1..<1 ~= $0 })

      var next: [Int32] = [0]
      unsafe _ = kernel.variant.i32.fill(end, 1, &next)
      #expect(next == [Int32(truncatingIfNeeded: random.next())])
    }
  }
}
