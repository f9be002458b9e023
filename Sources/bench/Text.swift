import Llama2

/// At least `bytes` bytes of stories, the same for the same model.
func stories(of llama: Llama, bytes: Int) -> String {
  var (text, seed) = ("", UInt64(0))
  while text.utf8.count < bytes {
    seed += 1
    text += llama.generate(steps: 0, temperature: 0.8, seed: seed).joined() + "\n"
  }
  return text
}

/// Bytes that a tokenizer encodes a second, the median over repeats, and bytes to a token.
func encodingRate(_ tokenizer: Tokenizer, _ text: String, repeats: Int)
  -> (bytesPerSecond: Double, bytesPerToken: Double)
{
  var count = 0
  let times = (0..<repeats).map { _ in
    seconds { count = tokenizer.encode(text, bos: true, eos: false).count }
  }
  let bytes = Double(text.utf8.count)
  return (bytes / times.median, bytes / Double(count))
}

/// Seconds to choose a token from `vocabSize` logits that are nearly the same, the worst case for
/// top-p: the median over repeats.
func samplingTime(vocabSize: Int, temperature: Float, topP: Float, repeats: Int) -> Double {
  var random = Xorshift()
  let logits = (0..<vocabSize).map { _ in Float.random(in: -1...1, using: &random) }
  var sampler = Sampler(vocabSize: vocabSize, temperature: temperature, topP: topP, seed: 1)
  var sum = 0
  let times = logits.withUnsafeBufferPointer { logits in
    (0..<repeats).map { _ in seconds { sum += sampler.sample(logits) } }
  }
  precondition(sum >= 0, "a token has a negative number")  // so that the samples are used
  return times.median
}
