import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A model with its vocabulary: text in, text out.
///
///     let llama = try Llama(checkpoint: "models/stories.bin", tokenizer: "tokenizer.bin")
///     for piece in llama.generate("Once upon a time", steps: 200, temperature: 0.8) {
///       print(piece, terminator: "")
///     }
///
/// It can be used from any number of tasks at once. Each text has a KV cache of its own, and is what it
/// would be alone; the texts share the weights, and compute in turn, or some of them in one block.
public final class Llama: Sendable {
  let model: LoadedModel
  /// A smaller one that guesses what follows.
  let draftModel: LoadedModel?
  /// The vocabulary.
  public let tokenizer: Tokenizer
  /// The shape of the model.
  public var config: Config { model.checkpoint.config }
  /// What is unusual about this model, a sentence each.
  ///
  ///     for note in llama.notes { print("note:", note) }
  public var notes: [String] { model.checkpoint.notes }
  /// Whether the model is a GGUF file, with a vocabulary and settings of its own.
  package var isGGUF: Bool {
    if case .gguf = model.checkpoint.container { true } else { false }
  }
  /// How conversations are written, or why there can be none.
  private let template: Result<ChatTemplate, LlamaError>
  private let lazyTrie = Mutex<TokenTrie?>(nil)
  /// The vocabulary by its bytes, once a pattern needs it.
  var trie: TokenTrie {
    lazyTrie.withLock {
      let trie = $0 ?? TokenTrie(tokenizer)
      $0 = trie
      return trie
    }
  }
  private let lazyThread = Mutex<ComputeThread?>(nil)
  /// Where streams and sessions compute: a thread that is started when the first one is made.
  var computeThread: ComputeThread {
    lazyThread.withLock {
      let thread = $0 ?? ComputeThread()
      $0 = thread
      return thread
    }
  }

  /// - Parameters:
  ///   - checkpoint: a checkpoint of llama2.c (v0, v1 or v2), or a GGUF file.
  ///   - tokenizer: the vocabulary, a tokenizer.bin of llama2.c or a GGUF file. nil: that in the GGUF
  ///     file itself; else tokenizer.bin beside the checkpoint, in the folder above, or in the current one.
  ///   - threads: how many threads compute; nil: one for each core that the process may use.
  ///   - template: the format of conversations, one of `Llama.templates`; nil: the model's own.
  ///   - draft: a much smaller model of the same vocabulary (but for unused tokens), which guesses what follows; the texts are the
  ///     same without it (`GenerationOptions.drafts`). nil: none.
  /// - Throws: `LlamaError`, for files that are damaged or do not belong together.
  public init(
    checkpoint: String, tokenizer: String? = nil, threads: Int? = nil, template: String? = nil,
    draft: String? = nil
  ) throws {
    model = try LoadedModel(checkpoint: checkpoint, threads: threads)
    self.tokenizer = try Self.tokenizer(of: model, tokenizer)
    self.template = Self.template(named: template, model.checkpoint, self.tokenizer)
    draftModel = try draft.map { [model] in try LoadedModel(checkpoint: $0, threads: nil, of: model)
    }
    if let draftModel {
      var path = tokenizer
      if case .gguf = draftModel.checkpoint.container { path = nil }
      try self.tokenizer.requireSamePieces(
        as: Self.tokenizer(of: draftModel, path), ofDraft: draftModel, for: checkpoint)
    }
    if template != nil { _ = try self.template.get() }
  }

  /// The vocabulary at `path`; nil: that in the model's own file, or beside it.
  private static func tokenizer(of model: LoadedModel, _ path: String?) throws -> Tokenizer {
    let vocabSize = model.config.vocabSize
    if path == nil, case .gguf(let gguf) = model.checkpoint.container {
      return try Tokenizer(gguf, vocabSize: vocabSize)
    }
    let checkpoint = model.checkpoint.file.path
    return try Tokenizer(path: path ?? vocabulary(beside: checkpoint), vocabSize: vocabSize)
  }

