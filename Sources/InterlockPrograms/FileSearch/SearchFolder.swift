import Glibc
import Interlock

/// A folder that was read, as long as folders in it wait to be searched or are being searched.
///
/// It knows its name and its parent: deep paths share what they have in common.
///
/// **Overview.** `word` has the claims of those who need the descriptor, and the descriptor:
///
/// | bits    | content                                                                   |
/// |---------|---------------------------------------------------------------------------|
/// | 32 … 63 | claims: batches of waiting folders, and workers on their way through here |
/// | 0 … 31  | the open descriptor + 1, or 0                                             |
///
/// | claims | descriptor | the folder is                                                     |
/// |--------|------------|-------------------------------------------------------------------|
/// | > 0    | open       | ready                                                             |
/// | > 0    | none       | closed for lack of descriptors: to be found again by its path     |
/// | 0      | none       | done with; it stays so, and is only a name in the paths of others |
///
/// Only somebody with a claim uses the descriptor. A claim is made from another claim, or in one step
/// with reading an open descriptor, and whoever gives back the last one takes the descriptor out in
/// the same step and closes it: it is never closed while somebody uses it, and never used after.
final class SearchFolder: @unchecked Sendable {
  /// Its name with a zero at its end; a root's is its whole path.
  let name: ArraySlice<UInt8>
  // SAFETY (`@unchecked Sendable`): written in `init` and, by the last owner, in `deinit`.
  private(set) var parent: SearchFolder?
  /// Which folder it is; known if it was closed while others waited in it.
  let identity: FolderIdentity?
  private let budget: DescriptorBudget
  private let word: Atomic<UInt64>
  // SAFETY (`@unchecked Sendable`): written by whoever gives back the last claim, and read in `deinit`.
  /// Whether the last claim was given back.
  private var isDoneWith = false

  private static let claim: UInt64 = 1 << 32
  private static let descriptorMask = claim - 1

  /// Creates a folder with one claim on it.
  ///
  /// - Parameters:
  ///   - name: Its name, with a zero at its end.
  ///   - parent: The folder that it is in; `nil` for a root.
  ///   - descriptor: Of the open folder, which is taken over and counts as taken from the budget;
  ///     `nil` for one that is to be found again.
  ///   - identity: Which folder it is.
  ///   - budget: Where to give the descriptor back.
  init(
    name: ArraySlice<UInt8>,
    in parent: SearchFolder?,
    descriptor: Int32?,
    identity: FolderIdentity?,
    budget: DescriptorBudget
  ) {
    self.name = name
    self.parent = parent
    self.identity = identity
    self.budget = budget
    word = Atomic(Self.claim | Self.bits(of: descriptor))
  }

  deinit {
    // A search that was stopped leaves claims behind. (Who owns it last follows from no order of what threads
    // do to each other; so usually nothing is done here that others could notice.)
    if !isDoneWith { close(Self.descriptor(in: word.load(ordering: .relaxed))) }
    // One after the other: left to themselves, the parents of a deep folder would go in a recursion.
    var next = parent.take()
    while isKnownUniquelyReferenced(&next) { next = next?.parent.take() }
  }

  private static func bits(of descriptor: Int32?) -> UInt64 {
    descriptor.map { UInt64($0) + 1 } ?? 0
  }

  private static func descriptor(in word: UInt64) -> Int32? {
    let bits = word & descriptorMask
    return bits == 0 ? nil : Int32(bits - 1)
  }

  private func close(_ descriptor: Int32?) {
    guard let descriptor else { return }
    Glibc.close(descriptor)
    budget.give()
  }

  /// The descriptor, for somebody who has a claim; `nil` if the folder has to be found again.
  var descriptor: Int32? {
    // Ordering (S1): acquiring, pairs with the exchange in `install`.
    Self.descriptor(in: word.load(ordering: .acquiring))
  }

  /// Whether it was closed while others wait in it.
  var isMissed: Bool {
    let word = word.load(ordering: .relaxed)
    return word >= Self.claim && Self.descriptor(in: word) == nil
  }

  /// Makes another claim, for somebody who has one.
  func claimAgain() {
    word.wrappingAdd(Self.claim, ordering: .relaxed)
  }

  /// Makes a claim if the folder is open.
  ///
  /// - Returns: The descriptor.
  func claimIfOpen() -> Int32? {
    var old = word.load(ordering: .relaxed)
    while let descriptor = Self.descriptor(in: old) {
      // Ordering (S1): acquiring, pairs with the exchange in `install`.
      let (exchanged, seen) = word.weakCompareExchange(
        expected: old,
        desired: old + Self.claim,
        ordering: .acquiring
      )
      if exchanged { return descriptor }
      old = seen
    }
    return nil
  }

  /// Gives a closed folder a descriptor again and makes a claim on it, if that is still needed.
  ///
  /// - Returns: Whether it took the descriptor over, which counts as taken from the budget.
  func install(_ descriptor: Int32) -> Bool {
    var old = word.load(ordering: .relaxed)
    while old >= Self.claim, Self.descriptor(in: old) == nil {
      // Ordering (S1): releasing, pairs with the loads of those who use the descriptor.
      let (exchanged, seen) = word.weakCompareExchange(
        expected: old,
        desired: (old + Self.claim) | Self.bits(of: descriptor),
        ordering: .releasing
      )
      if exchanged { return true }
      old = seen
    }
    return false
  }

  /// Gives a claim back; the last one closes the folder.
  func release() {
    var old = word.load(ordering: .relaxed)
    while true {
      let rest = old - Self.claim
      // Ordering (S2): releasing and acquiring, pairs with itself: all that others did with the
      // descriptor happens before it is closed.
      let (exchanged, seen) = word.weakCompareExchange(
        expected: old,
        desired: rest >= Self.claim ? rest : 0,
        ordering: .acquiringAndReleasing
      )
      if exchanged {
        guard rest < Self.claim else { return }
        isDoneWith = true
        return close(Self.descriptor(in: rest))
      }
      old = seen
    }
  }
}

/// Which folder of the system a folder is, whatever it is called.
struct FolderIdentity: Equatable, Sendable {
  let device: dev_t
  let file: ino_t

  /// - Throws: ``SystemError`` if the system does not tell.
  init(of descriptor: Int32) throws(SystemError) {
    var status = stat()
    try SystemError.check { unsafe fstat(descriptor, &status) }
    device = status.st_dev
    file = status.st_ino
  }
}

// What a path is made of.
extension SearchFolder {
  /// Adds the path of what is called `name` in `folder` to `bytes`; neither begins nor ends with
  /// more than was given.
  static func appendPath(
    of name: ArraySlice<UInt8>,
    in folder: SearchFolder?,
    to bytes: inout [UInt8]
  ) {
    var names = [name]
    var folder = folder
    while let current = folder {
      names.append(current.name)
      folder = current.parent
    }
    for name in names.reversed() {
      if let last = bytes.last, last != slash { bytes.append(slash) }
      // (`dropLast()` would make an array.)
      bytes += name[..<(name.endIndex - 1)]
    }
  }

  static var slash: UInt8 { UInt8(ascii: "/") }
}
