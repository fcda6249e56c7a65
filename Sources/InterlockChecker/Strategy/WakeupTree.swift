/// The wakeup trees of a search, in one buffer.
///
/// The tree of a step of the current run says with which events the runs begin that are still to be
/// made from there; children are in the order in which they are visited, and the first one of the step
/// is the event that it takes now. Nodes are numbers; those that are not used any more are used again.
struct WakeupTrees {
  /// The children of a node, or of the root of a step.
  struct Branches {
    fileprivate(set) var first: Int32 = -1
    fileprivate var last: Int32 = -1

    var isEmpty: Bool { first < 0 }
  }

  private struct Node {
    var event: Event
    var children = Branches()
    /// The next sibling; of nodes that are free, the next of those.
    var next: Int32 = -1
  }

  private var nodes: [Node] = []
  private var free: Int32 = -1

  /// How many nodes there is room for.
  var capacity: Int { nodes.count }

  func event(of node: Int32) -> Event { nodes[Int(node)].event }
  func children(of node: Int32) -> Branches { nodes[Int(node)].children }
  func sibling(after node: Int32) -> Int32 { nodes[Int(node)].next }

  /// How many children there are.
  func count(of branches: Branches) -> Int {
    var count = 0
    var node = branches.first
    while node >= 0 {
      count += 1
      node = sibling(after: node)
    }
    return count
  }

  /// Adds a last child to the children of a step.
  @discardableResult
  mutating func append(_ event: Event, to branches: inout Branches) -> Int32 {
    let node = makeNode(event)
    if branches.last >= 0 { nodes[Int(branches.last)].next = node } else { branches.first = node }
    branches.last = node
    return node
  }

  /// Adds a last child to the children of a node.
  mutating func append(_ event: Event, below parent: Int32) -> Int32 {
    var branches = nodes[Int(parent)].children
    let node = append(event, to: &branches)
    nodes[Int(parent)].children = branches
    return node
  }

  /// Takes the children of a node away from it, for the step that comes after it.
  ///
  /// They are moved and not copied: what is planned later must find them where the search goes on.
  mutating func takeChildren(of node: Int32) -> Branches {
    let branches = nodes[Int(node)].children
    nodes[Int(node)].children = Branches()
    return branches
  }

  /// Removes the first child and all below it.
  mutating func removeFirst(of branches: inout Branches) {
    let node = branches.first
    let next = sibling(after: node)
    branches.first = next
    if next < 0 { branches.last = -1 }
    release(node)
  }

  private mutating func release(_ node: Int32) {
    var children = takeChildren(of: node)
    while !children.isEmpty { removeFirst(of: &children) }
    nodes[Int(node)].next = free
    free = node
  }

  private mutating func makeNode(_ event: Event) -> Int32 {
    guard free >= 0 else {
      nodes.append(Node(event: event))
      return Int32(truncatingIfNeeded: nodes.count - 1)
    }
    let node = free
    free = nodes[Int(node)].next
    nodes[Int(node)] = Node(event: event)
    return node
  }
}
