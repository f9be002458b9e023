import Foundation

@testable import Llama2

/// A small GGUF model of which every token is known beforehand: each is followed by the one that
/// stands behind it in a cycle of all. Its only layer adds a hundredth of the mean of all tokens so
/// far, so that the logits also tell which tokens the transformer has read.
struct SmallGGUF {
  enum Kind: String, CaseIterable { case llama, gpt2 }

  /// Tokens and columns.
  static let size = 64
  static let controls = [
    "<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|odd|>",
  ]
  private static let alphabet = Array("\n abcdefghijklmnopqrstuvwxyz<|_>.AHINSTY[]/")

  let kind: Kind
  let architecture: Architecture
  var file = GGUFBytes()

  /// A vocabulary of each kind, and an architecture of each.
  static let all =
    Kind.allCases.map { SmallGGUF($0) }
    + Architecture.allCases.dropFirst().map { SmallGGUF(.gpt2, $0) }

  /// The id of a control token or of a character.
  static func id(_ piece: String) -> Int {
    controls.firstIndex(of: piece) ?? controls.count + alphabet.firstIndex(of: Character(piece))!
  }

  /// The ids of a text whose characters are its tokens, and of control tokens.
  static func ids(_ parts: String...) -> [Int] {
    parts.flatMap { controls.contains($0) ? [id($0)] : $0.map { id(String($0)) } }
  }

