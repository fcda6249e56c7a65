import CInterlockHooks
import Glibc

/// What a thread of an execution has done with variables since it was asked last, and what objects
/// there were.
///
/// It is written by the thread that runs, without a call of the checker: see
/// Documentation/Internals/PlainVariables.md. An exploration has one log, for one thread runs at a time.
@safe
final class AccessLog {
  /// How much is written down before somebody has to read it.
  private static let capacity = 1024

  // SAFETY (all): made in `init` and freed in `deinit`. C writes to them only while a fiber of the exploration runs,
  // on the thread of the system that explores; they are read between steps, and when the C function calls.
  let notes: UnsafeMutablePointer<interlock_notes>
  private let space: UnsafeMutablePointer<interlock_access>
  /// Who reads when there is no room left.
  private var world: Unmanaged<ControlledWorld>?

  /// Whether accesses are written down, and not only objects.
  let hasAccesses: Bool

  /// Makes an empty log; `nil` where neither accesses nor objects are seen.
  ///
  /// - Parameter hasAccesses: Whether accesses are written down, and not only objects.
  init?(hasAccesses: Bool) {
    guard interlock_hooks_install() else { return nil }
    self.hasAccesses = hasAccesses
    unsafe space = .allocate(capacity: Self.capacity)
    unsafe notes = .allocate(capacity: 1)
    unsafe notes.initialize(to: interlock_notes())
    unsafe notes.pointee.accesses = space
    unsafe notes.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    unsafe notes.pointee.is_full = { log in
      guard let log = unsafe log else { return }
      let world = unsafe Unmanaged<AccessLog>.fromOpaque(log).takeUnretainedValue().world
      unsafe world?._withUnsafeGuaranteedRef { $0.judgeVariables() }
    }
  }

  deinit {
    unsafe free(notes.pointee.objects)
    unsafe notes.deallocate()
    unsafe space.deallocate()
  }

  /// An execution begins.
  ///
  /// - Parameters:
  ///   - readsAtOnce: Whether each access is read when it is written, while the thread stands there.
  ///   - world: The execution. It is there as long as its threads run.
  func begin(readsAtOnce: Bool, in world: ControlledWorld) {
    unsafe self.world = Unmanaged.passUnretained(world)
    unsafe notes.pointee.access_count = 0
    unsafe notes.pointee.access_capacity = readsAtOnce ? 1 : Self.capacity
    unsafe notes.pointee.object_count = 0
    unsafe notes.pointee.moment = interlock_moment(thread: 0, step: 0, children: 0)
    unsafe notes.pointee.once_depth = 0
  }

  /// Where accesses go; `nil` if they are not written down.
  var accessNotes: UnsafeMutablePointer<interlock_notes>? { unsafe hasAccesses ? notes : nil }

  /// Gives the accesses, in order, and forgets them.
  func read(_ body: (interlock_access) -> Void) {
    for index in 0..<(unsafe notes.pointee.access_count) { body(unsafe space[index]) }
    unsafe notes.pointee.access_count = 0
  }

  /// How many objects the execution has made.
  var objectCount: Int { unsafe notes.pointee.object_count }

  /// Memory that became an object.
  struct Object {
    let address: UInt
    let size: UInt
    let kind: Kind
    /// When it was made, and by whom.
    let moment: ObjectOrigin.Moment
    /// Whether it is part of a value that is made once and stays.
    let isLasting: Bool

    /// What tells it from others.
    enum Kind: Hashable {
      case type(UInt)
      /// Its type is not known, but how large it is.
      case size(UInt)
    }

    /// Whether it has the byte at an address.
    func contains(_ other: UInt) -> Bool { other &- address < size }
  }

  /// The object that was made after so many others.
  func object(_ number: Int) -> Object {
    let object = unsafe notes.pointee.objects[number]
    return Object(
      address: object.address,
      size: UInt(object.size),
      kind: object.type == 0 ? .size(UInt(object.size)) : .type(object.type),
      moment: ObjectOrigin.Moment(
        thread: object.moment.thread,
        step: object.moment.step,
        children: object.moment.children
      ),
      isLasting: object.is_lasting
    )
  }

  /// Whether the object that was made after so many others looks as if it were still there.
  ///
  /// Some of its memory must be in use.
  func isThere(_ number: Int) -> Bool {
    unsafe interlock_object_is_there(notes.pointee.objects + number)
  }

  /// Whether memory has become another object.
  ///
  /// - Parameters:
  ///   - address: Where the memory begins.
  ///   - period: Among which of the objects that were made.
  /// - Returns: Whether it has.
  func isNew(_ address: UInt, in period: Range<Int>) -> Bool {
    period.contains { object($0).contains(address) }
  }
}
