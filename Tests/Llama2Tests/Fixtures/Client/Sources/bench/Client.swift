import Foundation
import Llama2

/// Streams and a session, a line each.
@main
@MainActor
struct Client {
  static func main() async throws {
    let (llama, endless) = (
      try Llama(checkpoint: CommandLine.arguments[1]),
      try Llama(checkpoint: CommandLine.arguments[2])
    )
    let options = GenerationOptions(
      sampling: .random(top: 40, seed: 3), temperature: 0.8, maximumResponseTokens: 40)
    // Without BOS and EOS a text ends only when it is cancelled.
    var withoutEnd = GenerationOptions()
    withoutEnd.bannedTokens = [1, 2]

    // Two streams at once, each the text that `generate` gives.
    async let first = text(llama, "the rain", options)
    async let second = text(llama, "the sun", options)
    for streamed in try await [first, second] { print(streamed.debugDescription) }

    // A loop that is left, and a task that is cancelled once it has begun.
    for try await _ in endless.stream("the rain", options: withoutEnd) { break }
    let (begun, continuation) = AsyncStream.makeStream(of: String.self)
    let task = Task { [withoutEnd] in
      for try await piece in endless.stream("the rain", options: withoutEnd) {
        continuation.yield(piece)
      }
    }
    for await _ in begun { break }
    task.cancel()
    do {
      try await task.value
    } catch is CancellationError {
      print("cancelled")
    }

    // A session: whole replies, snapshots of one, and a question while another is answered.
    let brief = GenerationOptions(sampling: .greedy, maximumResponseTokens: 20)
    let session = llama.session(instructions: "be kind")
    session.prewarm()
    print(try await session.respond(to: "the rain", options: brief).content.debugDescription)
    var reply = ""
    for try await snapshot in session.streamResponse(to: "and then", options: brief) {
      guard snapshot.content.hasPrefix(reply) else { fatalError("a snapshot takes text back") }
      reply = snapshot.content
    }
    print(reply.debugDescription, session.isResponding)

    let busy = endless.session()
    let answer = Task { [withoutEnd] in
      try await busy.respond(to: "the rain", options: withoutEnd)
    }
    while !busy.isResponding { try await Task.sleep(for: .milliseconds(1)) }
    do {
      _ = try await busy.respond(to: "and then")
    } catch {
      print(error.localizedDescription)
    }
    answer.cancel()
    _ = try? await answer.value
    print(busy.isResponding)
  }

  private static func text(_ llama: Llama, _ prompt: String, _ options: GenerationOptions)
    async throws -> String
  {
    var text = ""
    for try await piece in llama.stream(prompt, options: options) { text += piece }
    return text
  }
}