  /// - Parameter saying: control tokens and characters that follow each other.
  init(
    _ kind: Kind = .llama, _ architecture: Architecture = .llama,
    saying: [String] = ["\n", "H", "i", "<|im_end|>"]
  ) {
    self.kind = kind
    self.architecture = architecture
    file.metadata = [
      ("general.architecture", .string(architecture.rawValue)),
      (key("context_length"), .uint32(256)), (key("embedding_length"), .uint32(64)),
      (key("block_count"), .uint32(1)), (key("feed_forward_length"), .uint32(32)),
      (key("attention.head_count"), .uint32(2)), (epsilonKey, .float32(1e-5)),
      ("tokenizer.ggml.model", .string(kind.rawValue)),
      ("tokenizer.ggml.tokens", .array(Self.pieces(kind).map { .string($0) })),
      ("tokenizer.ggml.token_type", .array(Self.types.map { .int32($0) })),
      ("tokenizer.ggml.bos_token_id", .uint32(1)), ("tokenizer.ggml.eos_token_id", .uint32(2)),
    ]
    switch kind {
    case .llama:
      self["tokenizer.ggml.scores"] = .array((0..<Self.size).map { .float32(-Float($0)) })
      self["tokenizer.ggml.unknown_token_id"] = .uint32(0)
    case .gpt2:
      self["tokenizer.ggml.pre"] = .string("smollm")
      self["tokenizer.ggml.merges"] = .array([], type: 8)
    }
    var next = saying.map { Self.id($0) }
    next += (0..<Self.size).filter { !next.contains($0) }
    let n = Self.size
    let followers = Self.matrix(n, n) { row, column in
      next[(next.firstIndex(of: column)! + 1) % n] == row ? 1 : 0
    }
    add("token_embd", n, n, Self.matrix(n, n) { $0 == $1 ? 1 : 0 })
    add("output", n, n, followers)
    for name in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"] {
      add(name + ".weight", n, 1)
      if architecture == .gpt2 { add(name + ".bias", n, 0) }
    }
    if architecture == .gpt2 {
      add("position_embd", 256, n, Self.matrix(256, n) { _, _ in 0 })
      add("blk.0.attn_qkv", 3 * n, n, Self.matrix(3 * n, n) { $0 == 2 * n + $1 ? 1 : 0 })
    } else {
      add("blk.0.attn_q", n, n, Self.matrix(n, n) { _, _ in 0 })
      add("blk.0.attn_k", n, n, Self.matrix(n, n) { _, _ in 0 })
      add("blk.0.attn_v", n, n, Self.matrix(n, n) { $0 == $1 ? 1 : 0 })
      add("blk.0.ffn_gate", 32, n, Self.matrix(32, n) { _, _ in 0 })
    }
    add("blk.0.attn_output", n, n, Self.matrix(n, n) { $0 == $1 ? 0.01 : 0 })
    add("blk.0.ffn_up", 32, n, Self.matrix(32, n) { _, _ in 0 })
    add("blk.0.ffn_down", n, 32, Self.matrix(n, 32) { _, _ in 0 })
    if architecture == .qwen3 {
      add("blk.0.attn_q_norm.weight", 32, 1)
      add("blk.0.attn_k_norm.weight", 32, 1)
    }
    let biased = [
      .qwen2: ["attn_q", "attn_k", "attn_v"],
      .gpt2: ["attn_qkv", "attn_output", "ffn_up", "ffn_down"],
    ][architecture, default: []]
    for name in biased {
      let rows = ["attn_qkv": 3 * n, "ffn_up": 32][name] ?? n
      add("blk.0.\(name).bias", rows, 0)
    }
  }

  /// A key of the architecture.
  func key(_ name: String) -> String { architecture.rawValue + "." + name }

  var epsilonKey: String {
    key("attention.layer_norm_\(architecture == .gpt2 ? "" : "rms_")epsilon")
  }

  /// A value of the metadata.
  subscript(key: String) -> GGUFBytes.Value? {
    get { file.metadata.first { $0.key == key }?.value }
    set {
      let i = file.metadata.firstIndex { $0.key == key }
      switch (i, newValue) {
      case (let i?, let value?): file.metadata[i].value = value
      case (let i?, nil): file.metadata.remove(at: i)
      case (nil, let value?): file.metadata.append((key, value))
      case (nil, nil): break
      }
    }
  }

  /// Changes the tensor of this name.
  mutating func change(_ name: String, _ change: (inout GGUFBytes.Tensor) -> Void) {
    change(&file.tensors[file.tensors.firstIndex { $0.name == name }!])
  }

  /// The tokens in the cache of a text: those that its transformer has read, `count` of them.
  func tokensRead(_ text: TextContext, count: Int, saying: [String])
    -> [Int]
  {
    var followed = saying.map { Self.id($0) }
    followed += (0..<Self.size).filter { !followed.contains($0) }
    // Token 0 is in no text. From the last position on, as each call replaces what stood there.
    var counts: [[Int]] = []
    for position in (1...count).reversed() {
      let logits = try! text.transformer.get().logits([0], at: position)
      func part(_ token: Int) -> Float {
        logits[followed[(followed.firstIndex(of: token)! + 1) % followed.count]]
      }
      // A token's one becomes √size in the norm; its part is 0.01 √size of the mean, beside the
      // whole one of the token at hand.
      let share = 0.01 * Float(Self.size).squareRoot() / Float(position + 1)
      let unit = part(0) / (1 + share) * share
      counts.append((0..<Self.size).map { $0 == 0 ? 0 : Int((part($0) / unit).rounded()) })
    }
    counts.append([Int](repeating: 0, count: Self.size))
    return zip(counts, counts.dropFirst()).reversed().map { with, without in
      with.indices.first { with[$0] != without[$0] } ?? -1
    }
  }

  private mutating func add(_ name: String, _ rows: Int, _ columns: Int, _ data: [UInt8]) {
    file.tensors.append(
      .init(name: name + ".weight", shape: [UInt64(columns), UInt64(rows)], type: 0, data: data))
  }

  /// `count` times the same value.
  private mutating func add(_ name: String, _ count: Int, _ value: Float) {
    let data = Self.matrix(1, count) { _, _ in value }
    file.tensors.append(.init(name: name, shape: [UInt64(count)], type: 0, data: data))
  }

  static func matrix(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Float) -> [UInt8] {
    (0..<rows * columns).flatMap {
      GGUFBytes.littleEndian(value($0 / columns, $0 % columns).bitPattern)
    }
  }

  static func pieces(_ kind: Kind) -> [String] {
    let marks: [Character: String] =
      kind == .llama ? [" ": "▁"] : [" ": "Ġ", "\n": "Ċ"]
    let pieces = controls + alphabet.map { marks[$0] ?? String($0) }
    return pieces + (pieces.count..<size).map { "unused\($0)" }
  }

  /// gguf.md: 1 normal, 2 unknown, 3 control, 5 unused.
  static var types: [Int32] {
    (0..<size).map {
      $0 == 0 ? 2 : $0 < controls.count ? 3 : $0 < controls.count + alphabet.count ? 1 : 5
    }
  }
}
