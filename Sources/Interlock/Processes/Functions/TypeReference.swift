// Types by name where names work, by the place of their description where they do not.
extension TypeReference {
  /// - Throws: ``MessageError`` if another process could not find the type.
  init(_ type: Any.Type) throws(MessageError) {
    // The name of a private type has the address of its context in it, which is no use elsewhere.
    if let name = _mangledTypeName(type), !name.contains("$") {
      self = .named(name)
      return
    }
    if let composed = type as? any ComposedType.Type {
      self = try composed.composition
    } else {
      self = .described(try Self.description(of: type))
    }
  }

  /// The type in this process.
  var type: Any.Type {
    get throws(MessageError) {
      switch self {
      case .named(let name):
        // Addresses in names lead anywhere.
        guard !name.contains("$"), let type = _typeByName(name) else {
          throw MessageError("there is no type \(name) in this process")
        }
        return type
      case .described(let place): return Self.type(describedAt: try place.address)
      case .array(let element): return Self.makeArray(of: try element.codableType)
      case .optional(let wrapped): return Self.makeOptional(of: try wrapped.codableType)
      case .set(let element): return Self.makeSet(of: try element.hashableType)
      case .dictionary(let key, let value):
        return Self.makeDictionary(try key.hashableType, try value.codableType)
      }
    }
  }

  /// The type in this process, if it is one that can be sent.
  var codableType: any Codable.Type {
    get throws(MessageError) {
      guard let type = try type as? any Codable.Type else {
        throw MessageError("the input or the output of the function is not Codable")
      }
      return type
    }
  }

  private var hashableType: any Hashable.Type {
    get throws(MessageError) {
      let type = try type
      guard let type = type as? any Hashable.Type else {
        throw MessageError("\(type) is not Hashable")
      }
      return type
    }
  }

  private static func makeArray<Element>(of type: Element.Type) -> Any.Type { [Element].self }
  private static func makeOptional<Wrapped>(of type: Wrapped.Type) -> Any.Type { Wrapped?.self }
  private static func makeSet<Element: Hashable>(of type: Element.Type) -> Any.Type {
    Set<Element>.self
  }
  private static func makeDictionary<Key: Hashable, Value>(
    _ key: Key.Type,
    _ value: Value.Type
  ) -> Any.Type { [Key: Value].self }

  // The layouts of metadata and descriptions are part of the stable ABI.
  private enum Layout {
    static let structKind: UInt = 0x200
    static let enumKind: UInt = 0x201
    static let genericFlag: UInt32 = 0x80
    static let accessorOffset = 12
  }

  private static func description(of type: Any.Type) throws(MessageError) -> CodeReference {
    // SAFETY: metadata of every type begins with its kind, and that of structs and enums goes on with
    // a pointer to the description, which begins with flags.
    let metadata = unsafe unsafeBitCast(type, to: UnsafePointer<UInt>.self)
    guard unsafe [Layout.structKind, Layout.enumKind].contains(metadata[0]) else {
      throw MessageError(
        "\(type) is private and no struct or enum: make it internal, so that a worker can find it"
      )
    }
    let address = unsafe metadata[1]
    let flags = unsafe UnsafePointer<UInt32>(bitPattern: address)?.pointee ?? 0
    guard flags & Layout.genericFlag == 0 else {
      throw MessageError(
        "\(type) is private and generic: make it internal, so that a worker can find it"
      )
    }
    guard let place = CodeReference(address) else {
      throw MessageError(
        "\(type) is private in a library, not in the executable: make it internal, so that a worker "
          + "can find it"
      )
    }
    return place
  }

  private static func type(describedAt address: UInt) -> Any.Type {
    // SAFETY: the place is from a process of the same build, where it was a description of a struct or
    // enum without generic parameters. Its accessor is a function of one argument: how complete the
    // metadata must be, 0 for completely.
    typealias Accessor = @convention(c) (UInt) -> UnsafeRawPointer
    let field = unsafe UnsafeRawPointer(bitPattern: address + UInt(Layout.accessorOffset))
      .unsafelyUnwrapped
    let accessor = unsafe field + Int(field.load(as: Int32.self))
    let metadata = unsafe unsafeBitCast(accessor, to: Accessor.self)(0)
    return unsafe unsafeBitCast(metadata, to: Any.Type.self)
  }
}

/// A type of the standard library that is made of others, which may be private.
private protocol ComposedType {
  static var composition: TypeReference { get throws(MessageError) }
}

extension Array: ComposedType {
  fileprivate static var composition: TypeReference {
    get throws(MessageError) { .array(of: try TypeReference(Element.self)) }
  }
}

extension Optional: ComposedType {
  fileprivate static var composition: TypeReference {
    get throws(MessageError) { .optional(of: try TypeReference(Wrapped.self)) }
  }
}

extension Set: ComposedType {
  fileprivate static var composition: TypeReference {
    get throws(MessageError) { .set(of: try TypeReference(Element.self)) }
  }
}

extension Dictionary: ComposedType {
  fileprivate static var composition: TypeReference {
    get throws(MessageError) {
      .dictionary(key: try TypeReference(Key.self), value: try TypeReference(Value.self))
    }
  }
}
