// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "llama2.swift",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Llama2", targets: ["Llama2"]),
    .executable(name: "run", targets: ["run"]),
    .executable(name: "export", targets: ["export"]),
    .executable(name: "bench", targets: ["bench"]),
  ],
  targets: [
    .target(name: "Llama2"),
    .executableTarget(name: "run", dependencies: ["Llama2"]),
    .executableTarget(name: "export", dependencies: ["Llama2"]),
    .executableTarget(name: "bench", dependencies: ["Llama2"]),
    .testTarget(name: "Llama2Tests", dependencies: ["Llama2"], exclude: ["Fixtures"]),
  ]
)