  /// tokenizer.bin beside a checkpoint, else in the folder above that, else in the current folder.
  package static func vocabulary(beside checkpoint: String) throws -> String {
    let folder = folder(of: checkpoint)
    let places = [folder, folder + "../", ""].map { $0 + "tokenizer.bin" }
    if let place = places.first(where: { access($0, F_OK) == 0 }) { return place }
    let tried = folder.isEmpty ? places.dropLast() : places[...]
    throw LlamaError.badVocabulary(
      path: checkpoint,
      problem: "its vocabulary was not found: there is no \(tried.joined(separator: ", no "))")
  }

  // MARK: - Texts

  /// The prompt and what follows it, as a lazy sequence: leaving the loop stops the work. It ends at
  /// a token that ends a text, or with `steps` tokens (run.c: `generate`).
  ///
  /// - Parameters:
  ///   - steps: tokens, those of the prompt included; 0, or more than the context: the context.
  ///   - temperature: 0 always takes the likeliest token.
  ///   - topP: draw from the likeliest tokens that have this probability together; 0 or 1: all.
  ///   - seed: the same text for the same seed; nil or 0: the time.
  public func generate(
    _ prompt: String = "", steps: Int = 256, temperature: Float = 1, topP: Float = 0.9,
    seed: UInt64? = nil
  ) -> Generation {
    var options = GenerationOptions()
    (options.steps, options.temperature, options.topP) = (steps, temperature, topP)
    options.seed = seed
    return generate(prompt, options: options)
  }

  /// The same with all options. Where they set no limit, a text ends with the context.
  public func generate(_ prompt: String = "", options: GenerationOptions) -> Generation {
    Generation(self, prompt: tokenizer.encode(prompt, bos: true, eos: false), options)
  }

  /// The same, where what follows the prompt matches a pattern as a whole.
  ///
  ///     let text = llama.generate(
  ///       "Is a tomato a fruit?\n", matching: try .choices(["yes", "no", "unsure"]))
  ///     print(text.joined())
  ///
  /// - Parameter pattern: in place of that of the options.
  public func generate(
    _ prompt: String = "", matching pattern: Pattern,
    options: GenerationOptions = GenerationOptions()
  ) -> Generation {
    generate(prompt, options: options.matching(pattern))
  }

  /// Reads the beginning of texts, once for all of them.
  ///
  ///     let story = try llama.read("Once upon a time, there was a little fox")
  ///     print(story.generate(" who").joined())
  ///
  /// It blocks the thread that calls it: an app calls it off its main actor. In a task that is cancelled it
  /// ends within 256 tokens, and texts read the rest themselves. Throws `LlamaError`, for a beginning that is
  /// longer than the context, or if there is no memory for it.
  public func read(_ beginning: String) throws(LlamaError) -> Prefix {
    try Prefix(self, beginning)
  }

  // MARK: - Conversations

  /// A conversation in the format of the model's own template (run.c: `chat`).
  ///
  ///     let chat = llama.chat(system: "You are a poet.", temperature: 0.7)
  ///     print(chat.reply(to: "What is the sea?").joined())
  ///
  /// - Parameters:
  ///   - system: how the assistant should be; empty: what the template says by default.
  ///   - steps: tokens of the whole conversation. 0: a conversation with a GGUF model goes on beyond
  ///     the context, one with a checkpoint of llama2.c ends with it, as with more than the context.
  ///   - thinking: whether a model that thinks before it replies does so; its thinking is part of
  ///     the reply. false: the empty thinking block that the template defines stands in front of each
  ///     reply. Where it defines none, the conversation has an `error` and no replies.
  public func chat(
    system: String = "", steps: Int = 0, temperature: Float = 1, topP: Float = 0.9,
    seed: UInt64? = nil, thinking: Bool = true
  ) -> Chat {
    var options = GenerationOptions()
    (options.steps, options.temperature, options.topP) = (steps, temperature, topP)
    options.seed = seed
    options.continuesBeyondContext = isGGUF && steps == 0
    return chat(system: system, options: options, thinking: thinking)
  }

