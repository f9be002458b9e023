import Foundation
import Llama2

/// Texts of two models on the main actor and off it, and the sentence of an error, a line each.
@main
@MainActor
struct Client {
  static func main() async throws {
    let models = try CommandLine.arguments[1...2].map { try Llama(checkpoint: $0) }
    let texts = models.map { $0.generate("the rain", steps: 60, temperature: 0.8, seed: 3) }
    let elsewhere = models.map { llama in
      Task.detached { llama.generate("the rain", steps: 60, temperature: 0.8, seed: 3).joined() }
    }
    var joined = ["", ""]
    var isGoing = true
    while isGoing {
      isGoing = false
      for (i, text) in texts.enumerated() {
        guard let piece = text.next() else { continue }
        joined[i] += piece
        isGoing = true
      }
    }
    for text in joined { print(text.debugDescription) }
    for task in elsewhere { print(await task.value.debugDescription) }

    let chat = models[0].chat(system: "be kind", steps: 100, temperature: 0)
    for message in ["the rain", "and then"] {
      print(chat.reply(to: message).joined().debugDescription)
    }

    do {
      _ = try Llama(checkpoint: "no such file")
    } catch {
      print(error.localizedDescription)
    }
  }
}
