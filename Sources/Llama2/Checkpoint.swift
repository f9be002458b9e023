/// What any model file gives: a shape, and weights as views into the mapped file.
package final class Checkpoint: @unchecked Sendable {
  /// What `weights` point into.
  package let file: MappedFile
  package let config: Config
  package let weights: Weights
  /// What the person who runs the model should know, a sentence each.
  package let notes: [String]
  /// What the file is: one of llama2.c's, or a GGUF.
  package let container: Container

  package enum Container {
    case llama2C(Llama2C)
    case gguf(GGUF)
  }

  /// Maps the model file at `path`, whose first bytes say what it is.
  ///
  /// Throws `LlamaError` for a file that is not a whole model that can be run.
  package init(path: String) throws {
    file = try MappedFile(path: path)
    if GGUF.isGGUF(file) {
      let gguf = try GGUF(file)
      let model = try GGUFModel(gguf)
      container = .gguf(gguf)
      config = model.config
      weights = model.weights
      notes = model.notes
    } else {
      let header = try Llama2C(file)
      container = .llama2C(header)
      config = header.config
      weights = header.weights(file)
      notes = []
    }
  }
}
