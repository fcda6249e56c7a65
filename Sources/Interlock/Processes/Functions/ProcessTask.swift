/// A function with a name, for worker processes.
///
/// A worker process runs the same program, so it can be told which function to run, but it shares no
/// memory: what the function needs is its input, and what it finds out is its output.
///
///     struct Thumbnail: ProcessTask {
///       static func run(_ path: String) throws -> [UInt8] { try shrink(read(path)) }
///     }
///
///     let thumbnails = try pool.map(Thumbnail.self, paths)
///
/// The type may be public, internal or private, nested, or generic (then not private). Variables that
/// are declared at the top level of `main.swift` have no value in a worker, because its `main` does not
/// run; static variables have.
public protocol ProcessTask: Sendable {
  /// What the function needs.
  associatedtype Input: Codable & Sendable
  /// What the function finds out.
  associatedtype Output: Codable & Sendable

  /// Does the work, in a worker process.
  ///
  /// - Parameter input: A copy of what was given.
  /// - Returns: What its copy is given back of.
  /// - Throws: What is thrown again where the work was asked for, as a ``RemoteError``.
  static func run(_ input: Input) throws -> Output
}
