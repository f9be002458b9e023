/// What any model file gives: a shape, and weights as views into the mapped file.
package final class Checkpoint: Sendable {
  package let file: MappedFile
  package let config: Config
  package let weights: Weights

  /// Maps the model file at `path`, whose first bytes say what it is.
  ///
  /// Throws `LlamaError` for a file that is not a whole model that can be run.
  package init(path: String) throws {
    file = try MappedFile(path: path)
    let header = try Llama2C(file)
    config = header.config
    weights = header.weights(file)
  }
}
