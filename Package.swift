// swift-tools-version: 6.3
import PackageDescription

/// Settings that every Swift target of ours shares.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Settings that every C target of ours shares.
let strictC: [CSetting] = [
  .treatAllWarnings(as: .error),
  .enableWarning("all"),
  .enableWarning("extra"),
]

let package = Package(
  name: "interlock",
  products: [
    .library(name: "Interlock", targets: ["Interlock"]),
    .library(name: "InterlockChecker", targets: ["InterlockChecker"]),
    .library(name: "InterlockTesting", targets: ["InterlockTesting"]),
    .library(name: "InterlockPrograms", targets: ["InterlockPrograms"]),
    .executable(name: "interlock", targets: ["InterlockCommand"]),
  ],
  traits: [
    .trait(name: "Command", description: "The command `interlock` and what it depends on."),
    .default(enabledTraits: ["Command"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2")
  ],
  targets: [
    .target(name: "CInterlock", cSettings: strictC),
    .target(name: "Interlock", dependencies: ["CInterlock"], swiftSettings: strict),
    .target(
      name: "CInterlockHooks",
      cSettings: strictC,
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]
    ),
    .target(
      name: "InterlockChecker",
      dependencies: ["Interlock", "CInterlock", "CInterlockHooks"],
      swiftSettings: strict
    ),
    .target(name: "CInterlockKernels", cSettings: strictC),
    .target(name: "CInterlockFetch", cSettings: strictC),
    .target(
      name: "InterlockPrograms",
      dependencies: ["Interlock", "CInterlockKernels", "CInterlockFetch"],
      swiftSettings: strict
    ),
    .target(
      name: "InterlockTesting",
      dependencies: ["Interlock", "InterlockChecker"],
      swiftSettings: strict
    ),
    .target(
      name: "InterlockScenarios",
      dependencies: ["Interlock", "InterlockChecker", "InterlockPrograms"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "InterlockCommand",
      dependencies: [
        "Interlock", "InterlockChecker", "InterlockPrograms", "InterlockScenarios",
        .product(
          name: "ArgumentParser",
          package: "swift-argument-parser",
          condition: .when(traits: ["Command"])
        ),
      ],
      swiftSettings: strict
    ),
    .testTarget(name: "InterlockTests", dependencies: ["Interlock"], swiftSettings: strict),
    .testTarget(
      name: "InterlockCheckerTests",
      dependencies: ["InterlockChecker", "Interlock"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "InterlockProgramsTests",
      dependencies: ["Interlock", "InterlockPrograms", "CInterlockKernels"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "InterlockTestingTests",
      dependencies: ["InterlockTesting", "InterlockChecker", "Interlock"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "InterlockScenariosTests",
      dependencies: ["Interlock", "InterlockScenarios", "InterlockChecker"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "InterlockCommandTests",
      dependencies: ["InterlockCommand", "InterlockPrograms", "InterlockChecker", "Interlock"],
      swiftSettings: strict
    ),
  ]
)
