/// A stable merge sort in pieces, each of which a thread can do alone.
///
/// The elements go to and fro between their own memory and as much again, once for each round of
/// merging; the number of rounds is even, so they end where they began. A merge is cut into pieces by
/// merge paths (Odeh, Green, Mwassi, Shmueli and Birk, "Merge Path", 2012).
///
/// An order that contradicts itself harms nobody: the cuts of a merge are kept in ascending order
/// whatever it says, and each piece moves each of its elements exactly once.
@safe
@usableFromInline
struct MergeSort<Order: SortOrder>: @unchecked Sendable {
  @usableFromInline typealias Element = Order.Element

  /// One piece of a merge: two ascending ranges of one memory, and where they go in the other.
  @usableFromInline
  struct Piece: Sendable {
    @usableFromInline let left: Range<Int>
    @usableFromInline let right: Range<Int>
    @usableFromInline let target: Int

    @inlinable
    init(left: Range<Int>, right: Range<Int>, target: Int) {
      self.left = left
      self.right = right
      self.target = target
    }
  }

  // SAFETY: the caller has `elements` to itself, all initialised. In each round the pieces cover all
  // elements, each once: they are moved out of one memory, which is uninitialised afterwards, into the
  // other one. Threads touch only what their pieces cover, and are waited for.
  @usableFromInline let elements: UnsafeMutableBufferPointer<Element>
  @usableFromInline let order: Order

  @inlinable
  init(_ elements: UnsafeMutableBufferPointer<Element>, _ order: Order) {
    unsafe self.elements = elements
    self.order = order
  }

  /// Sorts the elements.
  @inlinable
  func run(on pool: ThreadPool) {
    let count = unsafe elements.count
    let workers = pool.workerCount
    // A power of four, so that the number of rounds is even.
    var runs = 4
    while runs < 4 * workers { runs *= 4 }
    let runCount = runs
    let spare = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
    defer { unsafe spare.deallocate() }
    let memory = unsafe (elements: MergeMemory(elements), spare: MergeMemory(spare))
    pool.forEach(0..<runCount, grain: 1) { run in
      let range = count * run / runCount..<count * (run + 1) / runCount
      unsafe sort(range, memory.elements.base, memory.spare.base, isResultInSpare: false)
    }
    var isInSpare = false
    var width = 1
    while width < runCount {
      let source = isInSpare ? memory.spare : memory.elements
      let target = isInSpare ? memory.elements : memory.spare
      let pairs = runCount / (2 * width)
      let cuts = max(1, (4 * workers + pairs - 1) / pairs)
      var pieces: [Piece] = []
      for pair in 0..<pairs {
        let start = count * (2 * pair * width) / runCount
        let middle = count * ((2 * pair + 1) * width) / runCount
        let end = count * ((2 * pair + 2) * width) / runCount
        unsafe cut(source.base, start..<middle, middle..<end, into: cuts, &pieces)
      }
      let plan = pieces
      pool.forEach(0..<plan.count, grain: 1) { index in
        unsafe merge(plan[index], from: source.base, to: target.base)
      }
      isInSpare.toggle()
      width *= 2
    }
  }

  /// Sorts a range of `elements` in the calling thread, and leaves it there or in `spare`.
  ///
  /// Halves first, so that what is merged is still in the cache.
  @inlinable @unsafe
  func sort(
    _ range: Range<Int>,
    _ elements: UnsafeMutablePointer<Element>,
    _ spare: UnsafeMutablePointer<Element>,
    isResultInSpare: Bool
  ) {
    if range.count <= Self.leaf {
      let start = unsafe elements + range.lowerBound
      var slice = unsafe UnsafeMutableBufferPointer(start: start, count: range.count)
      unsafe slice.sort { order.isBefore($0, $1) }
      if isResultInSpare {
        unsafe (spare + range.lowerBound).moveInitialize(from: start, count: range.count)
      }
      return
    }
    let middle = range.lowerBound + range.count / 2
    let halves = (left: range.lowerBound..<middle, right: middle..<range.upperBound)
    unsafe sort(halves.left, elements, spare, isResultInSpare: !isResultInSpare)
    unsafe sort(halves.right, elements, spare, isResultInSpare: !isResultInSpare)
    let whole = Piece(left: halves.left, right: halves.right, target: range.lowerBound)
    if isResultInSpare {
      unsafe merge(whole, from: elements, to: spare)
    } else {
      unsafe merge(whole, from: spare, to: elements)
    }
  }

  /// Up to this size the standard library's sort is as fast.
  @inlinable static var leaf: Int { 16 }

  /// Cuts the merge of two ranges into pieces of equal size.
  @inlinable @unsafe
  func cut(
    _ source: UnsafeMutablePointer<Element>,
    _ left: Range<Int>,
    _ right: Range<Int>,
    into count: Int,
    _ pieces: inout [Piece]
  ) {
    let total = left.count + right.count
    // How much of each side the pieces so far have taken.
    var taken = (left: 0, right: 0)
    for number in 1...count {
      let sum = total * number / count
      // How many of the first `sum` elements come from the left: at least so many that the right has
      // the others, and never fewer than before, nor fewer from the right than before.
      var low = max(taken.left, sum - right.count)
      var high = min(left.count, sum - taken.right)
      while low < high {
        let middle = low + (high - low) / 2
        let first = unsafe source[left.lowerBound + middle]
        let second = unsafe source[right.lowerBound + sum - middle - 1]
        if order.isBefore(second, first) { high = middle } else { low = middle + 1 }
      }
      pieces.append(
        Piece(
          left: left.lowerBound + taken.left..<left.lowerBound + low,
          right: right.lowerBound + taken.right..<right.lowerBound + sum - low,
          target: left.lowerBound + taken.left + taken.right
        )
      )
      taken = (low, sum - low)
    }
  }

  /// Moves the elements of a piece, in order; of equal ones those on the left first.
  @inlinable @unsafe
  func merge(
    _ piece: Piece,
    from source: UnsafeMutablePointer<Element>,
    to target: UnsafeMutablePointer<Element>
  ) {
    var left = unsafe source + piece.left.lowerBound
    let leftEnd = unsafe source + piece.left.upperBound
    var right = unsafe source + piece.right.lowerBound
    let rightEnd = unsafe source + piece.right.upperBound
    var target = unsafe target + piece.target
    while unsafe left < leftEnd, unsafe right < rightEnd {
      // Without a branch that depends on the elements: nobody could predict it.
      let isRight = unsafe order.isBefore(right.pointee, left.pointee)
      unsafe target.moveInitialize(from: isRight ? right : left, count: 1)
      unsafe right += isRight ? 1 : 0
      unsafe left += isRight ? 0 : 1
      unsafe target += 1
    }
    let leftCount = unsafe leftEnd - left
    unsafe target.moveInitialize(from: left, count: leftCount)
    unsafe (target + leftCount).moveInitialize(from: right, count: rightEnd - right)
  }
}

/// Memory that the pieces of a merge share out among them; see `MergeSort`.
@safe
@usableFromInline
struct MergeMemory<Element>: @unchecked Sendable {
  // SAFETY: see `MergeSort.elements`. It has more than one element.
  @usableFromInline let base: UnsafeMutablePointer<Element>

  @inlinable
  init(_ buffer: UnsafeMutableBufferPointer<Element>) {
    guard let base = buffer.baseAddress else { fatalError("there are elements to sort") }
    unsafe self.base = base
  }
}
