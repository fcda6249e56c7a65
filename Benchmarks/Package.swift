// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "interlock-benchmarks",
  dependencies: [
    // Without the trait `Command` this fetches nothing. The name makes it independent of what the
    // directory above is called.
    .package(name: "interlock", path: "..", traits: [])
  ],
  targets: [
    .target(
      name: "CPeers",
      cSettings: [
        .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
      ],
      cxxSettings: [
        .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
      ]
    ),
    .executableTarget(
      name: "InterlockBenchmarks",
      dependencies: [
        "CPeers", .product(name: "Interlock", package: "interlock"),
        .product(name: "InterlockChecker", package: "interlock"),
        .product(name: "InterlockPrograms", package: "interlock"),
      ],
      swiftSettings: strict
    ),
  ],
  cxxLanguageStandard: .cxx20
)
