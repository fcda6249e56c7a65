import Interlock

/// The queues of the toolkit, for tests of what all of them promise.
enum QueueKind: String, CaseIterable, Sendable {
  case single, pair, three, bounded, unbounded, rendezvous
  case priority, boundedPriority, stack, boundedStack

  /// Those that keep their elements in the order in which they were put.
  static let ordered: [QueueKind] = [.single, .pair, .three, .bounded, .unbounded, .rendezvous]
  /// Those of which a put may have to wait.
  static let limited = allCases.filter { $0.capacity != nil }
  /// Those that hold elements that nobody has taken.
  static let keeping = allCases.filter { $0.capacity != 0 }

  /// How many elements there can be.
  var capacity: Int? {
    switch self {
    case .rendezvous: 0
    case .single: 1
    case .pair: 2
    case .three, .boundedPriority, .boundedStack: 3
    case .bounded: 1024
    case .unbounded, .priority, .stack: nil
    }
  }

  /// How many elements a test puts without waiting; all that fit, if there is a limit.
  var room: Int { capacity ?? 100 }

  func make<Element: Sendable & Comparable>(name: String? = nil) -> BlockingQueue<Element> {
    make(name: name) { $0 < $1 }
  }

  func make<Element: Sendable>(
    name: String? = nil,
    by goesFirst: @escaping @Sendable (Element, Element) -> Bool
  ) -> BlockingQueue<Element> {
    switch self {
    case .single, .pair, .three, .bounded, .unbounded, .rendezvous:
      BlockingQueue(capacity: capacity, name: name)
    case .priority, .boundedPriority:
      PriorityBlockingQueue(capacity: capacity, name: name, by: goesFirst)
    case .stack, .boundedStack: BlockingStack(capacity: capacity, name: name)
    }
  }

  /// The order in which elements are taken that were put in rising order.
  func order(_ elements: [Int]) -> [Int] {
    switch self {
    case .stack, .boundedStack: elements.reversed()
    default: elements
    }
  }
}

/// The ways to put an element.
enum PutForm: CaseIterable, Sendable {
  case plain, `try`, until, `for`
}

/// The ways to take an element.
enum TakeForm: CaseIterable, Sendable {
  case plain, `try`, until, `for`
}

extension BlockingQueue {
  /// Puts an element in one of the forms; those that may give up do so late.
  ///
  /// - Returns: The element if it was not put.
  func put(_ element: Element, _ form: PutForm) throws(QueueClosed<Element>) -> Element? {
    switch form {
    case .plain:
      try put(element)
      return nil
    case .try: return try tryPut(element)
    case .until: return try put(element, until: .never)
    case .for: return try put(element, for: TestTime.long)
    }
  }

  /// Takes an element in one of the forms; those that may give up do so late.
  func take(_ form: TakeForm) throws(QueueClosed<Element>) -> Element? {
    switch form {
    case .plain: return try take()
    case .try: return try tryTake()
    case .until: return try take(until: .never)
    case .for: return try take(for: TestTime.long)
    }
  }
}
