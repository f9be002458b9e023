// swift-tools-version: 6.0
import PackageDescription

// Names of targets must differ from those of every package that depends on this one, so those of
// the programs are longer than the programs' own names.
let package = Package(
  name: "llama2.swift",
  // The first systems with the library Synchronization.
  platforms: [.macOS(.v15), .iOS(.v18), .visionOS(.v2)],
  products: [
    .library(name: "Llama2", targets: ["Llama2", "Llama2Foundation"]),
    .executable(name: "run", targets: ["llama2-run"]),
    .executable(name: "export", targets: ["llama2-export"]),
    .executable(name: "bench", targets: ["llama2-bench"]),
    .executable(name: "train", targets: ["llama2-train"]),
    .executable(name: "look", targets: ["llama2-look"]),
  ],
  targets: [
    .target(name: "Llama2"),
    .target(name: "Llama2Foundation", dependencies: ["Llama2"]),
    .target(name: "Console", dependencies: ["Llama2"]),
    .executableTarget(
      name: "llama2-run", dependencies: ["Llama2", "Console"], path: "Sources/run"),
    .executableTarget(
      name: "llama2-export", dependencies: ["Llama2", "Console"], path: "Sources/export"),
    .executableTarget(
      name: "llama2-bench", dependencies: ["Llama2", "Console"], path: "Sources/bench"),
    .executableTarget(
      name: "llama2-look", dependencies: ["Llama2", "Console"], path: "Sources/look"),
    .executableTarget(
      name: "llama2-train", dependencies: ["Llama2", "Console"], path: "Sources/train"),
    .testTarget(
      name: "Llama2Tests", dependencies: ["Llama2", "Console", "llama2-train"],
      exclude: ["Fixtures"]),
  ]
)