  /// The same with all options. `steps` counts the tokens of the whole conversation; where it sets no limit,
  /// and `continuesBeyondContext` is not false, the conversation goes on beyond the context, and so does a
  /// reply that the model never ends, until its loop is left: `maximumResponseTokens` and `timeLimit`, which
  /// hold for each reply, end it.
  public func chat(
    system: String = "", options: GenerationOptions, thinking: Bool = true
  ) -> Chat {
    let instructions = system.isEmpty ? [] : [Transcript.Entry.instructions(system)]
    return chat(
      transcript: Transcript(entries: instructions), options: options, thinking: thinking)
  }

  /// A conversation that goes on from what was said: it is read with the next message, all at once.
  ///
  ///     let chat = llama.chat(transcript: saved)
  ///     print(chat.reply(to: "Where were we?").joined())
  ///
  /// - Parameter transcript: instructions or none, then prompts, each with the response to it; of any other
  ///   order, the conversation has the `error` `badTranscript` and no replies. All of it is text: what looks
  ///   like a control token is none.
  public func chat(
    transcript: Transcript, options: GenerationOptions = GenerationOptions(), thinking: Bool = true
  ) -> Chat {
    var options = options
    options.continuesBeyondContext = options.continuesBeyondContext ?? (options.steps == 0)
    return Chat(
      self, thinking ? template : template.flatMap(withoutThinking), transcript, options)
  }

  private func withoutThinking(_ template: ChatTemplate) -> Result<ChatTemplate, LlamaError> {
    if let template = template.withoutThinking { return .success(template) }
    return .failure(
      .badTemplate(
        path: model.checkpoint.file.path,
        problem:
          "the chat template \(template.name) of this model defines no way to leave the thinking"
          + " out"))
  }
}

// MARK: - Chat templates

extension Llama {
  /// The names of the formats of conversations.
  ///
  ///     let llama = try Llama(checkpoint: "model.gguf", template: Llama.templates[0])
  public static var templates: [String] { ChatTemplate.names }

  private static func template(
    named name: String?, _ checkpoint: Checkpoint, _ tokenizer: Tokenizer
  ) -> Result<ChatTemplate, LlamaError> {
    func failure(_ problem: String) -> Result<ChatTemplate, LlamaError> {
      .failure(
        .badTemplate(
          path: checkpoint.file.path,
          problem: problem + "; known are \(templates.joined(separator: ", "))"))
    }
    let bos = tokenizer.bos.map(tokenizer.name) ?? ""
    let eos = tokenizer.eos.map(tokenizer.name) ?? ""
    let isControl = { tokenizer.id(ofControl: $0) != nil }
    let template: ChatTemplate?
    if let name {
      template = ChatTemplate(named: name, bos: bos, eos: eos, isControl: isControl)
      if template == nil {
        return failure("there is no chat template \(quoted(name)) for it")
      }
    } else if case .gguf(let gguf) = checkpoint.container {
      let text: String?
      do {
        text = try gguf.string("tokenizer.chat_template")
      } catch {
        return failure("its chat template is damaged: name one to use")
      }
      guard let text else {
        return failure("it has no chat template, so it may not be a chat model: name one to use")
      }
      template = ChatTemplate(recognising: text, bos: bos, eos: eos, isControl: isControl)
    } else {
      template = ChatTemplate(llama2CWithBOS: bos, eos: eos)
    }
    guard let template else {
      return failure("its chat template is none of those that are known: name one to use")
    }
    if let piece = template.missingPieces.first {
      return failure(
        "the chat template \(template.name) needs the token \(piece), which its vocabulary lacks")
    }
    return .success(template)
  }
}
