import Foundation

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
  var file = GGUFBytes()

  /// The id of a control token or of a character.
  static func id(_ piece: String) -> Int {
    controls.firstIndex(of: piece) ?? controls.count + alphabet.firstIndex(of: Character(piece))!
  }

  /// The ids of a text whose characters are its tokens, and of control tokens.
  static func ids(_ parts: String...) -> [Int] {
    parts.flatMap { controls.contains($0) ? [id($0)] : $0.map { id(String($0)) } }
  }

  /// - Parameter saying: control tokens and characters that follow each other.
  init(_ kind: Kind = .llama, saying: [String] = ["\n", "H", "i", "<|im_end|>"]) {
    self.kind = kind
    file.metadata = [
      ("general.architecture", .string("llama")),
      ("llama.context_length", .uint32(256)), ("llama.embedding_length", .uint32(64)),
      ("llama.block_count", .uint32(1)), ("llama.feed_forward_length", .uint32(32)),
      ("llama.attention.head_count", .uint32(2)),
      ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)),
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
    let ones = GGUFBytes.Tensor(
      name: "", shape: [64], type: 0, data: Self.matrix(1, n) { _, _ in 1 })
    add("token_embd", n, n, Self.matrix(n, n) { $0 == $1 ? 1 : 0 })
    add("output", n, n, followers)
    for name in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"] {
      file.tensors.append(ones)
      file.tensors[file.tensors.count - 1].name = name + ".weight"
    }
    add("blk.0.attn_v", n, n, Self.matrix(n, n) { $0 == $1 ? 1 : 0 })
    add("blk.0.attn_output", n, n, Self.matrix(n, n) { $0 == $1 ? 0.01 : 0 })
    for (name, rows, columns) in [
      ("attn_q", n, n), ("attn_k", n, n), ("ffn_gate", 32, n), ("ffn_up", 32, n),
      ("ffn_down", n, 32),
    ] {
      add("blk.0." + name, rows, columns, Self.matrix(rows, columns) { _, _ in 0 })
    }
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

  private mutating func add(_ name: String, _ rows: Int, _ columns: Int, _ data: [UInt8]) {
    file.tensors.append(
      .init(name: name + ".weight", shape: [UInt64(columns), UInt64(rows)], type: 0, data: data))
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
