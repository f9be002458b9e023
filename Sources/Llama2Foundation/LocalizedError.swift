import Llama2

// A part of the product Llama2, and not of the module of that name: a program that is linked with
// FoundationEssentials starts 0.6 ms later, which `run` does not. A conformance is found at run time
// where it is linked, so a program that depends on the product does not import this module.
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension LlamaError: LocalizedError {
  /// The sentence that `localizedDescription` gives.
  public var errorDescription: String? { description }
}
