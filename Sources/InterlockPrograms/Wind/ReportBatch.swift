/// The reports of a text: what the first stage makes, and the second works on.
struct ReportBatch: Codable, Sendable {
  /// Where a report stands in the text.
  struct Place: Codable, Hashable, Sendable {
    /// Where it begins.
    let start: UInt32
    /// Where what follows it begins.
    let end: UInt32
  }

  /// What the reports stand in; between them is what is left of lines that were joined.
  let text: [UInt8]
  /// The reports, in their order.
  let reports: [Place]
  /// Reports that have no end, or are too long: what there is of them.
  let unfinished: [Place]
}
