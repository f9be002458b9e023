/// The beginning of texts, read once for all of them.
///
///     let story = try llama.read("Once upon a time, there was a little fox")
///     for seed in 1...3 {
///       print(story.generate(" who", options: options(seed)).joined())
///     }
public final class Prefix: @unchecked Sendable {
  /// The beginning of the texts.
  public let text: String
  private let llama: Llama
  /// What was read of the text: all of it, unless the task was cancelled.
  private let tokens: [Int]
  /// Has read these tokens, and is only copied from.
  let transformer: Transformer

  /// Throws `LlamaError`.
  init(_ llama: Llama, _ text: String) throws(LlamaError) {
    self.llama = llama
    self.text = text
    let tokens = llama.tokenizer.encode(text, bos: true, eos: false)
    guard tokens.count <= llama.config.seqLen else {
      throw .promptTooLong(tokens: tokens.count, limit: llama.config.seqLen)
    }
    transformer = try Transformer(llama.model)
    var count = 0
    while count < tokens.count && !Task.isCancelled {
      let block = Array(tokens[count...].prefix(Transformer.blockSize))
      transformer.read(block, at: count)
      count += block.count
    }
    self.tokens = Array(tokens[..<count])
  }

  /// A text that begins with this one and `continuation`: the same as of `Llama.generate` with both as its
  /// prompt, without reading again what was read.
  ///
  ///     print(story.generate(" who lived in a wood").joined())
  public func generate(
    _ continuation: String = "", options: GenerationOptions = GenerationOptions()
  ) -> Generation {
    let prompt = llama.tokenizer.encode(text + continuation, bos: true, eos: false)
    return Generation(llama, prompt: prompt, options, after: self)
  }

  /// The tokens with which `prompt` begins as well, but for its last one, whose logits are asked for. With
  /// another text behind it, the end of a text can become other tokens.
  func common(with prompt: [Int]) -> [Int] {
    let count = zip(tokens, prompt.dropLast()).prefix { $0 == $1 }.count
    return Array(prompt[..<count])
  }
}
