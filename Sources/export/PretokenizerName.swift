import Console
import Llama2

/// The value of `tokenizer.ggml.pre` whose rules in llama.cpp cut a text as the tokenizer.json does.
/// llama.cpp's converter finds it by the tokens of a text, here it is found by the rules; where
/// several names stand for the same rules, the converter's may be another (conversion/base.py:
/// get_vocab_base_pre; llama.cpp: `llm_tokenizer_bpe`).
func pretokenizerName(_ tokenizer: TokenizerJSON, _ model: JSON) throws -> Text {
  let ignoresMerges = model["ignore_merges"]?.bool ?? false
  let splits = try splits(tokenizer)
  for known in knownPretokenizers
  where known.splits == splits && known.ignoresMerges == ignoresMerges {
    return known.name
  }
  let shown = splits.prefix(4).map { quoted($0.description) }.joined(separator: ", ")
  throw Refusal(
    tokenizer.path,
    "its pre_tokenizer splits by \(splits.isEmpty ? "nothing" : shown)"
      + "\(ignoresMerges ? ", with ignore_merges" : ""), which run does not: supported are those of"
      + " \(knownPretokenizers.map(\.name.description).joined(separator: ", "))")
}

/// Regular expressions, one after the other on what the ones before have left in one piece.
private let knownPretokenizers: [(name: Text, splits: [Text], ignoresMerges: Bool)] = [
  ("gpt-2", [gpt2Split], false),
  ("smollm", [numberSplit, gpt2Split], false),
  ("llama-bpe", [llama3Split(digits: "{1,3}")], true),
  ("smaug-bpe", [llama3Split(digits: "{1,3}")], false),
  ("qwen2", [llama3Split(digits: "")], false),
  ("deepseek-coder", [newlineSplit, #"\s?\p{L}+"#, #"\s?\p{P}+"#, cjkSplit, numberSplit], false),
  (
    "deepseek-llm",
    [
      newlineSplit, casedLetterSplit,
      "\\s?[!-/:-~\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF5E}\u{2018}-\u{201F}\u{3000}-\u{3002}]+", #"\s+$"#,
      cjkSplit, numberSplit,
    ], false
  ),
  ("falcon", [punctuationSplit, gpt2Split, #"\p{N}+"#, "[0-9][0-9][0-9]"], false),
]

private let gpt2Split: Text =
  #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
private let numberSplit: Text = #"\p{N}"#
private let newlineSplit: Text = #"[\r\n]"#
private let cjkSplit: Text = "[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+"
/// Stands for DeepSeek LLM's: one white space or none, then letters with case by their ranges.
private let casedLetterSplit: Text = #"\s?[cased letters]+"#
/// The 64-bit FNV-1a hash of that regular expression's 499 bytes of UTF-8, from `\s?` to `]+`.
private let casedLetterHash: UInt64 = 0x4463_06e0_4ee6_8a2e
/// Stands for the `Punctuation` of Hugging Face.
private let punctuationSplit: Text = "[punctuation]+"

private func llama3Split(digits: String) -> Text {
  let split =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"# + digits
    + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  return Text(split)
}

/// What the `pre_tokenizer` splits by.
private func splits(_ tokenizer: TokenizerJSON) throws -> [Text] {
  guard let pretokenizer = tokenizer["pre_tokenizer"] else { return [] }
  let steps = pretokenizer["pretokenizers"]?.array ?? [pretokenizer]
  guard steps.contains(where: { $0["type"]?.text == "ByteLevel" }) else {
    throw tokenizer.refusal("pre_tokenizer.type", pretokenizer["type"], "one with \"ByteLevel\"")
  }
  return try steps.compactMap { step in
    switch step["type"]?.text {
    case "ByteLevel":
      // Absent, it is true in tokenizers.
      guard step["add_prefix_space"]?.bool == false else {
        throw tokenizer.refusal(
          "pre_tokenizer.add_prefix_space", step["add_prefix_space"], "false")
      }
      return step["use_regex"]?.bool == false ? nil : gpt2Split
    case "Digits": return step["individual_digits"]?.bool == true ? numberSplit : #"\p{N}+"#
    case "Punctuation" where step["behavior"]?.text == "Contiguous": return punctuationSplit
    case "Split": return try pattern(ofSplit: step, tokenizer)
    default: throw tokenizer.refusal("pre_tokenizer.type", step["type"], "\"Split\"")
    }
  }
}

/// The regular expression whose matches become words. A Split that is `Removed` and inverted drops
/// the text between matches; an expression that ends in `|\s+` matches all text and leaves none.
private func pattern(ofSplit step: JSON, _ tokenizer: TokenizerJSON) throws -> Text {
  guard let pattern = step["pattern"]?["Regex"]?.text else {
    throw tokenizer.refusal("pre_tokenizer.pattern", step["pattern"], "a \"Regex\"")
  }
  let split = Text(
    pattern.bytes.flatMap { byte -> [UInt8] in
      byte == 0x0A ? Array(#"\n"#.utf8) : byte == 0x0D ? Array(#"\r"#.utf8) : [byte]
    })
  let invert = step["invert"]?.bool ?? false
  switch step["behavior"]?.text {
  case "Isolated" where !invert: break
  case "Removed" where invert && split.bytes.reversed().starts(with: #"|\s+"#.utf8.reversed()):
    break
  default: throw tokenizer.refusal("pre_tokenizer.behavior", step["behavior"], "\"Isolated\"")
  }
  return fnv1a(split.bytes) == casedLetterHash ? casedLetterSplit : split
}

/// The 64-bit FNV-1a hash (draft-eastlake-fnv).
private func fnv1a(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
