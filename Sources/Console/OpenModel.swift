import Llama2

extension Llama {
  /// Opens the model that a command line names. The errors of what an option could change name the option.
  package convenience init(
    named path: String, tokenizer: String?, threads: Int?, template: String?, draft: String? = nil
  ) throws {
    do {
      try self.init(
        checkpoint: path, tokenizer: tokenizer, threads: threads, template: template, draft: draft)
    } catch LlamaError.badVocabulary(let file, let problem)
      where tokenizer == nil && (file != draft || !file.hasSuffix(".gguf"))
    {
      throw Refusal(file, problem + " (-z names another vocabulary)")
    } catch LlamaError.cannotRead(let file, let reason) where reason.hasSuffix("folder") {
      throw Refusal(file, reason + ": ./export writes a .gguf of a model's folder")
    }
  }
}
